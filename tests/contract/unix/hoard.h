/* SPDX-License-Identifier: MIT
 *
 * hoard.h: what family X does to its own process on Unix: it leaves no
 * descriptor, and denies system calls.
 */
#ifndef CONTRACT_UNIX_HOARD_H
#define CONTRACT_UNIX_HOARD_H

/* From now on this process gets the error from each of these system calls
 * (Linux numbers, -1 ends the list), which are not made. Skips the test where
 * there is no seccomp. */
void deny_calls(const int *numbers, int error);
/* As above for the calling thread alone, with its threads to come; answers
 * whether that worked. */
int deny_calls_here(const int *numbers, int error);

/* ---- family_x_faults.c: all descriptors that a limit leaves ---- */

#define HOARD_LIMIT 64

struct hoard {
	int fds[HOARD_LIMIT];
	unsigned count;
};

void hoard_take(struct hoard *hoard);
void hoard_give(struct hoard *hoard, unsigned count);
/* Exactly `count` are free; they are hoarded again. */
void hoard_expect_free(struct hoard *hoard, unsigned count);

#endif
