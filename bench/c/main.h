/* SPDX-License-Identifier: MIT
 *
 * main.h: the program of an adapter, which includes this at its end.
 *
 *     PROGRAM list                         its loads; "LOAD: why not" for those
 *                                          that it cannot have ("*" for all
 *                                          others); "version: TEXT"
 *     PROGRAM LOAD OPERATIONS [NUMBER...] [WORD]
 *
 * A run prints lines "FIGURE VALUE": ns each, if the load says nothing else,
 * and "operations N", what was seen to be done. BENCH_CLIENT in the
 * environment names the program for echo-apart.
 */
#ifndef BENCH_MAIN_H
#define BENCH_MAIN_H

#include "bench/c/batches.h"
#include "bench/c/changes.h"
#include "bench/c/echo.h"
#include "bench/c/pipes.h"
#include "bench/c/ready.h"
#include "bench/c/shared.h"
#include "bench/c/timeouts.h"
#include "bench/c/wakers.h"

static const struct {
	const char *name;
	void (*run)(const struct request *request);
} loads[] = {
	{ "pipes", load_pipes },
	{ "growth", load_growth },
	{ "threads", load_threads },
	{ "shared", load_shared },
	{ "echo-together", load_echo_together },
	{ "echo-apart", load_echo_apart },
	{ "accept", load_accept },
	{ "change", load_change },
	{ "life", load_life },
	{ "quartet", load_quartet },
	{ "empty", load_empty },
	{ "memory", load_memory },
	{ "ready", load_ready },
	{ "wake", load_wake },
	{ "timeout", load_timeout },
	{ "exchange", load_exchange },
	{ "dry", load_dry },
	{ "register", load_register },
};

#define LOADS (sizeof(loads) / sizeof(*loads))

static void list(void)
{
	for (size_t i = 0; i < LOADS; i++)
		puts(loads[i].name);
	printf("version: %s\n", adapter.version());
	for (const struct lack *lack = adapter.lacks; lack->load; lack++)
		printf("%s: %s\n", lack->load, lack->reason);
}

static void take_arguments(struct request *request, char **arguments)
{
	size_t number = 0;

	request->word = "";
	request->operations = strtoul(arguments[0], NULL, 10);
	for (char **at = arguments + 1; *at; at++)
		if (**at >= '0' && **at <= '9' && number < 3)
			request->number[number++] = strtoul(*at, NULL, 10);
		else
			request->word = *at;
}

int main(int argc, char **argv)
{
	struct request request = { .client = getenv("BENCH_CLIENT") };

	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		list();
		return 0;
	}
	allow_descriptors();
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; argc > 2 && i < LOADS; i++) {
		if (strcmp(argv[1], loads[i].name) != 0)
			continue;
		take_arguments(&request, argv + 2);
		loads[i].run(&request);
		/* Whatever it holds ends with it: no leak to look for. */
		fflush(stdout);
		_exit(0);
	}
	fprintf(stderr, "usage: %s list | LOAD OPERATIONS [NUMBER...] [WORD]\n",
	    argv[0]);
	return 2;
}

#endif
