/* SPDX-License-Identifier: MIT
 *
 * runner.h: what the parts of the runner share. Tests include suite.h alone.
 */
#ifndef CONTRACT_RUNNER_H
#define CONTRACT_RUNNER_H

#include "suite.h"

#define CONTRACT_SECONDS 20 /* the default alarm */
#define CONTRACT_SKIPPED 77 /* exit status of a test that was skipped */
#define CONTRACT_LATE 78    /* and of one that took too long */
#define CONTRACT_TRIES 5    /* of a test that is late */
#define CONTRACT_BACKENDS 7 /* ids 1..6; 0 is not used */
#define CONTRACT_REASON 160 /* room for the reason of a skip */

/* ---- environment.c: what the run is like ---- */

/* By the sanitizer, if there is one. */
void contract_check_leaks(void);

/* ---- allocations.c ---- */

/* Finds the library's code; before the first test, in the parent. */
void contract_allocations_start(void);
/* Prints where the blocks come from that live and are younger than `made`. */
void contract_allocations_print(uint64_t made);

/* ---- descriptors.c ---- */

struct contract_descriptors {
	unsigned char *open; /* one bit a number */
	size_t count;
};

void contract_descriptors_take(struct contract_descriptors *out);
/* Prints each descriptor open now and not then; answers how many. */
size_t contract_descriptors_compare(const struct contract_descriptors *then);
void contract_descriptors_free(struct contract_descriptors *then);

/* ---- child.c: one test in a process of its own ---- */

enum contract_outcome {
	CONTRACT_PASSED,
	CONTRACT_SKIP,
	CONTRACT_FAILED,
	CONTRACT_TOO_LATE, /* to be run again */
};

/* Runs the test on the backend; `reason` gets why it was skipped or failed, or
 * what a test that passed went without,
 * `out_text` what it printed (to be freed; NULL when there is no memory). */
enum contract_outcome contract_child_try(const struct contract_test *test,
    uint32_t backend, char reason[CONTRACT_REASON], char **out_text);

/* Runs it in this process, without an alarm: for the runner of a system that
 * has no fork, and for debuggers. Answers an exit status. */
int contract_child_here(const struct contract_test *test, uint32_t backend);

/* ---- table.c: lines proved per backend ---- */

void contract_table_note(const char *test, uint32_t backend,
    enum contract_outcome outcome, const char *reason);
/* Prints the table for these backends to a stream (a FILE *). */
void contract_table_print(void *stream, const uint32_t *backends, size_t count);

/* ---- lines.c: the lines of the contract, in order; ends with NULL ---- */

struct contract_line {
	const char *name;
	const char *title;
	const char *later; /* why no test of this version proves it, or NULL */
};

extern const struct contract_line contract_lines[];

#endif
