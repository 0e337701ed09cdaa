/* SPDX-License-Identifier: MIT
 *
 * iosrc-info.c: says which libiosrc this is, what each of its backends can do,
 * and whether each does it on this system. A check that fails makes the exit
 * status 1. The full proof is iosrc-conformance; this is the quick look.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iosrc_net.h>

#include "system.h"

#define TOKEN UINT64_C(0xfedcba9876543210) /* all 64 bits must come back */
#define WAKE_TOKEN UINT64_C(7)
#define PATIENCE_NS INT64_C(2000000000) /* for what must come at once */
#define HIGHEST_BACKEND 31
#define HANG_SECONDS 60

static const char skipped[] = "not here";

static const struct capability {
	uint64_t bit;
	const char *words;
} capabilities[] = {
	{ IOSRC_READABLE, "readable" },
	{ IOSRC_WRITABLE, "writable" },
	{ IOSRC_PRIORITY, "priority (out-of-band data)" },
	{ IOSRC_LEVEL, "level mode" },
	{ IOSRC_ONESHOT, "oneshot mode" },
	{ IOSRC_EXCLUSIVE, "exclusive: one event wakes one of many pollers" },
	{ IOSRC_CAN_EXPOSE, "another event loop can watch the poller" },
	{ IOSRC_CAN_WAIT_BELOW_MS, "timeouts finer than a millisecond" },
	{ IOSRC_CAN_SHARE_WAIT, "several threads wait on one poller" },
	{ IOSRC_CAN_POLL_FILES, "regular files are taken, as always ready" },
	{ IOSRC_CAN_IO_URING, "batches of I/O through an io_uring" },
};

/* What each check is given: a poller, and the two ends of a stream, neither of
 * them registered. */
struct trial {
	iosrc_poller *poller;
	iosrc_source *source, *peer;
};

/* ---- what the checks are made of: each answers whether it is so ---- */

static int registers(struct trial *trial, iosrc_bits interest)
{
	return iosrc_register(trial->source, trial->poller, TOKEN, interest) ==
	    IOSRC_OK;
}

static int arrives(struct trial *trial, uint64_t token, iosrc_bits ready)
{
	iosrc_event event;

	return iosrc_poller_wait(trial->poller, &event, 1, PATIENCE_NS) == 1 &&
	    event.token == token && (event.ready & ready) == ready;
}

static int is_quiet(struct trial *trial)
{
	iosrc_event event;

	return iosrc_poller_wait(trial->poller, &event, 1, 0) == 0;
}

static int sends(struct trial *trial)
{
	return iosrc_write(trial->peer, "data", 4) == 4;
}

static int drains(struct trial *trial)
{
	char data[64];
	int64_t count;

	do
		count = iosrc_read(trial->source, data, sizeof data);
	while (count > 0);
	return count == IOSRC_E_WOULD_BLOCK;
}

/* ---- the checks: each answers NULL, or what is wrong ---- */

static const char *check_poller(struct trial *trial)
{
	if (!is_quiet(trial))
		return "an empty poller reports something";
	if (!registers(trial, IOSRC_READABLE | IOSRC_WRITABLE))
		return "a socket is refused";
	if (!arrives(trial, TOKEN, IOSRC_WRITABLE))
		return "a new socket is not writable";
	if (iosrc_deregister(trial->source, trial->poller) != IOSRC_OK)
		return "deregister fails";
	if (!sends(trial) || !is_quiet(trial))
		return "an event after deregister";
	return NULL;
}

static const char *check_edge(struct trial *trial)
{
	if (!registers(trial, IOSRC_READABLE))
		return "it is refused";
	if (!is_quiet(trial))
		return "an event without data";
	if (!sends(trial) || !arrives(trial, TOKEN, IOSRC_READABLE))
		return "no event for data";
	if (!is_quiet(trial))
		return "the same data is reported twice";
	if (!drains(trial) || !is_quiet(trial))
		return "an event after all was read";
	if (!sends(trial) || !arrives(trial, TOKEN, IOSRC_READABLE))
		return "no event for data that came later";
	return NULL;
}

static const char *check_level(struct trial *trial)
{
	if (!registers(trial, IOSRC_READABLE | IOSRC_LEVEL))
		return "it is refused";
	if (!sends(trial) || !arrives(trial, TOKEN, IOSRC_READABLE) ||
	    !arrives(trial, TOKEN, IOSRC_READABLE))
		return "data left is not reported at every wait";
	if (!drains(trial) || !is_quiet(trial))
		return "an event after all was read";
	return NULL;
}

static const char *check_oneshot(struct trial *trial)
{
	iosrc_bits interest = IOSRC_READABLE | IOSRC_ONESHOT;

	if (!registers(trial, interest))
		return "it is refused";
	if (!sends(trial) || !arrives(trial, TOKEN, IOSRC_READABLE))
		return "no event for data";
	if (!drains(trial) || !sends(trial) || !is_quiet(trial))
		return "a second event";
	if (iosrc_reregister(trial->source, trial->poller, TOKEN, interest))
		return "reregister fails";
	if (!arrives(trial, TOKEN, IOSRC_READABLE))
		return "no event after reregister";
	return NULL;
}

/* Gives the other thread time to be asleep in its wait. */
static void *wake_later(void *waker)
{
	system_sleep_ms(20);
	return iosrc_waker_wake(waker) == IOSRC_OK ? waker : NULL;
}

static const char *check_waker(struct trial *trial)
{
	const char *wrong = NULL;
	iosrc_waker *waker;
	struct system_thread *thread;
	void *woken;

	if (iosrc_waker_create(trial->poller, WAKE_TOKEN, &waker))
		return "it cannot be made";
	thread = system_thread_start(wake_later, waker);
	if (!thread) {
		wrong = "no thread";
		goto release_waker;
	}
	if (!arrives(trial, WAKE_TOKEN, IOSRC_READABLE))
		wrong = "it does not end a wait";
	woken = system_thread_join(thread);
	if (!wrong && !woken)
		wrong = "wake fails";
	if (!wrong && !is_quiet(trial))
		wrong = "one wake is reported twice";
release_waker:
	iosrc_waker_release(waker);
	return wrong;
}

static const char *check_timeout(struct trial *trial)
{
	static const int64_t timeouts_ns[] = { 1, 100000, 999999, 1000001,
		20000000, 50000000 };
	size_t i;

	for (i = 0; i < sizeof timeouts_ns / sizeof timeouts_ns[0]; i++) {
		int64_t start = system_now_ns();
		iosrc_event event;

		if (iosrc_poller_wait(trial->poller, &event, 1,
		        timeouts_ns[i]) != 0)
			return "a wait for nothing reports something";
		if (system_now_ns() - start < timeouts_ns[i])
			return "it ends too early";
		if (system_now_ns() - start > timeouts_ns[i] + PATIENCE_NS)
			return "it ends far too late";
	}
	return NULL;
}

static const char *check_file(struct trial *trial)
{
	const char *wrong = NULL;
	iosrc_source *file;

	if (!(iosrc_poller_capabilities(trial->poller) & IOSRC_CAN_POLL_FILES))
		return skipped;
	if (iosrc_create(system_open_file(), IOSRC_HANDLE_DEFAULT, &file))
		return "there is no file to open";
	if (iosrc_register(file, trial->poller, TOKEN,
	        IOSRC_READABLE | IOSRC_LEVEL))
		wrong = "it is refused";
	else if (!arrives(trial, TOKEN, IOSRC_READABLE) ||
	    !arrives(trial, TOKEN, IOSRC_READABLE))
		wrong = "it is not always ready";
	iosrc_close(file);
	if (!wrong && !is_quiet(trial))
		wrong = "an event after close";
	return wrong;
}

static const char *check_close(struct trial *trial)
{
	iosrc_source *source = trial->source;
	iosrc_event event;

	if (!registers(trial, IOSRC_READABLE) || !sends(trial) ||
	    iosrc_poller_wait(trial->poller, &event, 1, PATIENCE_NS) != 1)
		return "no event for data";
	if (!iosrc_is_current(trial->poller, event.registration))
		return "a fresh event is not current";
	trial->source = NULL;
	if (iosrc_close(source) != IOSRC_OK)
		return "close fails";
	if (iosrc_is_current(trial->poller, event.registration))
		return "an event of a closed source is current";
	if (!is_quiet(trial))
		return "a closed source is reported";
	return NULL;
}

static const struct check {
	const char *name;
	const char *(*run)(struct trial *trial);
} checks[] = {
	{ "register, wait, deregister", check_poller },
	{ "edge mode", check_edge },
	{ "level mode", check_level },
	{ "oneshot mode", check_oneshot },
	{ "waker from another thread", check_waker },
	{ "timeouts, never early", check_timeout },
	{ "files, always ready", check_file },
	{ "close, nothing stale", check_close },
};

/* ---- one backend ---- */

static const char *run_check(uint32_t backend, const struct check *check)
{
	iosrc_poller_options options = { .backend = backend };
	const char *wrong = "there are no socket pairs";
	struct trial trial;

	if (iosrc_pair(IOSRC_TYPE_STREAM, &trial.source, &trial.peer))
		return wrong;
	wrong = "a poller cannot be made";
	if (iosrc_poller_create(&options, sizeof options, &trial.poller))
		goto close_ends;
	wrong = check->run(&trial);
	iosrc_poller_release(trial.poller);
close_ends:
	iosrc_close(trial.source);
	iosrc_close(trial.peer);
	return wrong;
}

static int print_capabilities(uint32_t backend)
{
	iosrc_poller_options options = { .backend = backend };
	iosrc_poller *poller;
	iosrc_status status = iosrc_poller_create(&options, sizeof options,
	    &poller);
	uint64_t can;
	size_t i;

	if (status) {
		printf("  cannot be used: %s\n", iosrc_status_name(status));
		return 0;
	}
	can = iosrc_poller_capabilities(poller);
	for (i = 0; i < sizeof capabilities / sizeof capabilities[0]; i++)
		printf("  %-3s  %s\n", can & capabilities[i].bit ? "yes" : "no",
		    capabilities[i].words);
	iosrc_poller_release(poller);
	return 1;
}

/* Answers whether the backend works. */
static int report_backend(uint32_t backend)
{
	size_t i, failed = 0, left_out = 0;
	size_t count = sizeof checks / sizeof checks[0];

	printf("\n%s\n", iosrc_backend_name(backend));
	if (!print_capabilities(backend)) {
		printf("%s: DOES NOT WORK on this system\n",
		    iosrc_backend_name(backend));
		return 0;
	}
	for (i = 0; i < count; i++) {
		const char *wrong = run_check(backend, &checks[i]);

		printf("  check: %-28s %s%s\n", checks[i].name,
		    !wrong                 ? "ok"
		        : wrong == skipped ? ""
		                           : "FAILED: ",
		    wrong ? wrong : "");
		left_out += wrong == skipped;
		failed += wrong && wrong != skipped;
	}
	printf("%s: %s on this system (%zu checks: %zu passed, %zu failed, "
	       "%zu skipped)\n",
	    iosrc_backend_name(backend), failed ? "DOES NOT WORK" : "works",
	    count, count - failed - left_out, failed, left_out);
	return failed == 0;
}

/* ---- the program ---- */

static void print_library(void)
{
	const char *forced = getenv("IOSRC_BACKEND");
	iosrc_poller *poller;
	uint32_t id;

	printf("libiosrc %s, ABI %" PRIu32 "\n", iosrc_version_string(),
	    iosrc_abi());
	if (iosrc_version() != IOSRC_VERSION)
		printf("(this program was built with the header of %d.%d.%d)\n",
		    IOSRC_VERSION_MAJOR, IOSRC_VERSION_MINOR,
		    IOSRC_VERSION_PATCH);
	printf("backends:");
	for (id = 1; id <= HIGHEST_BACKEND; id++)
		if (iosrc_backend_name(id))
			printf(" %s", iosrc_backend_name(id));
	putchar('\n');

	if (iosrc_poller_create(NULL, 0, &poller)) {
		printf("default: none works%s%s\n",
		    forced ? ", IOSRC_BACKEND is " : "", forced ? forced : "");
		return;
	}
	printf("default: %s%s\n",
	    iosrc_backend_name(iosrc_poller_backend(poller)),
	    forced && *forced ? " (chosen by IOSRC_BACKEND)" : "");
	iosrc_poller_release(poller);
}

int main(int argc, char **argv)
{
	int works = 1, count = 0;
	uint32_t id;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("iosrc-info %s\n", iosrc_version_string());
		return 0;
	}
	if (argc > 1) {
		int asked = argc == 2 && strcmp(argv[1], "--help") == 0;

		fputs("usage: iosrc-info [--help | --version]\n"
		      "Prints the version of libiosrc, what each backend can\n"
		      "do, and a short check of each on this system.\n"
		      "The exit status is 1 when a check fails.\n",
		    asked ? stdout : stderr);
		return asked ? 0 : 2;
	}

	setvbuf(stdout, NULL, _IOLBF, 0);
	system_give_up_after(HANG_SECONDS, "\nFAILED: a check hangs\n");
	print_library();
	for (id = 1; id <= HIGHEST_BACKEND; id++) {
		if (!iosrc_backend_name(id))
			continue;
		works &= report_backend(id);
		count++;
	}
	printf("\n%s\n",
	    works && count ? "all backends work" : "NOT ALL BACKENDS WORK");
	return works && count ? 0 : 1;
}
