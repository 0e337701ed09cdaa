/* SPDX-License-Identifier: MIT
 *
 * uring.h: a ring of io_uring(7): many reads and writes of sockets by one
 * system call. Used by one thread at a time, which need not always be the
 * same. No operation is under way when a call returns, so that neither a
 * thread that ends nor a fork finds one. Where it is not built in,
 * uring_none.c stands for it.
 */
#ifndef IOSRC_SYS_URING_H
#define IOSRC_SYS_URING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

/* The most operations of one run. */
#define IOSRC__URING_MOST 128

struct iosrc__uring;

/* NULL: the system refuses rings, or this one could not do all that is asked
 * of it below. */
struct iosrc__uring *iosrc__uring_open(void);
/* In a forked child only its copy of the handle goes: the memory that the ring
 * shares with the kernel was not inherited. */
void iosrc__uring_close(struct iosrc__uring *uring, bool forked);

/* May the source's reads and writes go through a ring? It has to be
 * non-blocking, for a ring never blocks; asked of the system once a source and
 * kept in its traits. */
bool iosrc__uring_takes(iosrc_source *source);

/* The nth operation of the next run, from 0, in order. */
void iosrc__uring_queue(struct iosrc__uring *uring, uint32_t nth,
    iosrc_handle handle, iosrc_bits direction, const void *data, size_t size);
/* Runs them in order and waits for all. out_codes[n] becomes the nth count, or
 * -errno. Answers how many were run: fewer than `count` when the system refused
 * to go on, and then the ring is of no use any more. */
uint32_t iosrc__uring_run(struct iosrc__uring *uring, uint32_t count,
    int32_t *out_codes);

/* What a code means: a count, or a status. False: the operation moved nothing,
 * and a plain call has to decide. */
bool iosrc__uring_answer(iosrc_source *source, int32_t code,
    int64_t *out_answer);

#endif
