/* SPDX-License-Identifier: MIT
 *
 * watch.c: runs a command and tells what it does to a folder. Linux alone.
 *
 *	cc watch.c -o watch $(pkg-config --cflags --libs iosrc)
 *	./watch /tmp sh -c 'echo hello >/tmp/new; sleep 1; rm /tmp/new'
 *
 * Whatever Linux hands out as a descriptor can be a source: here inotify(7)
 * for the folder, timerfd_create(2) for a tick, pidfd_open(2) for the end of
 * the command and signalfd(2) for SIGINT and SIGTERM, which end it. It ends
 * with the command's exit status.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iosrc.h>

#define TICK_NS 100000000

enum { FOLDER, TICK, SIGNAL, COMMAND, SOURCE_COUNT };

static iosrc_poller *poller;
static iosrc_source *sources[SOURCE_COUNT];
static pid_t child;
static uint64_t ticks;

static int64_t check(const char *what, int64_t result)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "watch: %s: %s\n", what,
	    iosrc_status_name((iosrc_status)result));
	exit(1);
}

/* A call of the system: its failure is in errno. */
static int check_os(const char *what, int result)
{
	if (result < 0)
		check(what, iosrc_status_last_os());
	return result;
}

/* ---- sources: each opens its descriptor, and each is drained ---- */

static void watch(unsigned token, int fd)
{
	check("create",
	    iosrc_create(fd, IOSRC_HANDLE_DEFAULT, &sources[token]));
	check("register",
	    iosrc_register(sources[token], poller, token, IOSRC_READABLE));
}

static void open_folder(const char *path)
{
	int fd = check_os("inotify_init1",
	    inotify_init1(IN_NONBLOCK | IN_CLOEXEC));

	check_os(path,
	    inotify_add_watch(fd, path,
	        IN_CREATE | IN_CLOSE_WRITE | IN_DELETE | IN_MOVE));
	watch(FOLDER, fd);
}

static void print_change(uint32_t mask, const char *name)
{
	const char *what = mask & IN_CREATE ? "created"
	    : mask & IN_CLOSE_WRITE         ? "written"
	    : mask & IN_DELETE              ? "deleted"
	    : mask & IN_MOVED_FROM          ? "moved away"
	    : mask & IN_MOVED_TO            ? "moved here"
	    : mask & IN_Q_OVERFLOW          ? "(some were lost)"
	                                    : "(the folder is gone)";

	printf("%s %s\n", what, name);
}

static void drain_folder(void)
{
	_Alignas(struct inotify_event) char data[4096];
	int64_t count, at;

	while ((count = iosrc_read(sources[FOLDER], data, sizeof data)) > 0) {
		const struct inotify_event *change;

		for (at = 0; at < count;
		     at += (int64_t)(sizeof *change + change->len)) {
			change = (const void *)(data + at);
			print_change(change->mask,
			    change->len ? change->name : "");
		}
	}
	if (count != IOSRC_E_WOULD_BLOCK)
		check("inotify", count);
}

static void open_tick(void)
{
	struct itimerspec each = { { 0, TICK_NS }, { 0, TICK_NS } };
	int fd = check_os("timerfd_create",
	    timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));

	check_os("timerfd_settime", timerfd_settime(fd, 0, &each, NULL));
	watch(TICK, fd);
}

static void drain_tick(void)
{
	uint64_t times;
	int64_t count;

	while ((count = iosrc_read(sources[TICK], &times, sizeof times)) > 0)
		ticks += times;
	if (count != IOSRC_E_WOULD_BLOCK)
		check("timerfd", count);
}

/* The signals are blocked, so that they come as data and not to a handler. */
static void open_signals(sigset_t *out_before)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	check_os("sigprocmask", sigprocmask(SIG_BLOCK, &signals, out_before));
	watch(SIGNAL,
	    check_os("signalfd",
	        signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC)));
}

static void drain_signals(void)
{
	struct signalfd_siginfo info;
	int64_t count;

	while ((count = iosrc_read(sources[SIGNAL], &info, sizeof info)) > 0) {
		printf("signal %" PRIu32 ": ending the command\n",
		    info.ssi_signo);
		check_os("kill", kill(child, SIGTERM));
	}
	if (count != IOSRC_E_WOULD_BLOCK)
		check("signalfd", count);
}

/* C libraries have pidfd_open of late only; a pidfd is close-on-exec always,
 * and nothing is ever read from it. */
static int open_process(pid_t process)
{
	return (int)syscall(SYS_pidfd_open, (long)process, 0L);
}

static void open_command(char **command, const sigset_t *signals)
{
	int fd = check_os("pidfd_open", open_process(getpid()));

	close(fd); /* so the kernel has it, before anything is started */
	child = check_os("fork", fork());
	if (child == 0) {
		sigprocmask(SIG_SETMASK, signals, NULL);
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	watch(COMMAND, check_os("pidfd_open", open_process(child)));
}

static int end_of_command(void)
{
	int status;

	check_os("waitpid", waitpid(child, &status, 0));
	if (WIFSIGNALED(status)) {
		printf("the command was ended by signal %d\n",
		    WTERMSIG(status));
		return 128 + WTERMSIG(status);
	}
	printf("the command ended with status %d\n", WEXITSTATUS(status));
	return WEXITSTATUS(status);
}

/* ---- the program ---- */

/* Answers the exit status of the command, or -1 while it runs. */
static int handle_event(const iosrc_event *event)
{
	switch (event->token) {
	case TICK:
		drain_tick();
		return -1;
	case SIGNAL:
		drain_signals();
		return -1;
	case COMMAND:
		drain_folder(); /* what it did last may be in no event yet */
		return end_of_command();
	default:
		drain_folder();
		return -1;
	}
}

int main(int argc, char **argv)
{
	iosrc_event events[SOURCE_COUNT];
	sigset_t before;
	int64_t count, i;
	int result = -1;

	if (argc < 3) {
		fputs("usage: watch FOLDER COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	check("poller", iosrc_poller_create(NULL, 0, &poller));
	open_folder(argv[1]);
	open_tick();
	open_signals(&before);
	open_command(argv + 2, &before);
	while (result < 0) {
		count = check("wait",
		    iosrc_poller_wait(poller, events, SOURCE_COUNT, -1));
		for (i = 0; i < count && result < 0; i++)
			result = handle_event(&events[i]);
	}
	printf("that took %" PRIu64 " ticks of %d ms\n", ticks,
	    TICK_NS / 1000000);
	for (i = 0; i < SOURCE_COUNT; i++)
		iosrc_close(sources[i]);
	iosrc_poller_release(poller);
	return result;
}
