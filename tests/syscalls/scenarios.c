/* SPDX-License-Identifier: MIT
 *
 * scenarios.c: what test-syscalls.sh counts with strace. Each scenario runs
 * its call a known number of times between two marks, writes to no descriptor
 * that strace shows; memory is warmed up before, so that malloc asks the
 * kernel for nothing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iosrc.h>

#define TIMES 100
#define MS INT64_C(1000000)

#define check(condition) check_at((condition) != 0, #condition, __LINE__)

static iosrc_poller *poller;
static iosrc_source *sources[TIMES];
static iosrc_waker *waker;
static int handles[TIMES], peers[TIMES];
static iosrc_event events[TIMES + 1];

static void check_at(int condition, const char *text, int line)
{
	if (condition)
		return;
	fprintf(stderr, "scenarios.c:%d: %s\n", line, text);
	exit(1);
}

static void mark(const char *what, const char *name)
{
	char text[64];
	int size = snprintf(text, sizeof(text), "%s %s", what, name);

	check(write(-1, text, (size_t)size) == -1);
}

static void warm_up(void)
{
	static void *blocks[64 * TIMES];

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		check((blocks[i] = malloc(256)) != NULL);
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		free(blocks[i]);
}

/* ---- sources and registrations ---- */

static void create_all(void)
{
	for (int i = 0; i < TIMES; i++)
		check(iosrc_create(handles[i], IOSRC_HANDLE_DEFAULT,
		          &sources[i]) == IOSRC_OK);
}

static void register_all(void)
{
	for (uint64_t i = 0; i < TIMES; i++)
		check(iosrc_register(sources[i], poller, i, IOSRC_READABLE) ==
		    IOSRC_OK);
}

static void reregister_all(void)
{
	for (uint64_t i = 0; i < TIMES; i++)
		check(iosrc_reregister(sources[i], poller, i + 1,
		          IOSRC_READABLE) == IOSRC_OK);
}

static void deregister_all(void)
{
	for (int i = 0; i < TIMES; i++)
		check(iosrc_deregister(sources[i], poller) == IOSRC_OK);
}

static void close_all(void)
{
	for (int i = 0; i < TIMES; i++)
		check(iosrc_close(sources[i]) == IOSRC_OK);
}

static void ask_all(void)
{
	iosrc_poller_counters counters;

	for (int i = 0; i < TIMES; i++) {
		uint64_t registration = iosrc_source_registration(sources[i]);

		check(iosrc_is_current(poller, registration) == 1);
		check(iosrc_source_handle(sources[i]) >= 0);
		check(iosrc_poller_stats(poller, &counters, sizeof(counters)) ==
		    IOSRC_OK);
		check(iosrc_poller_retain(poller) == IOSRC_OK);
		check(iosrc_poller_release(poller) == IOSRC_OK);
	}
}

/* ---- I/O ---- */

static int64_t IOSRC_CALL would_block(iosrc_handle handle, void *user)
{
	(void)handle;
	(void)user;
	return IOSRC_E_WOULD_BLOCK;
}

static void do_io_all(void)
{
	for (int i = 0; i < TIMES; i++)
		check(iosrc_do_io(sources[i], IOSRC_READABLE, would_block,
		          NULL) == IOSRC_E_WOULD_BLOCK);
}

static void rearm_all(void)
{
	for (int i = 0; i < TIMES; i++)
		check(iosrc_rearm(sources[i], IOSRC_READABLE) == IOSRC_OK);
}

static void read_all(void)
{
	char byte;

	for (int i = 0; i < TIMES; i++)
		check(iosrc_read(sources[i], &byte, 1) == IOSRC_E_WOULD_BLOCK);
}

static void write_all(void)
{
	for (int i = 0; i < TIMES; i++)
		check(iosrc_write(sources[i], "x", 1) == 1);
}

/* ---- waits ---- */

static void wait_times(int times, int64_t timeout_ns, int64_t wanted)
{
	for (int i = 0; i < times; i++)
		check(iosrc_poller_wait(poller, events, TIMES + 1,
		          timeout_ns) == wanted);
}

static void wait_without_blocking(void)
{
	wait_times(TIMES, 0, 0);
}

static void wait_ready(void)
{
	for (int i = 0; i < TIMES; i++) {
		check(iosrc_poller_wait(poller, events, TIMES, 1000 * MS) == 1);
		check(events[0].token == 77);
	}
}

static void wait_whole_ms(void)
{
	wait_times(20, MS, 0);
	wait_times(5, 3 * MS, 0);
}

static void wait_below_ms(void)
{
	wait_times(20, MS + MS / 4, 0);
	wait_times(5, 1, 0);
}

/* ---- wakes ---- */

static void wake_times(void)
{
	for (int i = 0; i < TIMES; i++)
		check(iosrc_waker_wake(waker) == IOSRC_OK);
}

static void wake_and_wait(void)
{
	for (int i = 0; i < TIMES; i++) {
		check(iosrc_waker_wake(waker) == IOSRC_OK);
		check(iosrc_poller_wait(poller, events, TIMES, -1) == 1);
	}
}

/* ---- all of them ---- */

static void scenario(const char *name, void (*body)(void))
{
	mark("begin", name);
	body();
	mark("end", name);
}

static void open_pairs(void)
{
	int fds[2];

	for (int i = 0; i < TIMES; i++) {
		check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
		          fds) == 0);
		handles[i] = fds[0];
		peers[i] = fds[1];
	}
}

/* Tables of the poller grow before anything is counted. */
static void grow(void)
{
	register_all();
	wait_times(1, MS, 0);
	wait_times(1, MS + 1, 0);
	deregister_all();
}

static void run_waits(void)
{
	scenario("wait-without-blocking", wait_without_blocking);
	scenario("wait-whole-ms", wait_whole_ms);
	scenario("wait-below-ms", wait_below_ms);
	scenario("wake", wake_times);
	wait_times(1, 0, 1);
	scenario("wake-and-wait", wake_and_wait);
	check(iosrc_reregister(sources[0], poller, 77,
	          IOSRC_READABLE | IOSRC_LEVEL) == IOSRC_OK);
	check(write(peers[0], "x", 1) == 1);
	scenario("wait-ready", wait_ready);
}

static void run(void)
{
	open_pairs();
	warm_up();
	scenario("create", create_all);
	grow();
	scenario("register", register_all);
	scenario("reregister", reregister_all);
	scenario("questions", ask_all);
	scenario("do-io-would-block", do_io_all);
	scenario("rearm", rearm_all);
	scenario("read-would-block", read_all);
	scenario("write", write_all);
	run_waits();
	scenario("deregister", deregister_all);
	register_all();
	scenario("close", close_all);
	scenario("wait-for-nothing", wait_without_blocking);
}

int main(int count, char **texts)
{
	iosrc_poller_options options = { 0, IOSRC_BACKEND_EPOLL };

	if (count == 2 && strcmp(texts[1], "poll") == 0)
		options.backend = IOSRC_BACKEND_POLL;
	else if (count != 2 || strcmp(texts[1], "epoll") != 0)
		return 2;
	check(iosrc_poller_create(&options, sizeof(options), &poller) ==
	    IOSRC_OK);
	check(iosrc_waker_create(poller, 1, &waker) == IOSRC_OK);
	printf("below_ms=%d\n",
	    (iosrc_poller_capabilities(poller) & IOSRC_CAN_WAIT_BELOW_MS) != 0);
	fflush(stdout);
	run();
	check(iosrc_waker_release(waker) == IOSRC_OK);
	check(iosrc_poller_release(poller) == IOSRC_OK);
	for (int i = 0; i < TIMES; i++)
		close(peers[i]);
	return 0;
}
