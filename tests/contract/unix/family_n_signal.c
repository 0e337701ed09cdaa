/* SPDX-License-Identifier: MIT
 *
 * family_n_signal.c: N2, writing to a pipe that nobody reads raises no signal
 * where the system offers that.
 */
#include "family_n.h"

#include "endpoints.h"
#include "family_rig.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t write_one(iosrc_source *source, unsigned vectored)
{
	char data[2] = "xy";
	iosrc_buffer buffers[2] = { { data, 1 }, { data + 1, 1 } };

	if (vectored)
		return iosrc_writev(source, buffers, 2);
	return iosrc_write(source, data, 1);
}

enum { QUIET = 10, WRONG = 11 };

/* How a child ends: its status, or minus the signal. */
static int outcome(int (*body)(void))
{
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGSYS, SIG_DFL);
		_exit(body());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* RWF_NOSIGNAL, asked for by hand. */
static int kernel_writes_silently(void)
{
#ifdef SYS_pwritev2
	char data[1] = "x";
	struct iovec piece = { data, 1 };
	iosrc_handle fds[2];

	if (system_pipe(fds) != 0)
		return WRONG;
	system_close(fds[0]);
	if (syscall(SYS_pwritev2, fds[1], &piece, 1L, -1L, -1L, 0x100) < 0 &&
	    errno == EPIPE)
		return QUIET;
#endif
	return WRONG;
}

static int pipe_is_quiet(void)
{
	struct net net;
	unsigned i;

	for (i = 0; i < 4; i++) {
		if (iosrc_pipe(&net.a, &net.b) != IOSRC_OK ||
		    iosrc_close(net.a) != IOSRC_OK)
			return WRONG;
		if (iosrc_status_kind((iosrc_status)write_one(net.b, i % 2)) !=
		    IOSRC_KIND_BROKEN_PIPE)
			return WRONG;
		if (iosrc_close(net.b) != IOSRC_OK)
			return WRONG;
	}
	return QUIET;
}

/* The build may do without the call; `make check` tells by the environment. */
static int is_built_without(const char *call)
{
	const char *calls = getenv("IOSRC_OPTIONAL_CALLS");

	return calls && !strstr(calls, call);
}

void contract_N2_pipes_raise_no_signal(void **state)
{
	int got;

	(void)state;
	system_default_broken_pipe();
	got = outcome(pipe_is_quiet);
	if (got == QUIET)
		return;
	assert_int_equal(got, -SIGPIPE);
	if (outcome(kernel_writes_silently) != QUIET)
		contract_skip("this kernel has no silent write to pipes");
	if (is_built_without("pwritev2"))
		contract_skip("the library was built without pwritev2");
	fail_msg("SIGPIPE, though the kernel offers RWF_NOSIGNAL");
}
