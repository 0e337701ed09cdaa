/* SPDX-License-Identifier: MIT
 *
 * test_denied.c: contract X4 under seccomp(2): each system call of io_uring
 * refused; and killed, where none may ever be made. Each filter gets a child
 * of its own.
 */
#include "tests/uring/world.h"

#include <config.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend.h"
#include "tests/uring/calls.h"

#define COUNT 40
#define CANNOT 77

/* The same numbers on every processor but Alpha. */
enum { SETUP = 425, ENTER = 426, REGISTER = 427 };

static struct world world;

/* Calls from `first` to `last` are answered so. */
static bool filter(unsigned first, unsigned last, uint32_t answer)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, first, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, last, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, answer),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void expect_good_batch(void)
{
	char out[8];

	for (unsigned i = 0; i < COUNT; i++)
		world_item(&world, i, (enum sort)(TCP + i), IOSRC_OP_WRITE, 1);
	assert_int_equal(world_run(&world, COUNT), COUNT);
	for (unsigned i = 0; i < COUNT; i++)
		assert_int_equal(
		    world_drain(&world, (enum sort)(TCP + i), out, sizeof(out)),
		    1);
}

/* Runs in a child; its assertions end it by a signal or a status. */
static void in_child(int (*body)(unsigned number, int error), unsigned number,
    int error)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(body(number, error));
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT) {
		print_message("SKIP: no seccomp filter can be set here\n");
		skip();
	}
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- refused ---- */

static int refused_from_the_start(unsigned number, int error)
{
	if (!filter(number, number, SECCOMP_RET_ERRNO | (uint32_t)error))
		return CANNOT;
	world_open(&world, iosrc__backends[0]->id, IOSRC_POLLER_IO_URING);
	for (unsigned i = 0; i < 3; i++)
		expect_good_batch();
	return world_has_ring(&world);
}

static int refused_later(unsigned number, int error)
{
	world_open(&world, iosrc__backends[0]->id, IOSRC_POLLER_IO_URING);
	expect_good_batch();
	if (!filter(number, number, SECCOMP_RET_ERRNO | (uint32_t)error))
		return CANNOT;
	for (unsigned i = 0; i < 3; i++)
		expect_good_batch();
	return number == ENTER && world_has_ring(&world);
}

static void denied(int error)
{
	in_child(refused_from_the_start, SETUP, error);
	in_child(refused_from_the_start, ENTER, error);
	in_child(refused_from_the_start, REGISTER, error);
	in_child(refused_later, SETUP, error);
	in_child(refused_later, ENTER, error);
}

static void contract_X4_denied_eperm(void **state)
{
	(void)state;
	denied(EPERM);
}

static void contract_X4_denied_enosys(void **state)
{
	(void)state;
	denied(ENOSYS);
}

/* ---- killed ---- */

static int killed_for_it(unsigned flags, int unused)
{
	(void)unused;
	if (!filter(SETUP, REGISTER, SECCOMP_RET_KILL_PROCESS))
		return CANNOT;
	for (unsigned i = 0; iosrc__backends[i]; i++) {
		world_open(&world, iosrc__backends[i]->id, flags);
		for (unsigned round = 0; round < 3; round++)
			expect_good_batch();
		if (world_has_ring(&world))
			return 1;
		world_close(&world);
	}
	return 0;
}

static void contract_X4_never_called_unless_asked_for(void **state)
{
	(void)state;
	in_child(killed_for_it, 0, 0);
	in_child(killed_for_it, IOSRC_POLLER_INTERRUPTIBLE, 0);
}

/* Built without it, no poller has it. */
static void contract_X4_never_called_when_switched_off(void **state)
{
	(void)state;
	if (IOSRC_USE_IO_URING) {
		print_message("SKIP: built with io_uring\n");
		skip();
	}
	in_child(killed_for_it, IOSRC_POLLER_IO_URING, 0);
}

/* The filter does kill. */
static int enters(unsigned unused, int unused_too)
{
	(void)unused;
	(void)unused_too;
	if (!filter(SETUP, REGISTER, SECCOMP_RET_KILL_PROCESS))
		return CANNOT;
	syscall(SETUP, 0u, NULL);
	return 0;
}

static void contract_X4_the_filter_kills(void **state)
{
	int status = 0;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(enters(0, 0));
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT)
		skip();
	assert_true(WIFSIGNALED(status));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contract_X4_denied_eperm),
		cmocka_unit_test(contract_X4_denied_enosys),
		cmocka_unit_test(contract_X4_the_filter_kills),
		cmocka_unit_test(contract_X4_never_called_unless_asked_for),
		cmocka_unit_test(contract_X4_never_called_when_switched_off),
	};

	alarm(60 * test_slowness());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
