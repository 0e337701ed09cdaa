/* SPDX-License-Identifier: MIT
 *
 * family_x_denied.c: system calls that fail or are refused, by a filter of
 * seccomp(2), which takes no root. A filter lasts as long as its thread.
 */
#include "family_rig.h"

#include "endpoints.h"
#include "family_p.h"
#include "family_x.h"
#include "hoard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- denying ---- */

#define DENIED_MOST 8

/* Where C libraries make these by socketcall(2), as on i386: its numbers. */
static const struct {
	int number;
	unsigned call;
} by_socketcall[] = {
#ifdef SYS_socketcall
	{ SYS_socket, 1 }, { SYS_socketpair, 8 }, { SYS_accept4, 18 },
#endif
	{ -1, 0 }
};
#ifndef SYS_socketcall
#define SYS_socketcall -1
#endif

struct filter {
	struct sock_filter code[5 + 4 * DENIED_MOST];
	unsigned short length;
};

static void add(struct filter *filter, unsigned code, unsigned value,
    unsigned char if_equal, unsigned char if_not)
{
	filter->code[filter->length++] = (struct sock_filter){
		(unsigned short)code, if_equal, if_not, value
	};
}

/* What was loaded is refused if it is this. */
static void refuse(struct filter *filter, unsigned value, int error)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	add(filter, BPF_RET | BPF_K,
	    SECCOMP_RET_ERRNO | ((unsigned)error & 0xffff), 0, 0);
}

static void refuse_by_socketcall(struct filter *filter, int number, int error)
{
	unsigned i;

	for (i = 0; by_socketcall[i].number >= 0; i++)
		if (by_socketcall[i].number == number)
			refuse(filter, by_socketcall[i].call, error);
}

/* The first number of socketcall is an argument, 64 bits in the filter. */
static unsigned first_argument(void)
{
	return (unsigned)offsetof(struct seccomp_data, args) +
	    (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0);
}

int deny_calls_here(const int *numbers, int error)
{
	struct filter filter = { .length = 0 };
	struct sock_fprog program = { 0, filter.code };
	unsigned i;

	add(&filter, BPF_LD | BPF_W | BPF_ABS,
	    (unsigned)offsetof(struct seccomp_data, nr), 0, 0);
	for (i = 0; numbers[i] >= 0; i++)
		refuse(&filter, (unsigned)numbers[i], error);
	add(&filter, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)SYS_socketcall, 1, 0);
	add(&filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	add(&filter, BPF_LD | BPF_W | BPF_ABS, first_argument(), 0, 0);
	for (i = 0; numbers[i] >= 0; i++)
		refuse_by_socketcall(&filter, numbers[i], error);
	add(&filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	program.len = filter.length;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

void deny_calls(const int *numbers, int error)
{
	if (!deny_calls_here(numbers, error))
		contract_skip("no seccomp filter can be set here");
}

/* ---- system calls that fail ---- */

static const int creating[] = {
#ifdef SYS_epoll_create
	SYS_epoll_create,
#endif
#ifdef SYS_eventfd
	SYS_eventfd,
#endif
#ifdef SYS_pipe
	SYS_pipe,
#endif
	SYS_epoll_create1, SYS_eventfd2, SYS_pipe2, -1
};

static const int waiting[] = {
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
#ifdef SYS_poll
	SYS_poll,
#endif
#ifdef SYS_ppoll_time64
	SYS_ppoll_time64,
#endif
	SYS_epoll_pwait, SYS_ppoll, 441 /* epoll_pwait2 */, -1
};

static const int changing[] = { SYS_epoll_ctl, -1 };

/* A filter lasts as long as its thread, so the failing call gets one. */
struct victim {
	const int *calls;
	int error;
	void (*body)(struct victim *victim);
	int denied;
	struct rig rig;
	int64_t results[4];
	iosrc_event event;
};

static void *victim_thread(void *user)
{
	struct victim *victim = user;

	victim->denied = deny_calls_here(victim->calls, victim->error);
	if (victim->denied)
		victim->body(victim);
	return NULL;
}

static void victim_run(struct victim *victim, const int *calls, int error,
    void (*body)(struct victim *victim))
{
	system_thread thread;

	victim->calls = calls;
	victim->error = error;
	victim->body = body;
	rig_start(&thread, victim_thread, victim);
	system_thread_join(thread);
	if (!victim->denied)
		contract_skip("no seccomp filter can be set here");
}

static void create_refused(struct victim *victim)
{
	iosrc_poller *poller;

	victim->results[0] = try_create(&poller);
	victim->results[1] = poller != NULL;
}

void contract_X2_refused_calls_at_poller_create(void **state)
{
	static const struct {
		int error;
		iosrc_kind kind;
	} cases[] = { { EMFILE, IOSRC_KIND_LIMIT },
		{ ENFILE, IOSRC_KIND_LIMIT },
		{ ENOMEM, IOSRC_KIND_NO_MEMORY } };
	size_t handles = contract_open_handles();
	struct victim victim;
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		victim_run(&victim, creating, cases[i].error, create_refused);
		assert_kind(victim.results[0], cases[i].kind);
		assert_int_equal(victim.results[1], 0);
		assert_int_equal(contract_open_handles(), handles);
	}
}

static void change_refused(struct victim *victim)
{
	iosrc_source *source = victim->rig.source;
	iosrc_poller *poller = victim->rig.poller;

	victim->results[0] = iosrc_reregister(source, poller, 2,
	    IOSRC_WRITABLE);
	victim->results[1] = iosrc_deregister(source, poller);
	victim->results[2] = iosrc_register(source, poller, 3, IOSRC_READABLE);
}

static void reregister_refused(struct victim *victim)
{
	victim->results[0] = iosrc_reregister(victim->rig.source,
	    victim->rig.poller, 2, IOSRC_WRITABLE);
}

void contract_X2_refused_registration_changes_nothing(void **state)
{
	struct victim victim;
	uint64_t registration;

	(void)state;
	if (contract_backend() != IOSRC_BACKEND_EPOLL)
		contract_skip("registering makes no system call here");
	rig_open(&victim.rig, RIG_UNIX, IOSRC_READABLE);
	registration = iosrc_source_registration(victim.rig.source);
	victim_run(&victim, changing, ENOMEM, reregister_refused);
	assert_kind(victim.results[0], IOSRC_KIND_NO_MEMORY);
	assert_true(
	    iosrc_source_registration(victim.rig.source) == registration);
	contract_write(victim.rig.peer, "x", 1);
	contract_expect(victim.rig.poller, RIG_TOKEN);
	assert_int_equal(rig_drain(victim.rig.source), 1);
	victim_run(&victim, changing, ENOSPC, change_refused);
	assert_kind(victim.results[0], IOSRC_KIND_LIMIT);
	assert_ok(victim.results[1]);
	assert_kind(victim.results[2], IOSRC_KIND_LIMIT);
	assert_int_equal(iosrc_source_registration(victim.rig.source), 0);
	contract_write(victim.rig.peer, "x", 1);
	contract_expect_quiet(victim.rig.poller);
	assert_ok(iosrc_register(victim.rig.source, victim.rig.poller,
	    RIG_TOKEN, IOSRC_READABLE));
	contract_expect(victim.rig.poller, RIG_TOKEN);
	rig_shut(&victim.rig);
}

/* Without blocking, blocking for a time, and below a millisecond. */
static void wait_refused(struct victim *victim)
{
	static const int64_t timeouts[3] = { 0, CONTRACT_SOON, 1234567 };
	unsigned i;

	for (i = 0; i < 3; i++)
		victim->results[i] = iosrc_poller_wait(victim->rig.poller,
		    &victim->event, 1, timeouts[i]);
}

void contract_X2_refused_wait_loses_nothing(void **state)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	struct victim victim;
	unsigned i, k;

	(void)state;
	for (i = 0; i < 3; i++) {
		rig_open(&victim.rig, RIG_UNIX, IOSRC_READABLE | modes[i]);
		contract_write(victim.rig.peer, "x", 1);
		victim_run(&victim, waiting, ENOMEM, wait_refused);
		for (k = 0; k < 3; k++)
			assert_kind(victim.results[k], IOSRC_KIND_NO_MEMORY);
		rig_expect(&victim.rig);
		assert_int_equal(rig_drain(victim.rig.source), 1);
		contract_expect_quiet(victim.rig.poller);
		rig_shut(&victim.rig);
	}
}

/* ---- X4 ---- */

static void never_early(iosrc_poller *poller)
{
	static const int64_t timeouts[] = { 1, 100000, 999999, 1000000, 1000001,
		2300000, 5000000 };
	iosrc_event event;
	unsigned i;

	for (i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		int64_t began = contract_now(), took;

		assert_int_equal(
		    iosrc_poller_wait(poller, &event, 1, timeouts[i]), 0);
		took = contract_now() - began;
		assert_true(took >= timeouts[i]);
		contract_in_time(took,
		    timeouts[i] +
		        500 * CONTRACT_MS * (int64_t)contract_slowness());
	}
}

static void *wake_later(void *user)
{
	system_sleep(2 * CONTRACT_MS);
	return (void *)(uintptr_t)(iosrc_waker_wake(user) != IOSRC_OK);
}

static void woken(iosrc_poller *poller)
{
	iosrc_waker *waker = NULL;
	iosrc_event event;
	system_thread thread;
	void *failed;
	unsigned i;

	assert_ok(iosrc_waker_create(poller, 7, &waker));
	for (i = 0; i < 20; i++) {
		rig_start(&thread, wake_later, waker);
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, -1), 1);
		assert_int_equal(event.token, 7);
		system_thread_result(thread, &failed);
		assert_null(failed);
	}
	for (i = 0; i < 1000; i++) {
		assert_ok(iosrc_waker_wake(waker));
		contract_expect(poller, 7);
	}
	assert_ok(iosrc_waker_release(waker));
}

static void forked_answers(void *user)
{
	struct rig *rig = user;
	iosrc_event event;

	child_check(
	    iosrc_poller_wait(rig->poller, &event, 1, 0) == IOSRC_E_FORKED);
	child_check(iosrc_close(rig->source) == IOSRC_OK);
	child_check(iosrc_poller_release(rig->poller) == IOSRC_OK);
}

/* Registers, waits, wakes, forks: a little of everything. */
static void mini_round(void)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	struct rig rig;
	unsigned i, round;

	for (i = 0; i < 3; i++) {
		rig_open(&rig, RIG_TCP, IOSRC_READABLE | modes[i]);
		never_early(rig.poller);
		for (round = 0; round < 50; round++) {
			contract_write(rig.peer, "abc", 3);
			rig_expect(&rig);
			rig_take(&rig, 3);
			rig_again(&rig, IOSRC_READABLE | modes[i]);
		}
		contract_expect_quiet(rig.poller);
		woken(rig.poller);
		child_run(forked_answers, &rig);
		contract_write(rig.peer, "x", 1);
		rig_expect(&rig);
		rig_shut(&rig);
	}
}

/* A tool may answer by itself to what it does not know; what it knows has to
 * get memory wherever one of these calls takes a pointer. */
static void denied(const char *name, int number, int error)
{
	const int calls[] = { number, -1 };
	int room[2], size = 0;
	char more[256] = "";

	if (!contract_may_call(name))
		contract_skip("a filter around the suite kills for this call");
	deny_calls(calls, error);
	assert_int_equal(syscall(number, room, more, &size, 0, 0, 0), -1);
	assert_true(errno == error || contract_is_watched());
	mini_round();
}

void contract_X4_eventfd2_denied_eperm(void **state)
{
	(void)state;
	denied("eventfd2", SYS_eventfd2, EPERM);
}

void contract_X4_eventfd2_denied_enosys(void **state)
{
	(void)state;
	denied("eventfd2", SYS_eventfd2, ENOSYS);
}

/* What the kernel cannot do must not be promised. */
static void epoll_pwait2_denied(int error)
{
	int before = contract_can(IOSRC_CAN_WAIT_BELOW_MS);

	denied("epoll_pwait2", 441, error);
	if (contract_backend() == IOSRC_BACKEND_EPOLL)
		assert_false(contract_can(IOSRC_CAN_WAIT_BELOW_MS));
	else
		assert_int_equal(contract_can(IOSRC_CAN_WAIT_BELOW_MS), before);
}

void contract_X4_epoll_pwait2_denied_eperm(void **state)
{
	(void)state;
	epoll_pwait2_denied(EPERM);
}

void contract_X4_epoll_pwait2_denied_enosys(void **state)
{
	(void)state;
	epoll_pwait2_denied(ENOSYS);
}

void contract_X4_pipe2_denied_eperm(void **state)
{
	(void)state;
	denied("pipe2", SYS_pipe2, EPERM);
}

void contract_X4_pipe2_denied_enosys(void **state)
{
	(void)state;
	denied("pipe2", SYS_pipe2, ENOSYS);
}

/* Accepts and connects, and hands many items to the poller at once. */
static void net_round(void)
{
	static const enum net_kind kinds[] = { NET_TCP, NET_UNIX, NET_PIPE };
	enum { ITEMS = 40 };
	iosrc_poller *poller = contract_poller(IOSRC_POLLER_IO_URING);
	iosrc_io_item items[ITEMS];
	char memory[2 * ITEMS];
	struct net net;
	unsigned i, k;

	memset(memory, 'x', sizeof(memory));
	for (k = 0; k < 3; k++) {
		net_open(kinds[k], &net);
		assert_true(fcntl(net_handle(net.a), F_GETFL) & O_NONBLOCK);
		assert_true(fcntl(net_handle(net.a), F_GETFD) & FD_CLOEXEC);
		assert_ok(iosrc_register(net.b, poller, 1, IOSRC_WRITABLE));
		for (i = 0; i < ITEMS; i++)
			items[i] = net_item(net.b, IOSRC_OP_WRITE, i, 2);
		assert_int_equal(iosrc_io_many(poller, items, ITEMS,
		                     sizeof(items[0]), memory, sizeof(memory)),
		    ITEMS);
		net_await(net.a);
		assert_int_equal(rig_drain(net.a), 2 * ITEMS);
		net_close(&net);
	}
	assert_ok(iosrc_poller_release(poller));
}

void contract_X4_accept4_denied_eperm(void **state)
{
	(void)state;
	denied("accept4", SYS_accept4, EPERM);
	net_round();
}

void contract_X4_accept4_denied_enosys(void **state)
{
	(void)state;
	denied("accept4", SYS_accept4, ENOSYS);
	net_round();
}

/* What the kernel refuses must not be promised. */
static void io_uring_denied(int error)
{
	iosrc_poller *poller;

	denied("io_uring_setup", 425, error);
	poller = contract_poller(IOSRC_POLLER_IO_URING);
	net_round();
	assert_ok(iosrc_poller_release(poller));
}

void contract_X4_io_uring_setup_denied_eperm(void **state)
{
	(void)state;
	io_uring_denied(EPERM);
}

void contract_X4_io_uring_setup_denied_enosys(void **state)
{
	(void)state;
	io_uring_denied(ENOSYS);
}

/* Without the page that a fork wipes, forks are still found. */
void contract_X4_fork_mark_denied(void **state)
{
	static const int calls[] = { SYS_madvise, -1 };

	(void)state;
	deny_calls(calls, EINVAL);
	mini_round();
}

/* ---- X7 ---- */

void contract_X7_a_claimed_wake_comes_before_the_error(void **state)
{
	struct victim victim;
	iosrc_waker *waker = NULL;

	(void)state;
	rig_open(&victim.rig, RIG_UNIX, IOSRC_READABLE);
	contract_write(victim.rig.peer, "x", 1);
	assert_ok(iosrc_waker_create(victim.rig.poller, 7, &waker));
	assert_ok(iosrc_waker_wake(waker));
	victim_run(&victim, waiting, ENOMEM, wait_refused);
	assert_int_equal(victim.results[0], 1);
	assert_int_equal(victim.event.token, 7);
	assert_kind(victim.results[1], IOSRC_KIND_NO_MEMORY);
	assert_kind(victim.results[2], IOSRC_KIND_NO_MEMORY);
	rig_expect(&victim.rig);
	contract_expect_quiet(victim.rig.poller);
	assert_ok(iosrc_waker_release(waker));
	rig_shut(&victim.rig);
}
