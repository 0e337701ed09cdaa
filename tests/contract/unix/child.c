/* SPDX-License-Identifier: MIT
 *
 * child.c: one test in a process of its own. The child runs the body inside a
 * cmocka run, so that assertions work, and looks for what the body left
 * behind. The parent reads what the child prints and ends it, with its whole
 * process group, when the alarm did not.
 */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_MOST ((size_t)1 << 18)
#define GRACE 5 /* seconds from the child's alarm to the parent's patience */

static const struct contract_test *running;
static uint32_t backend_running;
/* Shared with the parent. The outcome is 0 where the exit status tells it: a
 * tool may put its own in place of one that is told in the middle of a test. */
static struct {
	int outcome;
	char reason[CONTRACT_REASON]; /* or what it goes without */
} * shared;

uint32_t contract_backend(void)
{
	return backend_running;
}

static _Noreturn void leave(int outcome)
{
	shared->outcome = outcome;
	_exit(outcome);
}

void contract_skip(const char *reason)
{
	snprintf(shared->reason, CONTRACT_REASON, "%s", reason);
	leave(CONTRACT_SKIPPED);
}

/* Each thing once. */
void contract_without(const char *what)
{
	size_t size = strlen(shared->reason);

	if (!strstr(shared->reason, what))
		snprintf(shared->reason + size, CONTRACT_REASON - size, "%s%s",
		    size ? ", " : "", what);
}

void contract_in_time(int64_t took_ns, int64_t most_ns)
{
	if (took_ns < most_ns)
		return;
	snprintf(shared->reason, CONTRACT_REASON,
	    "took %lld us, at most %lld are in time", (long long)took_ns / 1000,
	    (long long)most_ns / 1000);
	leave(CONTRACT_LATE);
}

/* ---- the child ---- */

static void no_process_left(void)
{
	int status;
	pid_t left = waitpid(-1, &status, WNOHANG);

	if (left >= 0 || errno != ECHILD)
		fail_msg("a process was left behind");
}

static void no_allocation_left(size_t live, uint64_t made)
{
	if (contract_allocations_live() == live)
		return;
	contract_allocations_print(made);
	fail_msg("%zu blocks of the library live, %zu before the test",
	    contract_allocations_live(), live);
}

/* Between the two counts nothing but the body runs. */
static void watched_body(void **state)
{
	struct contract_descriptors open;
	size_t live = contract_allocations_live();
	uint64_t made = contract_allocations_made();

	contract_descriptors_take(&open);
	running->body(state);
	alarm(0);
	no_process_left();
	no_allocation_left(live, made);
	assert_int_equal(contract_descriptors_compare(&open), 0);
	contract_descriptors_free(&open);
	contract_check_leaks();
}

static unsigned seconds(const struct contract_test *test)
{
	unsigned base = test->seconds ? test->seconds : CONTRACT_SECONDS;

	return base * (unsigned)contract_slowness();
}

static void tidy_environment(void)
{
	int null = open("/dev/null", O_RDONLY);

	if (null > 0) {
		dup2(null, STDIN_FILENO);
		close(null);
	}
	setpgid(0, 0);
	unsetenv("CMOCKA_MESSAGE_OUTPUT");
	unsetenv("CMOCKA_XML_FILE");
	unsetenv("IOSRC_BACKEND");
}

static void share_reason(void)
{
	if (!shared)
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared->outcome = 0;
	shared->reason[0] = '\0';
}

int contract_child_here(const struct contract_test *test, uint32_t backend)
{
	struct CMUnitTest one[1];

	running = test;
	backend_running = backend;
	share_reason();
	memset(one, 0, sizeof(one));
	one[0].name = test->name;
	one[0].test_func = watched_body;
	return cmocka_run_group_tests_name("body", one, NULL, NULL) ? 1 : 0;
}

static void be_child(int out)
{
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (out > STDERR_FILENO)
		close(out);
	tidy_environment();
	alarm(seconds(running));
	exit(contract_child_here(running, backend_running));
}

/* ---- the parent ---- */

struct watch {
	pid_t child;
	int in;
	int64_t deadline;
	int status; /* of the child, once it ended */
	int timed_out;
	char *text;
	size_t size;
};

static void keep(struct watch *watch, const char *data, size_t size)
{
	if (!watch->text || size > TEXT_MOST - 1 - watch->size)
		return;
	memcpy(watch->text + watch->size, data, size);
	watch->size += size;
	watch->text[watch->size] = '\0';
}

/* Answers whether there may be more. */
static int read_some(struct watch *watch, int timeout_ms)
{
	struct pollfd item = { watch->in, POLLIN, 0 };
	char data[4096];
	ssize_t size;

	if (poll(&item, 1, timeout_ms) <= 0)
		return timeout_ms != 0;
	size = read(watch->in, data, sizeof(data));
	if (size > 0)
		keep(watch, data, (size_t)size);
	return size > 0;
}

static int has_ended(struct watch *watch)
{
	return waitpid(watch->child, &watch->status, WNOHANG) == watch->child;
}

/* Ends when the child did, though a process of its may hold the pipe. */
static void watch_until_end(struct watch *watch)
{
	int more = 1;

	while (!has_ended(watch)) {
		if (contract_now() > watch->deadline) {
			watch->timed_out = 1;
			kill(-watch->child, SIGKILL);
			kill(watch->child, SIGKILL);
		}
		if (more)
			more = read_some(watch, 100);
		else
			usleep(500);
	}
	while (more)
		more = read_some(watch, 0);
	kill(-watch->child, SIGKILL);
}

static enum contract_outcome judge(const struct watch *watch, char *reason)
{
	int status = watch->status;

	snprintf(reason, CONTRACT_REASON, "%s", shared->reason);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && !watch->timed_out)
		return CONTRACT_PASSED;
	if (WIFEXITED(status) && shared->outcome == CONTRACT_SKIPPED)
		return CONTRACT_SKIP;
	if (WIFEXITED(status) && shared->outcome == CONTRACT_LATE)
		return CONTRACT_TOO_LATE;
	if (watch->timed_out ||
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM))
		snprintf(reason, CONTRACT_REASON, "timed out after %u s",
		    seconds(running));
	else if (WIFSIGNALED(status))
		snprintf(reason, CONTRACT_REASON, "killed by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(reason, CONTRACT_REASON, "failed (exit status %d)",
		    WEXITSTATUS(status));
	return CONTRACT_FAILED;
}

static pid_t start(int *out_in)
{
	iosrc_handle ends[2];
	pid_t child;

	fflush(NULL);
	if (system_pipe(ends) != 0)
		return -1;
	child = fork();
	if (child == 0) {
		close((int)ends[0]);
		be_child((int)ends[1]);
	}
	close((int)ends[1]);
	*out_in = (int)ends[0];
	return child;
}

enum contract_outcome contract_child_try(const struct contract_test *test,
    uint32_t backend, char reason[CONTRACT_REASON], char **out_text)
{
	struct watch watch = { -1, -1, 0, 0, 0, NULL, 0 };

	share_reason();
	running = test;
	backend_running = backend;
	reason[0] = '\0';
	watch.text = calloc(TEXT_MOST, 1);
	watch.deadline = contract_now() +
	    (int64_t)(seconds(test) + GRACE) * 1000 * CONTRACT_MS;
	watch.child = start(&watch.in);
	if (watch.child < 0)
		fail_msg("fork: %s", strerror(errno));
	watch_until_end(&watch);
	close(watch.in);
	*out_text = watch.text;
	return judge(&watch, reason);
}
