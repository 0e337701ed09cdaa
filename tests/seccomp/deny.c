/* SPDX-License-Identifier: MIT
 *
 * deny.c: deny WHAT CALL[,CALL...] PROGRAM [ARGUMENT...]
 *
 * Runs a program that gets an error (WHAT is EPERM or ENOSYS) from some system
 * calls, or is killed for them (WHAT is kill), by a filter of seccomp(2) in
 * raw BPF. CALL is a name below, or "all". Exit status 77 where no filter can
 * be set, 2 for a bad command line, else the program's.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBERS 3
#define MOST 64 /* numbers in all */

/* Older headers lack the later ones, whose numbers are the same on every
 * processor. */
enum { IO_URING_SETUP = 425, IO_URING_ENTER, IO_URING_REGISTER };
enum { EPOLL_PWAIT2 = 441 };

/* What a library may do without, with older calls of the same use. */
static const struct {
	const char *name;
	int numbers[NUMBERS];
} calls[] = {
#ifdef SYS_eventfd
	{ "eventfd2", { SYS_eventfd2, SYS_eventfd, -1 } },
#else
	{ "eventfd2", { SYS_eventfd2, -1, -1 } },
#endif
	{ "epoll_pwait2", { EPOLL_PWAIT2, -1, -1 } },
	{ "io_uring_setup",
	    { IO_URING_SETUP, IO_URING_ENTER, IO_URING_REGISTER } },
	{ "pipe2", { SYS_pipe2, -1, -1 } },
	{ "pwritev2", { SYS_pwritev2, -1, -1 } },
	{ "accept4", { SYS_accept4, -1, -1 } }
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

static struct sock_filter code[2 + 2 * MOST];
static unsigned short code_size;

static void emit(struct sock_filter one)
{
	code[code_size++] = one;
}

static void emit_numbers(const int *numbers, uint32_t action)
{
	unsigned i;

	for (i = 0; i < NUMBERS; i++) {
		if (numbers[i] < 0)
			continue;
		emit((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		    (unsigned)numbers[i], 0, 1));
		emit((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
	}
}

/* Answers whether the name is known. */
static int emit_call(const char *name, size_t size, uint32_t action)
{
	int found = 0;
	size_t i;

	for (i = 0; i < CALLS; i++) {
		int is_this = strlen(calls[i].name) == size &&
		    strncmp(calls[i].name, name, size) == 0;

		if (!is_this && (size != 3 || strncmp("all", name, 3) != 0))
			continue;
		emit_numbers(calls[i].numbers, action);
		found = 1;
	}
	return found;
}

static int emit_calls(const char *names, uint32_t action)
{
	size_t size;

	emit((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr)));
	for (; *names; names += size + (names[size] == ',')) {
		size = strcspn(names, ",");
		if (code_size + 2 * NUMBERS * CALLS > 2 * MOST)
			return 0;
		if (!emit_call(names, size, action))
			return 0;
	}
	emit((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	return 1;
}

static uint32_t action_of(const char *what)
{
	if (strcmp(what, "EPERM") == 0)
		return SECCOMP_RET_ERRNO | EPERM;
	if (strcmp(what, "ENOSYS") == 0)
		return SECCOMP_RET_ERRNO | ENOSYS;
	if (strcmp(what, "kill") == 0)
		return SECCOMP_RET_KILL_PROCESS;
	return SECCOMP_RET_ALLOW;
}

static int set_filter(void)
{
	struct sock_fprog program = { code_size, code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

int main(int count, char **texts)
{
	uint32_t action = count < 4 ? SECCOMP_RET_ALLOW : action_of(texts[1]);

	if (action == SECCOMP_RET_ALLOW || !emit_calls(texts[2], action)) {
		fprintf(stderr,
		    "usage: deny EPERM|ENOSYS|kill "
		    "CALL[,CALL...]|all PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	if (!set_filter()) {
		printf("SKIP: no seccomp filter can be set here: %s\n",
		    strerror(errno));
		return 77;
	}
	/* Tests that make such a call themselves ask for this. */
	setenv("IOSRC_TEST_FORBIDDEN",
	    strcmp(texts[1], "kill") == 0 ? texts[2] : "", 1);
	execvp(texts[3], texts + 3);
	perror(texts[3]);
	return 127;
}
