/* SPDX-License-Identifier: MIT
 *
 * test_socket.c: the calls of sockets, and what their answers mean for a
 * direction. Real sockets; what none of them does by itself comes from the
 * linker's --wrap.
 */
#include <config.h>

#include "tests/core/core.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iosrc_net.h>

#include "status.h"
#include "sys/direct_io.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ALL (IOSRC_READABLE | IOSRC_WRITABLE | IOSRC_PRIORITY)
#define PEEK IOSRC_RECV_PEEK
#define OOB IOSRC_RECV_OOB
#define UNKNOWN_FLAG 0x80000000u

/* ---- the system, which follows a script ---- */

/* What the next calls answer: an error where negative, a count where
 * positive; 0 is the system itself. */
struct script {
	ssize_t answers[2];
	unsigned calls;
	size_t size; /* of the last call */
	int flags;
};

static struct script of_accept4, of_accept, of_fcntl, of_recv, of_recvmsg,
    of_send, of_sendto;

int __real_accept4(int fd, struct sockaddr *address, socklen_t *size,
    int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size,
    int flags);
int __real_accept(int fd, struct sockaddr *address, socklen_t *size);
int __wrap_accept(int fd, struct sockaddr *address, socklen_t *size);
int __real_fcntl(int fd, int operation, ...);
int __wrap_fcntl(int fd, int operation, long argument);
int __wrap_fcntl64(int fd, int operation, long argument);
ssize_t __real_recv(int fd, void *data, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *data, size_t size, int flags);
ssize_t __real_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t __real_send(int fd, const void *data, size_t size, int flags);
ssize_t __wrap_send(int fd, const void *data, size_t size, int flags);
ssize_t __real_sendto(int fd, const void *data, size_t size, int flags,
    const struct sockaddr *peer, socklen_t peer_size);
ssize_t __wrap_sendto(int fd, const void *data, size_t size, int flags,
    const struct sockaddr *peer, socklen_t peer_size);

/* True: *out_answer is the script's. */
static bool play(struct script *script, size_t size, int flags,
    ssize_t *out_answer)
{
	ssize_t answer = script->answers[0];

	script->calls++;
	script->size = size;
	script->flags = flags;
	script->answers[0] = script->answers[1];
	script->answers[1] = 0;
	if (answer < 0) {
		errno = (int)-answer;
		answer = -1;
	}
	*out_answer = answer;
	return answer != 0;
}

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
	ssize_t answer;

	return play(&of_accept4, 0, flags, &answer)
	    ? (int)answer
	    : __real_accept4(fd, address, size, flags);
}

int __wrap_accept(int fd, struct sockaddr *address, socklen_t *size)
{
	ssize_t answer;

	return play(&of_accept, 0, 0, &answer)
	    ? (int)answer
	    : __real_accept(fd, address, size);
}

int __wrap_fcntl(int fd, int operation, long argument)
{
	ssize_t answer;

	return play(&of_fcntl, 0, 0, &answer)
	    ? (int)answer
	    : __real_fcntl(fd, operation, argument);
}

int __wrap_fcntl64(int fd, int operation, long argument)
{
	return __wrap_fcntl(fd, operation, argument);
}

ssize_t __wrap_recv(int fd, void *data, size_t size, int flags)
{
	ssize_t answer;

	return play(&of_recv, size, flags, &answer)
	    ? answer
	    : __real_recv(fd, data, size, flags);
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t answer;

	return play(&of_recvmsg, message->msg_iov->iov_len, flags, &answer)
	    ? answer
	    : __real_recvmsg(fd, message, flags);
}

ssize_t __wrap_send(int fd, const void *data, size_t size, int flags)
{
	ssize_t answer;

	return play(&of_send, size, flags, &answer)
	    ? answer
	    : __real_send(fd, data, size, flags);
}

ssize_t __wrap_sendto(int fd, const void *data, size_t size, int flags,
    const struct sockaddr *peer, socklen_t peer_size)
{
	ssize_t answer;

	return play(&of_sendto, size, flags, &answer)
	    ? answer
	    : __real_sendto(fd, data, size, flags, peer, peer_size);
}

static void write_script(struct script *script, ssize_t first, ssize_t second)
{
	const struct script fresh = { { first, second }, 0, 0, 0 };

	*script = fresh;
}

static int setup(void **state)
{
	struct script *const all[] = { &of_accept4, &of_accept, &of_fcntl,
		&of_recv, &of_recvmsg, &of_send, &of_sendto };

	for (size_t i = 0; i < COUNT(all); i++)
		write_script(all[i], 0, 0);
	return core_setup(state);
}

/* ---- a source that is registered, its events taken ---- */

struct end {
	iosrc_poller *poller;
	iosrc_source *source;
	iosrc_source *peer;
};

static void end_watch(struct end *end, iosrc_source *source, iosrc_source *peer)
{
	iosrc_handle handle = iosrc_source_handle(source);

	end->poller = core_poller();
	end->source = source;
	end->peer = peer;
	assert_int_equal(iosrc_register(source, end->poller, 1, ALL), IOSRC_OK);
	fake_set_ready(end->poller, handle, ALL);
	core_expect(end->poller, 1, ALL);
	fake_set_ready(end->poller, handle, 0);
}

static void end_open(struct end *end, uint32_t type)
{
	iosrc_source *a, *b;

	assert_int_equal(iosrc_pair(type, &a, &b), IOSRC_OK);
	end_watch(end, a, b);
}

static void end_close(struct end *end)
{
	iosrc_close(end->source);
	iosrc_close(end->peer);
	core_release(end->poller);
}

/* What has been armed since the last look. */
static iosrc_bits armed(struct end *end)
{
	iosrc_handle handle = iosrc_source_handle(end->source);
	iosrc_bits directions = fake_armed(end->poller, handle);

	fake_set_ready(end->poller, handle, directions);
	if (directions)
		core_expect(end->poller, 1, directions);
	fake_set_ready(end->poller, handle, 0);
	return directions;
}

static iosrc_address loopback(void)
{
	iosrc_address address;

	assert_int_equal(iosrc_address_parse("127.0.0.1:0", SIZE_MAX, &address),
	    IOSRC_OK);
	return address;
}

static iosrc_source *listener(iosrc_address *out_address)
{
	iosrc_source *source;

	*out_address = loopback();
	assert_int_equal(iosrc_listen(out_address, NULL, 0, &source), IOSRC_OK);
	assert_int_equal(iosrc_local_address(source, out_address), IOSRC_OK);
	return source;
}

static iosrc_source *connected(const iosrc_address *address)
{
	iosrc_source *source;

	assert_int_equal(iosrc_connect(address, NULL, 0, &source), IOSRC_OK);
	return source;
}

/* Two ends of a TCP connection. */
static void tcp_open(struct end *end)
{
	iosrc_address address;
	iosrc_source *served = listener(&address), *accepted;
	iosrc_source *client = connected(&address);

	assert_int_equal(iosrc_accept(served, NULL, &accepted), IOSRC_OK);
	iosrc_close(served);
	end_watch(end, client, accepted);
}

static void fill(iosrc_source *source)
{
	char data[4096] = "";
	int64_t result;

	do {
		result = iosrc_send(source, data, sizeof(data), 0);
	} while (result > 0);
	assert_int_equal(result, IOSRC_E_WOULD_BLOCK);
}

#define UNTOUCHED ((iosrc_source *)(uintptr_t)0x55)

/* ---- accept ---- */

struct door {
	struct end end;
	iosrc_address address;
};

static void door_open(struct door *door)
{
	end_watch(&door->end, listener(&door->address), NULL);
}

static void expect_born_right(const iosrc_source *source)
{
	int fd = (int)iosrc_source_handle(source);

	assert_true(__real_fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(__real_fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

/* Connects and accepts. */
static void pass(struct door *door)
{
	iosrc_source *client = connected(&door->address), *accepted;
	iosrc_address own, peer;

	assert_int_equal(iosrc_accept(door->end.source, &peer, &accepted),
	    IOSRC_OK);
	expect_born_right(accepted);
	assert_int_equal(iosrc_local_address(client, &own), IOSRC_OK);
	assert_memory_equal(&peer, &own, sizeof(own));
	assert_int_equal(iosrc_source_registration(accepted), 0);
	iosrc_close(client);
	iosrc_close(accepted);
}

static void contract_N4_accept_until_it_would_block(void **state)
{
	iosrc_source *clients[3], *accepted = UNTOUCHED;
	struct door door;

	(void)state;
	door_open(&door);
	pass(&door);
	assert_int_equal(armed(&door.end), 0);
	for (unsigned i = 0; i < 3; i++)
		clients[i] = connected(&door.address);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(iosrc_accept(door.end.source, NULL, &accepted),
		    IOSRC_OK);
		iosrc_close(accepted);
		iosrc_close(clients[i]);
	}
	assert_int_equal(armed(&door.end), 0);
	accepted = UNTOUCHED;
	assert_int_equal(iosrc_accept(door.end.source, NULL, &accepted),
	    IOSRC_E_WOULD_BLOCK);
	assert_int_equal(armed(&door.end), IOSRC_READABLE);
	assert_ptr_equal(accepted, UNTOUCHED);
	end_close(&door.end);
}

static void contract_X2_no_connection_is_lost_to_memory(void **state)
{
	iosrc_source *client, *accepted = UNTOUCHED;
	struct door door;

	(void)state;
	door_open(&door);
	client = connected(&door.address);
	allocations_fail(1);
	assert_int_equal(iosrc_accept(door.end.source, NULL, &accepted),
	    IOSRC_E_NO_MEMORY);
	assert_ptr_equal(accepted, UNTOUCHED);
	assert_int_equal(of_accept4.calls + of_accept.calls, 0);
	assert_int_equal(iosrc_accept(door.end.source, NULL, &accepted),
	    IOSRC_OK);
	iosrc_close(accepted);
	iosrc_close(client);
	end_close(&door.end);
}

static void contract_X4_accept_without_accept4(void **state)
{
	struct door door;

	(void)state;
	door_open(&door);
	write_script(&of_accept4, -ENOSYS, -EIO);
	for (unsigned i = 0; i < 3; i++)
		pass(&door);
	/* A kernel without it is asked once. */
	assert_in_range(of_accept4.calls, 0, 1);
	assert_int_equal(of_accept.calls, 3);
	assert_int_equal(armed(&door.end), 0);
	end_close(&door.end);
}

#if IOSRC_USE_ACCEPT4

static void contract_X4_a_sandbox_that_knows_no_accept4(void **state)
{
	iosrc_source *accepted = UNTOUCHED;
	struct door door;

	(void)state;
	door_open(&door);
	write_script(&of_accept4, -EPERM, 0);
	pass(&door);
	pass(&door);
	assert_int_equal(of_accept4.calls, 2);
	assert_int_equal(of_accept.calls, 1);
	/* The rule is about the connection: accept says so too. */
	write_script(&of_accept4, -EPERM, 0);
	write_script(&of_accept, -EPERM, 0);
	assert_int_equal(iosrc_accept(door.end.source, NULL, &accepted),
	    iosrc__status_from_errno(EPERM));
	assert_ptr_equal(accepted, UNTOUCHED);
	end_close(&door.end);
}

static void contract_S6_errors_of_accept(void **state)
{
	static const int codes[] = { ECONNABORTED, EMFILE, ENFILE, ENOBUFS,
		ENOMEM, EPROTO, EHOSTUNREACH };
	iosrc_source *accepted = UNTOUCHED;
	iosrc_address peer = { .family = 77 };
	struct door door;

	(void)state;
	door_open(&door);
	for (size_t i = 0; i < COUNT(codes); i++) {
		write_script(&of_accept4, -codes[i], 0);
		assert_int_equal(
		    iosrc_accept(door.end.source, &peer, &accepted),
		    iosrc__status_from_errno(codes[i]));
		assert_int_equal(armed(&door.end), IOSRC_READABLE);
	}
	assert_ptr_equal(accepted, UNTOUCHED);
	assert_int_equal(peer.family, 77);
	write_script(&of_accept4, -EINTR, -EINTR);
	pass(&door);
	assert_int_equal(of_accept4.calls, 3);
	end_close(&door.end);
}

#endif

static void contract_X2_an_accepted_handle_that_stays_bare(void **state)
{
	iosrc_source *accepted = UNTOUCHED, *client;
	struct door door;
	int before, after;

	(void)state;
	door_open(&door);
	for (ssize_t at = 0; at < 2; at++) {
		client = connected(&door.address);
		before = dup(0);
		close(before);
		write_script(&of_accept4, -ENOSYS, 0);
		write_script(&of_fcntl, at ? O_RDWR : -EIO, at ? -EIO : 0);
		assert_int_equal(iosrc_accept(door.end.source, NULL, &accepted),
		    iosrc__status_from_errno(EIO));
		assert_ptr_equal(accepted, UNTOUCHED);
		after = dup(0);
		close(after);
		assert_int_equal(after, before);
		iosrc_close(client);
	}
	end_close(&door.end);
}

static void test_an_unnamed_peer_has_size_0(void **state)
{
	iosrc_address address = { .family = IOSRC_FAMILY_UNIX_ABSTRACT };
	iosrc_source *served, *client, *accepted;
	iosrc_address peer;
	char name[32];

	(void)state;
	address.size = (uint32_t)snprintf(name, sizeof(name), "iosrc-%ld",
	    (long)getpid());
	memcpy(address.data, name, address.size);
	assert_int_equal(iosrc_listen(&address, NULL, 0, &served), IOSRC_OK);
	client = connected(&address);
	assert_int_equal(iosrc_accept(served, &peer, &accepted), IOSRC_OK);
	assert_int_equal(peer.family, IOSRC_FAMILY_UNIX);
	assert_int_equal(peer.size, 0);
	iosrc_close(accepted);
	iosrc_close(client);
	iosrc_close(served);
}

/* ---- receive ---- */

static void contract_S7_recv_arms_as_read_does(void **state)
{
	iosrc_flags flags = 77;
	struct end end;
	char data[8];

	(void)state;
	end_open(&end, IOSRC_TYPE_STREAM);
	for (unsigned i = 0; i < 2; i++) {
		iosrc_flags *out = i ? &flags : NULL;

		assert_int_equal(iosrc_recv(end.source, data, 4, 0, out),
		    IOSRC_E_WOULD_BLOCK);
		assert_int_equal(armed(&end), IOSRC_READABLE);
		assert_int_equal(flags, 77);
		assert_int_equal(iosrc_send(end.peer, "texttext", 8, 0), 8);
		assert_int_equal(iosrc_recv(end.source, data, 4, 0, out), 4);
		assert_int_equal(armed(&end), 0);
		assert_int_equal(iosrc_recv(end.source, data, 8, 0, out), 4);
		assert_memory_equal(data, "text", 4);
		assert_int_equal(armed(&end), IOSRC_READABLE);
	}
	assert_int_equal(flags, 0);
	/* Only who wants to know pays for it. */
	assert_int_equal(of_recv.calls, 3);
	assert_int_equal(of_recvmsg.calls, 3);
	assert_int_equal(iosrc_shutdown(end.peer, IOSRC_WRITABLE), IOSRC_OK);
	assert_int_equal(iosrc_recv(end.source, data, 8, 0, NULL), 0);
	assert_int_equal(armed(&end), 0);
	end_close(&end);
}

static void contract_E5_a_peek_arms_only_what_would_block(void **state)
{
	struct end end;
	char data[8];

	(void)state;
	end_open(&end, IOSRC_TYPE_STREAM);
	assert_int_equal(iosrc_recv(end.source, data, 8, PEEK, NULL),
	    IOSRC_E_WOULD_BLOCK);
	assert_int_equal(armed(&end), IOSRC_READABLE);
	assert_int_equal(iosrc_send(end.peer, "text", 4, 0), 4);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(iosrc_recv(end.source, data, 8, PEEK, NULL),
		    4);
		assert_memory_equal(data, "text", 4);
		assert_int_equal(armed(&end), 0);
	}
	assert_int_equal(iosrc_recv_from(end.source, data, 8, PEEK, NULL, NULL),
	    4);
	assert_int_equal(armed(&end), 0);
	assert_int_equal(iosrc_recv(end.source, data, 8, 0, NULL), 4);
	assert_int_equal(armed(&end), IOSRC_READABLE);
	end_close(&end);
}

static void test_what_is_urgent_has_a_direction_of_its_own(void **state)
{
	struct end end;
	char data[8];

	(void)state;
	tcp_open(&end);
	assert_int_equal(iosrc_status_kind((iosrc_status)iosrc_recv(end.source,
	                     data, 1, OOB, NULL)),
	    IOSRC_KIND_INVALID);
	assert_int_equal(armed(&end), IOSRC_PRIORITY);
	assert_int_equal(iosrc_send(end.peer, "!", 1, IOSRC_SEND_OOB), 1);
	assert_int_equal(of_send.flags, MSG_NOSIGNAL | MSG_OOB);
	assert_int_equal(iosrc_recv(end.source, data, 1, OOB | PEEK, NULL), 1);
	assert_int_equal(armed(&end), 0);
	assert_int_equal(iosrc_recv(end.source, data, 8, OOB, NULL), 1);
	assert_int_equal(data[0], '!');
	assert_int_equal(armed(&end), IOSRC_PRIORITY);
	write_script(&of_recv, -EAGAIN, 0);
	assert_int_equal(iosrc_recv(end.source, data, 8, OOB, NULL),
	    IOSRC_E_WOULD_BLOCK);
	assert_int_equal(armed(&end), IOSRC_PRIORITY);
	end_close(&end);
}

static void contract_N8_a_cut_datagram_says_so(void **state)
{
	iosrc_flags flags = 77;
	struct end end;
	char data[8];

	(void)state;
	end_open(&end, IOSRC_TYPE_DATAGRAM);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(iosrc_send(end.peer, "texts", 5, 0), 5);
	assert_int_equal(iosrc_recv(end.source, data, 4, PEEK, &flags), 4);
	assert_int_equal(flags, IOSRC_OUT_TRUNCATED);
	assert_int_equal(iosrc_recv(end.source, data, 5, 0, &flags), 5);
	assert_int_equal(flags, 0);
	assert_int_equal(iosrc_recv_from(end.source, data, 4, 0, NULL, &flags),
	    4);
	assert_int_equal(flags, IOSRC_OUT_TRUNCATED);
	assert_int_equal(iosrc_recv(end.source, data, 4, 0, NULL), 4);
	assert_int_equal(iosrc_recv(end.source, NULL, 0, 0, &flags), 0);
	assert_int_equal(flags, IOSRC_OUT_TRUNCATED);
	end_close(&end);
}

static void contract_S6_errors_of_receiving(void **state)
{
	static const struct {
		int code;
		iosrc_bits armed;
	} rows[] = {
		{ ECONNRESET, IOSRC_READABLE },
		{ ECONNREFUSED, IOSRC_READABLE },
		{ ETIMEDOUT, IOSRC_READABLE },
		{ ENOTCONN, 0 },
	};
	iosrc_address peer = { .family = 77 };
	iosrc_flags flags = 77;
	struct end end;
	char data[4];

	(void)state;
	end_open(&end, IOSRC_TYPE_STREAM);
	for (size_t i = 0; i < COUNT(rows); i++) {
		iosrc_status status = iosrc__status_from_errno(rows[i].code);

		write_script(&of_recv, -EINTR, -rows[i].code);
		assert_int_equal(iosrc_recv(end.source, data, 4, 0, NULL),
		    status);
		assert_int_equal(of_recv.calls, 2);
		assert_int_equal(armed(&end), rows[i].armed);
		write_script(&of_recvmsg, -EINTR, -rows[i].code);
		assert_int_equal(
		    iosrc_recv_from(end.source, data, 4, 0, &peer, &flags),
		    status);
		assert_int_equal(of_recvmsg.calls, 2);
		assert_int_equal(armed(&end), rows[i].armed);
	}
	assert_int_equal(peer.family, 77);
	assert_int_equal(flags, 77);
	end_close(&end);
}

/* ---- send ---- */

static void contract_S7_send_arms_as_write_does(void **state)
{
	struct end end;

	(void)state;
	end_open(&end, IOSRC_TYPE_STREAM);
	assert_int_equal(iosrc_send(end.source, "text", 4, 0), 4);
	assert_int_equal(of_send.flags, MSG_NOSIGNAL);
	assert_int_equal(armed(&end), 0);
	write_script(&of_send, 3, 0);
	assert_int_equal(iosrc_send(end.source, "text", 4, 0), 3);
	assert_int_equal(armed(&end), IOSRC_WRITABLE);
	fill(end.source);
	assert_int_equal(armed(&end), IOSRC_WRITABLE);
	write_script(&of_send, -EINTR, -ECONNRESET);
	assert_int_equal(iosrc_send(end.source, "text", 4, 0),
	    iosrc__status_from_errno(ECONNRESET));
	assert_int_equal(of_send.calls, 2);
	assert_int_equal(armed(&end), IOSRC_WRITABLE);
	end_close(&end);
}

/* A signal would end this program. */
static void contract_N2_a_peer_that_is_gone_raises_no_signal(void **state)
{
	struct end end;

	(void)state;
	end_open(&end, IOSRC_TYPE_STREAM);
	iosrc_close(end.peer);
	end.peer = NULL;
	assert_int_equal(iosrc_status_kind((
	                     iosrc_status)iosrc_send(end.source, "text", 4, 0)),
	    IOSRC_KIND_BROKEN_PIPE);
	end_close(&end);
}

static void contract_S7_socket_calls_clamp_as_the_system_does(void **state)
{
	const ssize_t most = (ssize_t)IOSRC__DIRECT_IO_MAX;
	struct end end;
	char data[4]; /* the script touches none of it */

	(void)state;
	end_open(&end, IOSRC_TYPE_STREAM);
	write_script(&of_recv, most, most - 1);
	assert_int_equal(iosrc_recv(end.source, data, INT_MAX, 0, NULL), most);
	assert_int_equal(of_recv.size, most);
	assert_int_equal(armed(&end), 0);
	assert_int_equal(iosrc_recv(end.source, data, INT_MAX, 0, NULL),
	    most - 1);
	assert_int_equal(armed(&end), IOSRC_READABLE);
	write_script(&of_send, most, 0);
	assert_int_equal(iosrc_send(end.source, data, INT_MAX, 0), most);
	assert_int_equal(of_send.size, most);
	assert_int_equal(armed(&end), 0);
	end_close(&end);
}

/* ---- datagrams and their addresses ---- */

static iosrc_source *datagrams(iosrc_address *out_address)
{
	iosrc_source *source;

	*out_address = loopback();
	assert_int_equal(iosrc_bind_datagram(out_address, NULL, 0, &source),
	    IOSRC_OK);
	assert_int_equal(iosrc_local_address(source, out_address), IOSRC_OK);
	return source;
}

static void test_a_datagram_tells_from_whom(void **state)
{
	iosrc_address here, there, from;
	iosrc_source *source = datagrams(&here), *peer = datagrams(&there);
	struct end end;
	char data[8];

	(void)state;
	end_watch(&end, source, peer);
	assert_int_equal(iosrc_send_to(source, "text", 4, 0, &there), 4);
	assert_int_equal(of_sendto.flags, MSG_NOSIGNAL);
	assert_int_equal(armed(&end), 0);
	memset(&from, 0x55, sizeof(from));
	assert_int_equal(iosrc_recv_from(peer, data, 8, 0, &from, NULL), 4);
	assert_memory_equal(&from, &here, sizeof(here));
	write_script(&of_sendto, -EINTR, -EAGAIN);
	assert_int_equal(iosrc_send_to(source, "text", 4, 0, &there),
	    IOSRC_E_WOULD_BLOCK);
	assert_int_equal(of_sendto.calls, 2);
	assert_int_equal(armed(&end), IOSRC_WRITABLE);
	assert_int_equal(iosrc_recv_from(source, data, 8, 0, &from, NULL),
	    IOSRC_E_WOULD_BLOCK);
	assert_int_equal(armed(&end), IOSRC_READABLE);
	end_close(&end);
}

static void test_a_sender_without_a_name(void **state)
{
	static const uint32_t types[] = { IOSRC_TYPE_STREAM,
		IOSRC_TYPE_DATAGRAM };
	static const iosrc_address none;
	iosrc_address from;
	struct end end;
	char data[4];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		end_open(&end, types[i]);
		memset(&from, 0x55, sizeof(from));
		assert_int_equal(iosrc_send(end.peer, "text", 4, 0), 4);
		assert_int_equal(
		    iosrc_recv_from(end.source, data, 4, 0, &from, NULL), 4);
		assert_memory_equal(&from, &none, sizeof(none));
		end_close(&end);
	}
}

static void test_a_peer_of_another_family_is_unsupported(void **state)
{
	iosrc_address inet = loopback(), here;
	iosrc_source *source = datagrams(&here);
	iosrc_address path = { .family = IOSRC_FAMILY_UNIX, .size = 1 };
	struct end end;

	(void)state;
	inet.port = 9;
	path.data[0] = 'x';
	end_open(&end, IOSRC_TYPE_DATAGRAM);
	assert_int_equal(iosrc_status_kind((iosrc_status)iosrc_send_to(
	                     end.source, "x", 1, 0, &inet)),
	    IOSRC_KIND_UNSUPPORTED);
	assert_int_equal(iosrc_status_kind((iosrc_status)iosrc_send_to(source,
	                     "x", 1, 0, &path)),
	    IOSRC_KIND_UNSUPPORTED);
	iosrc_close(source);
	end_close(&end);
}

static void contract_X1_peers_that_the_system_is_not_asked_for(void **state)
{
	iosrc_address peer = { .family = IOSRC_FAMILY_UNIX };
	struct end end;

	(void)state;
	end_open(&end, IOSRC_TYPE_DATAGRAM);
	assert_int_equal(iosrc_send_to(end.source, "x", 1, 0, NULL),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_send_to(end.source, "x", 1, 0, &peer),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_send_to(end.source, "x", 1, UNKNOWN_FLAG, &peer),
	    IOSRC_E_INVALID);
	memset(peer.data, 'x', sizeof(peer.data));
	peer.size = sizeof(peer.data);
	assert_int_equal(iosrc_send_to(end.source, "x", 1, 0, &peer),
	    IOSRC_E_NO_SPACE);
	assert_int_equal(iosrc_send_to(end.source, "x", 1, UNKNOWN_FLAG, &peer),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(
	    iosrc_address_parse("pipe:\\\\.\\pipe\\x", SIZE_MAX, &peer),
	    IOSRC_OK);
	assert_int_equal(iosrc_send_to(end.source, "x", 1, 0, &peer),
	    IOSRC_E_UNSUPPORTED);
	memset(&peer, 0, sizeof(peer));
	assert_int_equal(iosrc_send_to(end.source, "x", 1, 0, &peer),
	    IOSRC_E_INVALID);
	peer.family = 77;
	assert_int_equal(iosrc_send_to(end.source, "x", 1, 0, &peer),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(iosrc_send_to(NULL, "x", 1, 0, &peer),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_send_to(end.source, NULL, 1, 0, &peer),
	    IOSRC_E_INVALID);
	assert_int_equal(of_sendto.calls, 0);
	assert_int_equal(armed(&end), 0);
	end_close(&end);
}

/* ---- shutdown, take_error, arguments ---- */

static void test_shutdown_of_each_direction(void **state)
{
	struct end end;
	char data[4];

	(void)state;
	end_open(&end, IOSRC_TYPE_STREAM);
	assert_int_equal(iosrc_shutdown(end.peer, IOSRC_WRITABLE), IOSRC_OK);
	assert_int_equal(iosrc_recv(end.source, data, 4, 0, NULL), 0);
	assert_int_equal(iosrc_send(end.source, "text", 4, 0), 4);
	assert_int_equal(iosrc_recv(end.peer, data, 4, 0, NULL), 4);
	assert_int_equal(iosrc_shutdown(end.peer, IOSRC_READABLE), IOSRC_OK);
	assert_int_equal(iosrc_status_kind((
	                     iosrc_status)iosrc_send(end.source, "text", 4, 0)),
	    IOSRC_KIND_BROKEN_PIPE);
	end_close(&end);
	end_open(&end, IOSRC_TYPE_STREAM);
	assert_int_equal(
	    iosrc_shutdown(end.peer, IOSRC_READABLE | IOSRC_WRITABLE),
	    IOSRC_OK);
	assert_int_equal(iosrc_recv(end.source, data, 4, 0, NULL), 0);
	assert_int_equal(iosrc_status_kind((
	                     iosrc_status)iosrc_send(end.source, "text", 4, 0)),
	    IOSRC_KIND_BROKEN_PIPE);
	end_close(&end);
}

static void contract_X1_shutdown_takes_two_directions(void **state)
{
	static const iosrc_bits invalid[] = { 0, IOSRC_PRIORITY, IOSRC_ERROR,
		IOSRC_READ_CLOSED, IOSRC_LEVEL, IOSRC_READABLE | IOSRC_ONESHOT,
		IOSRC_PRIORITY | 0x8 };
	iosrc_address here;
	iosrc_source *source = datagrams(&here);

	(void)state;
	for (size_t i = 0; i < COUNT(invalid); i++)
		assert_int_equal(iosrc_shutdown(source, invalid[i]),
		    IOSRC_E_INVALID);
	assert_int_equal(iosrc_shutdown(NULL, IOSRC_READABLE), IOSRC_E_INVALID);
	assert_int_equal(iosrc_shutdown(source, IOSRC_READABLE | 0x8),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(
	    iosrc_status_kind(iosrc_shutdown(source, IOSRC_READABLE)),
	    IOSRC_KIND_NOT_CONNECTED);
	iosrc_close(source);
}

static void test_an_error_is_taken_once(void **state)
{
	iosrc_address nobody;
	iosrc_source *source = datagrams(&nobody);
	iosrc_connect_options options = { .type = IOSRC_TYPE_DATAGRAM };
	iosrc_status error = 77;

	(void)state;
	iosrc_close(source);
	assert_int_equal(
	    iosrc_connect(&nobody, &options, sizeof(options), &source),
	    IOSRC_OK);
	assert_int_equal(iosrc_take_error(source, &error), IOSRC_OK);
	assert_int_equal(error, IOSRC_OK);
	assert_int_equal(iosrc_send(source, "x", 1, 0), 1);
	assert_int_equal(iosrc_take_error(source, &error), IOSRC_OK);
	assert_int_equal(iosrc_status_kind(error),
	    IOSRC_KIND_CONNECTION_REFUSED);
	assert_int_equal(iosrc_take_error(source, &error), IOSRC_OK);
	assert_int_equal(error, IOSRC_OK);
	assert_int_equal(iosrc_take_error(NULL, &error), IOSRC_E_INVALID);
	assert_int_equal(iosrc_take_error(source, NULL), IOSRC_E_INVALID);
	iosrc_close(source);
}

static void test_what_is_no_socket_says_so(void **state)
{
	iosrc_source *reader, *writer, *accepted = UNTOUCHED;
	iosrc_address address = loopback();
	iosrc_status statuses[7], error = 77;
	char data[4] = "";

	(void)state;
	assert_int_equal(iosrc_pipe(&reader, &writer), IOSRC_OK);
	statuses[0] = iosrc_accept(reader, NULL, &accepted);
	statuses[1] = (iosrc_status)iosrc_recv(reader, data, 4, 0, NULL);
	statuses[2] = (iosrc_status)iosrc_send(writer, data, 4, 0);
	statuses[3] = (iosrc_status)iosrc_recv_from(reader, data, 4, 0, NULL,
	    NULL);
	statuses[4] = (iosrc_status)iosrc_send_to(writer, data, 4, 0, &address);
	statuses[5] = iosrc_shutdown(reader, IOSRC_READABLE);
	statuses[6] = iosrc_take_error(reader, &error);
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(iosrc_status_kind(statuses[i]),
		    IOSRC_KIND_BAD_HANDLE);
	assert_ptr_equal(accepted, UNTOUCHED);
	assert_int_equal(error, 77);
	iosrc_close(reader);
	iosrc_close(writer);
}

static void contract_X1_arguments_of_socket_calls(void **state)
{
	const size_t large = 0x80000000u;
	iosrc_source *accepted = UNTOUCHED;
	struct end end;
	char data[4] = "";

	(void)state;
	end_open(&end, IOSRC_TYPE_STREAM);
	assert_int_equal(iosrc_accept(NULL, NULL, &accepted), IOSRC_E_INVALID);
	assert_int_equal(iosrc_accept(end.source, NULL, NULL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_recv(NULL, data, 4, 0, NULL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_recv(end.source, NULL, 4, 0, NULL),
	    IOSRC_E_INVALID);
	assert_int_equal(
	    iosrc_recv(end.source, data, large, UNKNOWN_FLAG, NULL),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_recv(end.source, data, 4, 4, NULL),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(iosrc_recv_from(NULL, data, 4, 0, NULL, NULL),
	    IOSRC_E_INVALID);
	assert_int_equal(
	    iosrc_recv_from(end.source, data, large, 0, NULL, NULL),
	    IOSRC_E_INVALID);
	assert_int_equal(
	    iosrc_recv_from(end.source, data, 4, UNKNOWN_FLAG, NULL, NULL),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(iosrc_send(NULL, data, 4, 0), IOSRC_E_INVALID);
	assert_int_equal(iosrc_send(end.source, NULL, 4, 0), IOSRC_E_INVALID);
	assert_int_equal(iosrc_send(end.source, data, large, 0),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_send(end.source, data, 4, PEEK),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(of_recv.calls + of_recvmsg.calls + of_send.calls, 0);
	assert_int_equal(of_accept4.calls + of_accept.calls, 0);
	assert_ptr_equal(accepted, UNTOUCHED);
	assert_int_equal(armed(&end), 0);
	end_close(&end);
}

#define SOCKET_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, core_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SOCKET_TEST(contract_N4_accept_until_it_would_block),
		SOCKET_TEST(contract_X2_no_connection_is_lost_to_memory),
		SOCKET_TEST(contract_X4_accept_without_accept4),
#if IOSRC_USE_ACCEPT4
		SOCKET_TEST(contract_X4_a_sandbox_that_knows_no_accept4),
		SOCKET_TEST(contract_S6_errors_of_accept),
#endif
		SOCKET_TEST(contract_X2_an_accepted_handle_that_stays_bare),
		SOCKET_TEST(test_an_unnamed_peer_has_size_0),
		SOCKET_TEST(contract_S7_recv_arms_as_read_does),
		SOCKET_TEST(contract_E5_a_peek_arms_only_what_would_block),
		SOCKET_TEST(test_what_is_urgent_has_a_direction_of_its_own),
		SOCKET_TEST(contract_N8_a_cut_datagram_says_so),
		SOCKET_TEST(contract_S6_errors_of_receiving),
		SOCKET_TEST(contract_S7_send_arms_as_write_does),
		SOCKET_TEST(contract_N2_a_peer_that_is_gone_raises_no_signal),
		SOCKET_TEST(contract_S7_socket_calls_clamp_as_the_system_does),
		SOCKET_TEST(test_a_datagram_tells_from_whom),
		SOCKET_TEST(test_a_sender_without_a_name),
		SOCKET_TEST(test_a_peer_of_another_family_is_unsupported),
		SOCKET_TEST(contract_X1_peers_that_the_system_is_not_asked_for),
		SOCKET_TEST(test_shutdown_of_each_direction),
		SOCKET_TEST(contract_X1_shutdown_takes_two_directions),
		SOCKET_TEST(test_an_error_is_taken_once),
		SOCKET_TEST(test_what_is_no_socket_says_so),
		SOCKET_TEST(contract_X1_arguments_of_socket_calls),
	};

	return CORE_RUN(tests);
}
