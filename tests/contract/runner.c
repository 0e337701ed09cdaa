/* SPDX-License-Identifier: MIT
 *
 * runner.c: iosrc-conformance, which runs the contract on every backend of
 * this system and says which lines of it hold. Exit status: 0 when nothing
 * failed, 1 when something did, 2 for a bad command line.
 */
#include "runner.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
	const struct contract_test *test;
	uint32_t backend;
};

static struct {
	uint32_t backends[CONTRACT_BACKENDS];
	size_t backend_count;
	const char *families; /* letters, NULL: all */
	const char *filter;   /* part of a name, NULL: all */
	const char *table;    /* file, NULL: none */
	const char *one;      /* whole name, NULL: in processes of their own */
	int list;
} chosen;

static const struct {
	char letter;
	const struct contract_test *tests;
} families[] = { { 'S', contract_family_s }, { 'R', contract_family_r },
	{ 'E', contract_family_e }, { 'V', contract_family_v },
	{ 'T', contract_family_t }, { 'W', contract_family_w },
	{ 'P', contract_family_p }, { 'N', contract_family_n },
	{ 'B', contract_family_b }, { 'H', contract_family_h },
	{ 'X', contract_family_x }, { 'D', contract_family_d } };
#define FAMILIES (sizeof(families) / sizeof(families[0]))

/* ---- which tests ---- */

static int is_chosen(size_t family, const struct contract_test *test)
{
	if (chosen.families &&
	    !strchr(chosen.families, families[family].letter))
		return 0;
	return !chosen.filter || strstr(test->name, chosen.filter) != NULL;
}

/* Calls `each` for every chosen test; answers how many there are. */
static size_t walk(void (*each)(const struct contract_test *, void *),
    void *user)
{
	size_t count = 0, family;
	const struct contract_test *test;

	for (family = 0; family < FAMILIES; family++) {
		for (test = families[family].tests; test->name; test++) {
			if (!is_chosen(family, test))
				continue;
			if (each)
				each(test, user);
			count++;
		}
	}
	return count;
}

/* ---- running them ---- */

/* Who is late is run again. */
static enum contract_outcome run_patiently(const struct job *job, char *reason,
    char **out_text)
{
	enum contract_outcome outcome;
	unsigned tries = 1;

	for (;;) {
		outcome = contract_child_try(job->test, job->backend, reason,
		    out_text);
		if (outcome != CONTRACT_TOO_LATE)
			return outcome;
		if (tries++ == CONTRACT_TRIES)
			return CONTRACT_FAILED;
		print_message("%s: late, and run again: %s\n", job->test->name,
		    reason);
		free(*out_text);
	}
}

static void run_one(void **state)
{
	const struct job *job = *state;
	char reason[CONTRACT_REASON];
	char *text = NULL;
	enum contract_outcome outcome = run_patiently(job, reason, &text);

	contract_table_note(job->test->name, job->backend, outcome, reason);
	if (outcome == CONTRACT_FAILED && text)
		fputs(text, stderr); /* cmocka's own would cut it */
	free(text);
	if (outcome == CONTRACT_FAILED)
		fail_msg("%s on %s: %s", job->test->name,
		    iosrc_backend_name(job->backend), reason);
	if (outcome == CONTRACT_PASSED && reason[0])
		print_message("%s: without %s\n", job->test->name, reason);
	if (outcome == CONTRACT_SKIP) {
		print_message("%s: skipped: %s\n", job->test->name, reason);
		skip();
	}
}

struct group {
	struct CMUnitTest *tests;
	struct job *jobs;
	size_t count;
	uint32_t backend;
};

static void add_to_group(const struct contract_test *test, void *user)
{
	struct group *group = user;
	struct CMUnitTest *unit = &group->tests[group->count];
	struct job *job = &group->jobs[group->count];

	job->test = test;
	job->backend = group->backend;
	unit->name = test->name;
	unit->test_func = run_one;
	unit->initial_state = job;
	group->count++;
}

static int run_backend(uint32_t backend)
{
	size_t count = walk(NULL, NULL);
	struct group group = { NULL, NULL, 0, backend };
	char name[64];
	int failed = -1;

	group.tests = calloc(count, sizeof(*group.tests));
	group.jobs = calloc(count, sizeof(*group.jobs));
	if (group.tests && group.jobs) {
		walk(add_to_group, &group);
		snprintf(name, sizeof(name), "contract/%s",
		    iosrc_backend_name(backend));
		failed = _cmocka_run_group_tests(name, group.tests, count, NULL,
		    NULL);
	}
	free(group.tests);
	free(group.jobs);
	return failed;
}

static void find_one(const struct contract_test *test, void *user)
{
	const struct contract_test **found = user;

	if (strcmp(test->name, chosen.one) == 0)
		*found = test;
}

static int run_one_here(void)
{
	const struct contract_test *found = NULL;

	walk(find_one, &found);
	if (!found) {
		fprintf(stderr, "iosrc-conformance: no test \"%s\"\n",
		    chosen.one);
		return 2;
	}
	contract_allocations_start();
	return contract_child_here(found, chosen.backends[0]);
}

static int save_table(void)
{
	FILE *file = fopen(chosen.table, "w");

	if (!file) {
		perror(chosen.table);
		return -1;
	}
	contract_table_print(file, chosen.backends, chosen.backend_count);
	return fclose(file);
}

static int run_all(void)
{
	int failed = 0;
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	contract_allocations_start();
	if (!contract_allocations_counted())
		printf("The library's allocations are not counted in this "
		       "build.\n");
	for (i = 0; i < chosen.backend_count; i++)
		failed |= run_backend(chosen.backends[i]) != 0;
	contract_table_print(stdout, chosen.backends, chosen.backend_count);
	if (chosen.table && save_table() != 0)
		failed = 1;
	return failed;
}

/* ---- the command line ---- */

static void print_test(const struct contract_test *test, void *user)
{
	(void)user;
	printf("%s\n", test->name);
}

static const char usage_text[] =
    "Usage: iosrc-conformance [OPTION]...\n"
    "Runs the contract of libiosrc on this system and prints which of "
    "its lines hold.\n\n"
    "  -b, --backend NAME   on this backend alone (may be repeated)\n"
    "  -f, --family LETTERS tests of these families alone (S R E V T W P "
    "N B H X,\n"
    "                       D for what the system is known to lack)\n"
    "  -k, --filter TEXT    tests alone whose name has TEXT in it\n"
    "  -l, --list           print the names of the tests and run none\n"
    "  -o, --one NAME       that test alone, in this very process\n"
    "  -t, --table FILE     write the table of lines to FILE too\n"
    "  -h, --help           print this\n\n"
    "IOSRC_TEST_SCALE (1 to 100) is the percentage of all repetitions to "
    "do,\nIOSRC_TEST_SLOWNESS (1 to 1000) stretches the time limits.\n";

static int can_run(uint32_t backend)
{
	iosrc_poller_options options = { 0, backend };
	iosrc_poller *poller;
	iosrc_status status;

	status = iosrc_poller_create(&options, sizeof(options), &poller);
	if (status == IOSRC_OK)
		return iosrc_poller_release(poller) == IOSRC_OK;
	fprintf(stderr, "iosrc-conformance: %s does not work here: %s\n",
	    iosrc_backend_name(backend), iosrc_status_name(status));
	return 0;
}

static void choose(uint32_t backend)
{
	if (chosen.backend_count < CONTRACT_BACKENDS)
		chosen.backends[chosen.backend_count++] = backend;
}

static int choose_named(const char *name)
{
	uint32_t backend;

	for (backend = 1; backend < CONTRACT_BACKENDS; backend++) {
		const char *known = iosrc_backend_name(backend);

		if (!known || strcmp(known, name) != 0)
			continue;
		if (can_run(backend))
			choose(backend);
		return 0;
	}
	fprintf(stderr, "iosrc-conformance: no backend \"%s\"\n", name);
	return -1;
}

static void choose_all(void)
{
	uint32_t backend;

	for (backend = 1; backend < CONTRACT_BACKENDS; backend++)
		if (iosrc_backend_name(backend) && can_run(backend))
			choose(backend);
}

/* Answers -1 to go on, else the exit status. */
static int take_option(int option)
{
	switch (option) {
	case 'b':
		return choose_named(optarg) == 0 ? -1 : 2;
	case 'f':
		chosen.families = optarg;
		return -1;
	case 'k':
		chosen.filter = optarg;
		return -1;
	case 'o':
		chosen.one = optarg;
		return -1;
	case 'l':
		chosen.list = 1;
		return -1;
	case 't':
		chosen.table = optarg;
		return -1;
	case 'h':
		fputs(usage_text, stdout);
		return 0;
	default:
		fputs(usage_text, stderr);
		return 2;
	}
}

static int take_options(int count, char **texts)
{
	static const struct option names[] = { { "backend", required_argument,
		                                   NULL, 'b' },
		{ "family", required_argument, NULL, 'f' },
		{ "filter", required_argument, NULL, 'k' },
		{ "list", no_argument, NULL, 'l' },
		{ "one", required_argument, NULL, 'o' },
		{ "table", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	int option, status;

	while ((option = getopt_long(count, texts, "b:f:k:lo:t:h", names,
	            NULL)) >= 0) {
		status = take_option(option);
		if (status >= 0)
			return status;
	}
	return optind < count ? take_option('?') : -1;
}

int main(int count, char **texts)
{
	int status = take_options(count, texts);

	if (status >= 0)
		return status;
	if (walk(NULL, NULL) == 0) {
		fprintf(stderr, "iosrc-conformance: no such test\n");
		return 2;
	}
	if (chosen.list) {
		walk(print_test, NULL);
		return 0;
	}
	if (chosen.backend_count == 0)
		choose_all();
	if (chosen.backend_count == 0) {
		fprintf(stderr, "iosrc-conformance: no backend works here\n");
		return 1;
	}
	return chosen.one ? run_one_here() : run_all();
}
