/* SPDX-License-Identifier: MIT
 *
 * pty.c: "pty COMMAND..." runs a command whose standard input is a terminal,
 * at which somebody types what comes in here, and ^D when that ends. Answers
 * the command's exit status, or 90 when it left the terminal non-blocking,
 * which would be felt by every other program there.
 */
#define _XOPEN_SOURCE 700

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define STILL_NONBLOCKING 90
#define BROKEN 91

static char typed[512];
static ssize_t typed_size, typed_done;
static int has_ended;

static int open_terminal(int *out_slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
		return -1;
	*out_slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	return *out_slave < 0 ? -1 : master;
}

static pid_t start(char **command, int master, int slave)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	setsid();
	ioctl(slave, TIOCSCTTY, 0);
	dup2(slave, STDIN_FILENO);
	close(slave);
	close(master);
	execvp(command[0], command);
	perror(command[0]);
	_exit(BROKEN);
}

/* The terminal echoes: unread, that would fill up and stop everything. */
static void type_some(int master)
{
	struct pollfd fds[2] = { { .fd = master, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN } };
	char echo[4096];

	if (typed_done < typed_size) {
		fds[0].events |= POLLOUT;
		fds[1].fd = -1;
	} else if (has_ended) {
		fds[1].fd = -1;
	}
	if (poll(fds, 2, 20) <= 0)
		return;
	if (fds[0].revents & POLLIN && read(master, echo, sizeof echo) < 0)
		return;
	if (fds[0].revents & POLLOUT) {
		ssize_t count = write(master, typed + typed_done,
		    (size_t)(typed_size - typed_done));

		typed_done += count > 0 ? count : 0;
	}
	if (fds[1].revents) {
		typed_done = 0;
		typed_size = read(STDIN_FILENO, typed, sizeof typed);
		if (typed_size <= 0) {
			has_ended = 1;
			typed[0] = 4; /* ^D */
			typed_size = 1;
		}
	}
}

int main(int argc, char **argv)
{
	int slave, status, master;
	pid_t child;

	if (argc < 2)
		return BROKEN;
	master = open_terminal(&slave);
	if (master < 0 || fcntl(master, F_SETFL, O_NONBLOCK) != 0) {
		perror("no terminal");
		return BROKEN;
	}
	child = start(argv + 1, master, slave);
	if (child < 0)
		return BROKEN;
	while (waitpid(child, &status, WNOHANG) == 0)
		type_some(master);
	if (fcntl(slave, F_GETFL) & O_NONBLOCK)
		return STILL_NONBLOCKING;
	return WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN;
}
