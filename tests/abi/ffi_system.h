/* SPDX-License-Identifier: MIT
 *
 * ffi_system.h: what the walk through libffi asks of the system beside the
 * library. unix/ and windows/ answer it.
 */
#ifndef TESTS_ABI_FFI_SYSTEM_H
#define TESTS_ABI_FFI_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

/* How many handles the process has open. */
unsigned system_handles(void);

/* A new handle of something that iosrc_close may close. */
iosrc_handle system_open(void);
bool system_is_open(iosrc_handle handle);
void system_close(iosrc_handle handle);

/* Waits until the handle has something to read. */
void system_await(iosrc_handle handle);
/* What has come, into a buffer: a count, or a status where none has. */
int64_t system_receive(iosrc_handle handle, void *out_data, size_t size);

/* An interface that a group is joined at: the loopback's, or 0. */
uint32_t system_interface(void);

/* May the number be a handle that is not open, told by no check of values? */
bool system_may_be_handle(uint64_t number);
extern const bool system_has_waitables;

extern const int32_t system_would_block, system_refused, system_broken;
/* As a call that fails leaves it. */
void system_set_last(int32_t code);

#endif
