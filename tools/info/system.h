/* SPDX-License-Identifier: MIT
 *
 * system.h: what iosrc-info asks of the system beside the library; unix/ and
 * windows/ answer it.
 */
#ifndef TOOLS_INFO_SYSTEM_H
#define TOOLS_INFO_SYSTEM_H

#include <stdint.h>

#include <iosrc.h>

int64_t system_now_ns(void);
void system_sleep_ms(unsigned ms);

/* A thread that runs the function and answers what that answers; NULL: there is
 * none. To join it frees it. */
struct system_thread;

struct system_thread *system_thread_start(void *(*run)(void *user), void *user);
void *system_thread_join(struct system_thread *thread);

/* A file for which the system never waits, opened anew; -1: there is none. */
iosrc_handle system_open_file(void);

/* The program ends so much later, with these words and status 1. */
void system_give_up_after(unsigned seconds, const char *words);

#endif
