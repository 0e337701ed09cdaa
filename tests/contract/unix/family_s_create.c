/* SPDX-License-Identifier: MIT
 *
 * family_s_create.c: S1, what may be made a source of, and that nobody is asked.
 */
#include "family_s.h"

#include "family_sr.h"

#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define S1_ROUNDS 1000
#define STRICT 1 /* SECCOMP_MODE_STRICT, of the kernel's headers */

/* Runs where any system call but read, write and exit kills. One block goes
 * round and round, so that malloc needs no memory from the system. */
static void create_under_seccomp(iosrc_source *warm)
{
	iosrc_source *source = NULL;
	iosrc_handle handle = -1;
	int i, bad = 0;

	iosrc_into_inner(warm, NULL);
	if (prctl(PR_SET_SECCOMP, STRICT) != 0)
		_exit(77);
	for (i = 0; i < S1_ROUNDS; i++) {
		bad |= iosrc_create(i, IOSRC_HANDLE_DEFAULT, &source) !=
		    IOSRC_OK;
		bad |= iosrc_source_handle(source) != i;
		bad |= iosrc_source_registration(source) != 0;
		bad |= iosrc_create(-1, IOSRC_HANDLE_DEFAULT, &source) !=
		    IOSRC_E_INVALID;
		bad |= iosrc_into_inner(source, &handle) != IOSRC_OK;
		bad |= handle != i;
	}
	syscall(SYS_exit, bad);
}

void contract_S1_create_makes_no_system_call(void **state)
{
	iosrc_source *held, *warm;
	int status;
	pid_t child;

	(void)state;
	if (contract_is_watched())
		contract_skip("the tool makes system calls of its own");
	held = contract_source(0);
	warm = contract_source(1);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		create_under_seccomp(warm);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_ok(iosrc_into_inner(held, NULL));
	assert_ok(iosrc_into_inner(warm, NULL));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		contract_skip("the system has no strict seccomp mode");
	if (WIFSIGNALED(status))
		fail_msg("killed by signal %d: a system call was made",
		    WTERMSIG(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

void contract_S1_handle_is_what_was_given(void **state)
{
	static const iosrc_handle handles[] = { 0, 1, 2, 1023, 65536,
		INT_MAX - 1, INT_MAX };
	static const iosrc_handle_type types[] = { IOSRC_HANDLE_DEFAULT,
		IOSRC_HANDLE_SOCKET, IOSRC_HANDLE_PIPE };
	size_t h, t;

	(void)state;
	for (h = 0; h < sizeof(handles) / sizeof(handles[0]); h++) {
		for (t = 0; t < 3; t++) {
			iosrc_source *source = NULL;
			iosrc_handle back = -1;

			assert_ok(iosrc_create(handles[h], types[t], &source));
			assert_int_equal(iosrc_source_handle(source),
			    handles[h]);
			assert_int_equal(iosrc_source_registration(source), 0);
			assert_ok(iosrc_into_inner(source, &back));
			assert_int_equal(back, handles[h]);
		}
	}
}

void contract_S1_bad_handles_and_types_write_nothing(void **state)
{
	static const iosrc_handle handles[] = { -1, -2, INT_MIN, INTPTR_MIN,
		(iosrc_handle)INT_MAX + (INTPTR_MAX > INT_MAX), INTPTR_MAX };
	static const iosrc_handle_type types[] = { IOSRC_HANDLE_WAITABLE, 4,
		255, UINT32_MAX };
	iosrc_source *const mark = (iosrc_source *)(void *)&handles;
	iosrc_source *source = mark;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
		if (handles[i] == INT_MAX) /* pointers of 32 bits */
			continue;
		assert_status(
		    iosrc_create(handles[i], IOSRC_HANDLE_DEFAULT, &source),
		    IOSRC_E_INVALID);
		assert_status(
		    iosrc_create(handles[i], IOSRC_HANDLE_WAITABLE, &source),
		    IOSRC_E_INVALID);
		assert_ptr_equal(source, mark);
	}
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_status(iosrc_create(0, types[i], &source),
		    IOSRC_E_UNSUPPORTED);
		assert_ptr_equal(source, mark);
	}
	assert_status(iosrc_create(0, IOSRC_HANDLE_DEFAULT, NULL),
	    IOSRC_E_INVALID);
}

void contract_S1_a_closed_handle_is_not_looked_at(void **state)
{
	iosrc_source *source;
	iosrc_handle fds[2];

	(void)state;
	contract_pipe(fds);
	system_close(fds[0]);
	source = contract_source(fds[0]);
	assert_int_equal(iosrc_source_handle(source), fds[0]);
	assert_ok(iosrc_into_inner(source, NULL));
	system_close(fds[1]);
}
