/* SPDX-License-Identifier: MIT
 *
 * thread.c: POSIX threads, and SIGUSR1 as what disturbs them.
 */
#include "../suite.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct system_thread_state {
	pthread_t thread;
};

int system_thread_start(system_thread *out, void *(*body)(void *), void *user)
{
	system_thread state = malloc(sizeof(*state));
	int error;

	if (!state)
		return -1;
	/* Before the thread runs: it may look for its own target. */
	*out = state;
	error = pthread_create(&state->thread, NULL, body, user);
	if (error != 0)
		free(state);
	return error;
}

int system_thread_join(system_thread thread)
{
	return system_thread_result(thread, NULL);
}

int system_thread_result(system_thread thread, void **out)
{
	int error = pthread_join(thread->thread, out);

	free(thread);
	return error;
}

void system_yield(void)
{
	sched_yield();
}

static void on_signal(int number)
{
	(void)number;
}

void system_bear_disturbances(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	sigemptyset(&action.sa_mask);
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
}

system_target system_this_thread(void)
{
	return (system_target)pthread_self();
}

system_target system_thread_target(system_thread thread)
{
	return (system_target)thread->thread;
}

void system_disturb(system_target target)
{
	pthread_kill((pthread_t)target, SIGUSR1);
}

void system_default_broken_pipe(void)
{
	sigset_t set;

	assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
}

void system_gate_enter(void)
{
}

void system_gate_leave(void)
{
}
