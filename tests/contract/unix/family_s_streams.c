/* SPDX-License-Identifier: MIT
 *
 * family_s_streams.c: records, packets and lines; and descriptors that are
 * passed, behind which a read stops short.
 */
#include "family_s_streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>

static void open_stream(iosrc_handle fds[2])
{
	contract_pair(IOSRC_TYPE_STREAM, fds);
}

static void open_records(iosrc_handle fds[2])
{
	contract_pair(IOSRC_TYPE_SEQPACKET, fds);
}

static void open_packets(iosrc_handle fds[2])
{
	contract_pipe(fds);
	if (fcntl((int)fds[0], F_SETFL, O_DIRECT | O_NONBLOCK) != 0 ||
	    fcntl((int)fds[1], F_SETFL, O_DIRECT | O_NONBLOCK) != 0)
		fail_msg("a pipe with O_DIRECT: %s", strerror(errno));
}

/* Lines are read from the terminal's side, without echo. */
static void open_terminal(iosrc_handle fds[2])
{
	struct termios how;
	int master, slave;

	master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	slave = open(ptsname(master),
	    O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_true(slave >= 0);
	assert_int_equal(tcgetattr(slave, &how), 0);
	how.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	assert_int_equal(tcsetattr(slave, TCSANOW, &how), 0);
	fds[0] = slave;
	fds[1] = master;
}

const struct stream_kind system_stream_kinds[] = {
	{ "packets", open_packets, 0 }, { "records", open_records, 0 },
	{ "terminal", open_terminal, 1 }, { NULL, NULL, 0 }
};

static void send_rights(iosrc_handle handle)
{
	int fd = (int)handle;
	struct iovec bytes = { (void *)(uintptr_t) "with rights", 11 };
	union {
		struct cmsghdr align;
		char data[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = { .msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *part;

	memset(&control, 0, sizeof(control));
	part = CMSG_FIRSTHDR(&message);
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(part), &fd, sizeof(fd));
	assert_int_equal(sendmsg(fd, &message, 0), 11);
}

static void send_three_with_rights(iosrc_handle fd)
{
	send_rights(fd);
	contract_write(fd, "plain", 5);
	send_rights(fd);
}

const struct stream_leaving system_stream_leavings[] = {
	{ open_stream, send_three_with_rights, 27, 0 },
	{ open_packets, send_three, 14, 0 },
	{ open_records, send_three, 14, 0 },
	{ open_terminal, send_three, 14, 0 }, { NULL, NULL, 0, 0 }
};
