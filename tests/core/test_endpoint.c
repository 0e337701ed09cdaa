/* SPDX-License-Identifier: MIT
 *
 * test_endpoint.c: sockets and pipes that the library opens. The linker's
 * --wrap puts refusals in front of the system and counts what it is asked;
 * whatever fails leaves no handle, no path and no block behind.
 */
#include <config.h>

#include "tests/core/core.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <iosrc_net.h>

#include "status.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define REUSE_PORT IOSRC_LISTEN_REUSE_PORT
#define V6_ONLY IOSRC_LISTEN_V6_ONLY
#define UNLINK_STALE IOSRC_LISTEN_UNLINK_STALE
#define EXCLUSIVE_USE IOSRC_LISTEN_EXCLUSIVE_USE
#define UNKNOWN_FLAG 0x80000000u
#define STREAM IOSRC_TYPE_STREAM
#define DATAGRAM IOSRC_TYPE_DATAGRAM
#define SEQPACKET IOSRC_TYPE_SEQPACKET

/* ---- the system, which can be told to refuse ---- */

enum call {
	CALL_SOCKET,
	CALL_SETSOCKOPT,
	CALL_BIND,
	CALL_LISTEN,
	CALL_CONNECT,
	CALL_SOCKETPAIR,
	CALL_FCHMOD,
	CALL_CHMOD,
	CALL_PIPE2,
	CALLS
};

/* The error of the nth call from now, 0: none. */
static struct {
	int code;
	unsigned nth;
} refusals[CALLS];
static unsigned calls[CALLS];
static int last_backlog;

int __real_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol);
int __real_setsockopt(int fd, int level, int name, const void *value,
    socklen_t size);
int __wrap_setsockopt(int fd, int level, int name, const void *value,
    socklen_t size);
int __real_bind(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size);
int __real_listen(int fd, int backlog);
int __wrap_listen(int fd, int backlog);
int __real_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);
int __real_socketpair(int family, int type, int protocol, int fds[2]);
int __wrap_socketpair(int family, int type, int protocol, int fds[2]);
int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __real_fchmodat(int folder, const char *path, mode_t mode, int flags);
int __wrap_fchmodat(int folder, const char *path, mode_t mode, int flags);
int __real_pipe2(int fds[2], int flags);
int __wrap_pipe2(int fds[2], int flags);

static bool refused(enum call call)
{
	calls[call]++;
	if (!refusals[call].code || --refusals[call].nth > 0)
		return false;
	errno = refusals[call].code;
	refusals[call].code = 0;
	return true;
}

static void refuse(enum call call, unsigned nth, int code)
{
	refusals[call].code = code;
	refusals[call].nth = nth;
}

int __wrap_socket(int family, int type, int protocol)
{
	return refused(CALL_SOCKET) ? -1
	                            : __real_socket(family, type, protocol);
}

int __wrap_setsockopt(int fd, int level, int name, const void *value,
    socklen_t size)
{
	return refused(CALL_SETSOCKOPT)
	    ? -1
	    : __real_setsockopt(fd, level, name, value, size);
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size)
{
	return refused(CALL_BIND) ? -1 : __real_bind(fd, address, size);
}

int __wrap_listen(int fd, int backlog)
{
	last_backlog = backlog;
	return refused(CALL_LISTEN) ? -1 : __real_listen(fd, backlog);
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size)
{
	return refused(CALL_CONNECT) ? -1 : __real_connect(fd, address, size);
}

int __wrap_socketpair(int family, int type, int protocol, int fds[2])
{
	return refused(CALL_SOCKETPAIR)
	    ? -1
	    : __real_socketpair(family, type, protocol, fds);
}

int __wrap_fchmod(int fd, mode_t mode)
{
	return refused(CALL_FCHMOD) ? -1 : __real_fchmod(fd, mode);
}

int __wrap_fchmodat(int folder, const char *path, mode_t mode, int flags)
{
	return refused(CALL_CHMOD) ? -1
	                           : __real_fchmodat(folder, path, mode, flags);
}

int __wrap_pipe2(int fds[2], int flags)
{
	return refused(CALL_PIPE2) ? -1 : __real_pipe2(fds, flags);
}

/* ---- a folder for paths; nothing is left in it ---- */

static char folder[] = "/tmp/iosrc-endpoint-XXXXXX";
static int lowest_fd;

static int free_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

static int setup(void **state)
{
	memset(refusals, 0, sizeof(refusals));
	memset(calls, 0, sizeof(calls));
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	if (!mkdtemp(folder))
		return -1;
	lowest_fd = free_fd();
	return core_setup(state);
}

static int teardown(void **state)
{
	int failed = core_teardown(state);

	if (free_fd() != lowest_fd)
		print_error("a handle is left open\n");
	if (rmdir(folder) < 0)
		print_error("a path is left in %s\n", folder);
	return failed || free_fd() != lowest_fd || access(folder, F_OK) == 0;
}

/* "unix:name" is one of the folder's. */
static iosrc_address address_of(const char *text)
{
	char whole[128];
	iosrc_address address;

	snprintf(whole, sizeof(whole), "%s", text);
	if (strncmp(text, "unix:", 5) == 0 && text[5] && text[5] != '@')
		snprintf(whole, sizeof(whole), "unix:%s/%s", folder, text + 5);
	assert_int_equal(iosrc_address_parse(whole, SIZE_MAX, &address),
	    IOSRC_OK);
	return address;
}

static const char *path_of(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static bool exists(const char *name)
{
	struct stat found;

	return lstat(path_of(name), &found) == 0;
}

static int fd_of(const iosrc_source *source)
{
	return (int)iosrc_source_handle(source);
}

static int option_of(const iosrc_source *source, int level, int name)
{
	socklen_t size = sizeof(int);
	int value = -1;

	assert_int_equal(getsockopt(fd_of(source), level, name, &value, &size),
	    0);
	return value;
}

static void expect_born_right(const iosrc_source *source)
{
	assert_true(fcntl(fd_of(source), F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd_of(source), F_GETFD) & FD_CLOEXEC);
}

/* A source that nothing may be written over. */
#define UNTOUCHED ((iosrc_source *)(uintptr_t)0x55)

static iosrc_source *listener_at(const iosrc_address *address, uint32_t type,
    iosrc_flags flags)
{
	iosrc_listen_options options = { .flags = flags, .type = type };
	iosrc_source *source;

	assert_int_equal(
	    iosrc_listen(address, &options, sizeof(options), &source),
	    IOSRC_OK);
	return source;
}

static iosrc_source *listener(const char *text, uint32_t type,
    iosrc_flags flags)
{
	iosrc_address address = address_of(text);

	return listener_at(&address, type, flags);
}

/* Ends it, and the path that it leaves. */
static void end_at(iosrc_source *source, const char *name)
{
	assert_int_equal(iosrc_close(source), IOSRC_OK);
	assert_int_equal(unlink(path_of(name)), 0);
}

/* ---- arguments of listen ---- */

struct listen_row {
	const char *text;
	iosrc_listen_options options;
	iosrc_status status;
};

static const struct listen_row listen_rows[] = {
	{ "127.0.0.1:0", { 0, DATAGRAM, 0, 0 }, IOSRC_E_INVALID },
	{ "127.0.0.1:0", { 0, SEQPACKET, 0, 0 }, IOSRC_E_UNSUPPORTED },
	{ "[::1]:0", { 0, SEQPACKET, 0, 0 }, IOSRC_E_UNSUPPORTED },
	{ "127.0.0.1:0", { 0, 3, 0, 0 }, IOSRC_E_UNSUPPORTED },
	{ "127.0.0.1:0", { 0, STREAM, 0x80000000u, 0 }, IOSRC_E_INVALID },
	{ "127.0.0.1:0", { 0, STREAM, 0, 0600 }, IOSRC_E_INVALID },
	{ "unix:@iosrc", { 0, STREAM, 0, 0600 }, IOSRC_E_INVALID },
	{ "unix:x", { 0, STREAM, 0, 01000 }, IOSRC_E_INVALID },
	{ "unix:", { 0, STREAM, 0, 0 }, IOSRC_E_INVALID },
	{ "127.0.0.1:0", { V6_ONLY, STREAM, 0, 0 }, IOSRC_E_INVALID },
	{ "unix:x", { V6_ONLY, STREAM, 0, 0 }, IOSRC_E_INVALID },
	{ "unix:x", { REUSE_PORT, STREAM, 0, 0 }, IOSRC_E_INVALID },
	{ "unix:@iosrc", { UNLINK_STALE, STREAM, 0, 0 }, IOSRC_E_INVALID },
	{ "127.0.0.1:0", { UNLINK_STALE, STREAM, 0, 0 }, IOSRC_E_INVALID },
	{ "127.0.0.1:0", { REUSE_PORT | EXCLUSIVE_USE, STREAM, 0, 0 },
	    IOSRC_E_INVALID },
	{ "127.0.0.1:0", { UNKNOWN_FLAG, STREAM, 0, 0 }, IOSRC_E_UNSUPPORTED },
	{ "127.0.0.1:0", { UNKNOWN_FLAG | V6_ONLY, STREAM, 0, 0 },
	    IOSRC_E_INVALID },
	{ "127.0.0.1:0", { UNKNOWN_FLAG, 3, 0x80000000u, 0 }, IOSRC_E_INVALID },
	{ "pipe:\\\\.\\pipe\\x", { 0, STREAM, 0, 0 }, IOSRC_E_UNSUPPORTED },
};

static void contract_X1_listen_checks_before_it_asks(void **state)
{
	iosrc_source *source = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < COUNT(listen_rows); i++) {
		const struct listen_row *row = &listen_rows[i];
		iosrc_address address = address_of(row->text);
		iosrc_status status = iosrc_listen(&address, &row->options,
		    sizeof(row->options), &source);

		if (status != row->status)
			fail_msg("row %zu, %s: %s", i, row->text,
			    iosrc_status_name(status));
	}
	assert_ptr_equal(source, UNTOUCHED);
	assert_int_equal(calls[CALL_SOCKET], 0);
}

/* ---- arguments that all share ---- */

typedef iosrc_status (*open_fn)(const iosrc_address *address,
    const void *options, size_t size, iosrc_source **out_source);

static iosrc_status do_listen(const iosrc_address *address, const void *options,
    size_t size, iosrc_source **out_source)
{
	return iosrc_listen(address, options, size, out_source);
}

static iosrc_status do_connect(const iosrc_address *address,
    const void *options, size_t size, iosrc_source **out_source)
{
	return iosrc_connect(address, options, size, out_source);
}

static iosrc_status do_datagram(const iosrc_address *address,
    const void *options, size_t size, iosrc_source **out_source)
{
	return iosrc_bind_datagram(address, options, size, out_source);
}

static const struct {
	open_fn open;
	size_t size; /* of the options */
} openers[] = {
	{ do_listen, sizeof(iosrc_listen_options) },
	{ do_connect, sizeof(iosrc_connect_options) },
	{ do_datagram, sizeof(iosrc_datagram_options) },
};

static void contract_X1_null_and_sizes(void **state)
{
	iosrc_address address = address_of("127.0.0.1:0");
	iosrc_source *source = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < COUNT(openers); i++) {
		open_fn open = openers[i].open;

		assert_int_equal(open(NULL, NULL, 0, &source), IOSRC_E_INVALID);
		assert_int_equal(open(&address, NULL, 0, NULL),
		    IOSRC_E_INVALID);
		assert_int_equal(open(&address, NULL, 4, &source),
		    IOSRC_E_INVALID);
		assert_int_equal(open(&address, &address, 0x80000000u, &source),
		    IOSRC_E_INVALID);
	}
	assert_ptr_equal(source, UNTOUCHED);
	assert_int_equal(calls[CALL_SOCKET], 0);
}

static void contract_X6_options_of_other_versions(void **state)
{
	iosrc_source *served = listener("127.0.0.1:0", STREAM, 0);
	unsigned char options[512] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(openers); i++) {
		iosrc_address address = address_of("127.0.0.1:0");
		iosrc_source *source = UNTOUCHED;
		size_t longer = openers[i].size + 8;

		if (openers[i].open == do_connect)
			assert_int_equal(iosrc_local_address(served, &address),
			    IOSRC_OK);
		options[longer - 1] = 1;
		assert_int_equal(
		    openers[i].open(&address, options, longer, &source),
		    IOSRC_E_UNSUPPORTED);
		assert_ptr_equal(source, UNTOUCHED);
		options[longer - 1] = 0;
		assert_int_equal(
		    openers[i].open(&address, options, longer, &source),
		    IOSRC_OK);
		iosrc_close(source);
		assert_int_equal(openers[i].open(&address, options, 4, &source),
		    IOSRC_OK);
		iosrc_close(source);
	}
	iosrc_close(served);
}

static void contract_X1_addresses_that_are_not_sound(void **state)
{
	iosrc_source *source = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < COUNT(openers); i++) {
		iosrc_address address = address_of("127.0.0.1:0");

		address.port = 65536;
		assert_int_equal(openers[i].open(&address, NULL, 0, &source),
		    IOSRC_E_INVALID);
		address = address_of("127.0.0.1:0");
		address.reserved[2] = 1;
		assert_int_equal(openers[i].open(&address, NULL, 0, &source),
		    IOSRC_E_UNSUPPORTED);
		memset(&address, 0, sizeof(address));
		assert_int_equal(openers[i].open(&address, NULL, 0, &source),
		    IOSRC_E_INVALID);
		address.family = 77;
		assert_int_equal(openers[i].open(&address, NULL, 0, &source),
		    IOSRC_E_UNSUPPORTED);
	}
	assert_ptr_equal(source, UNTOUCHED);
	assert_int_equal(calls[CALL_SOCKET], 0);
}

static void contract_N6_a_path_that_is_too_long(void **state)
{
	iosrc_address address = { .family = IOSRC_FAMILY_UNIX, .size = 200 };
	iosrc_source *source = UNTOUCHED;

	(void)state;
	memset(address.data, 'x', 200);
	for (size_t i = 0; i < COUNT(openers); i++)
		assert_int_equal(openers[i].open(&address, NULL, 0, &source),
		    IOSRC_E_NO_SPACE);
	assert_ptr_equal(source, UNTOUCHED);
	assert_int_equal(calls[CALL_SOCKET], 0);
}

/* ---- arguments of connect and bind_datagram ---- */

struct connect_row {
	const char *text;
	const char *source; /* NULL: none */
	iosrc_flags flags;
	uint32_t type;
	iosrc_status status;
};

static const struct connect_row connect_rows[] = {
	{ "unix:", NULL, 0, STREAM, IOSRC_E_INVALID },
	{ "unix:x", "unix:", 0, STREAM, IOSRC_E_INVALID },
	{ "127.0.0.1:1", "[::1]:0", 0, STREAM, IOSRC_E_INVALID },
	{ "127.0.0.1:1", "unix:x", 0, STREAM, IOSRC_E_INVALID },
	{ "unix:x", NULL, IOSRC_CONNECT_NO_DELAY, STREAM, IOSRC_E_INVALID },
	{ "127.0.0.1:1", NULL, IOSRC_CONNECT_NO_DELAY, DATAGRAM,
	    IOSRC_E_INVALID },
	{ "127.0.0.1:1", NULL, 0, SEQPACKET, IOSRC_E_UNSUPPORTED },
	{ "127.0.0.1:1", NULL, 0, 3, IOSRC_E_UNSUPPORTED },
	{ "127.0.0.1:1", NULL, UNKNOWN_FLAG, STREAM, IOSRC_E_UNSUPPORTED },
	{ "127.0.0.1:1", "[::1]:0", UNKNOWN_FLAG, STREAM, IOSRC_E_INVALID },
	{ "pipe:\\\\.\\pipe\\x", NULL, 0, STREAM, IOSRC_E_UNSUPPORTED },
};

static void contract_X1_connect_checks_before_it_asks(void **state)
{
	iosrc_source *source = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < COUNT(connect_rows); i++) {
		const struct connect_row *row = &connect_rows[i];
		iosrc_connect_options options = { .flags = row->flags,
			.type = row->type };
		iosrc_address address = address_of(row->text);
		iosrc_status status;

		if (row->source)
			options.source = address_of(row->source);
		status = iosrc_connect(&address, &options, sizeof(options),
		    &source);
		if (status != row->status)
			fail_msg("row %zu, %s: %s", i, row->text,
			    iosrc_status_name(status));
	}
	assert_ptr_equal(source, UNTOUCHED);
	assert_int_equal(calls[CALL_SOCKET], 0);
}

static void contract_X1_no_source_address_is_all_zero(void **state)
{
	iosrc_connect_options options = { .source.port = 1 };
	iosrc_address address = address_of("127.0.0.1:1");
	iosrc_source *source = UNTOUCHED;

	(void)state;
	assert_int_equal(
	    iosrc_connect(&address, &options, sizeof(options), &source),
	    IOSRC_E_INVALID);
	assert_ptr_equal(source, UNTOUCHED);
}

struct datagram_row {
	const char *text;
	iosrc_datagram_options options;
	iosrc_status status;
};

static const struct datagram_row datagram_rows[] = {
	{ "127.0.0.1:0", { V6_ONLY, 0 }, IOSRC_E_INVALID },
	{ "unix:x", { REUSE_PORT, 0 }, IOSRC_E_INVALID },
	{ "127.0.0.1:0", { UNLINK_STALE, 0 }, IOSRC_E_INVALID },
	{ "127.0.0.1:0", { REUSE_PORT | EXCLUSIVE_USE, 0 }, IOSRC_E_INVALID },
	{ "127.0.0.1:0", { UNKNOWN_FLAG, 0 }, IOSRC_E_UNSUPPORTED },
	{ "127.0.0.1:0", { 0, 1 }, IOSRC_E_UNSUPPORTED },
	{ "127.0.0.1:0", { V6_ONLY, 1 }, IOSRC_E_INVALID },
	{ "pipe:\\\\.\\pipe\\x", { 0, 0 }, IOSRC_E_UNSUPPORTED },
};

/* The system's own address without a path: what UNIX with size 0 is. */
static void contract_X1_an_unnamed_address_of_family_other(void **state)
{
	const sa_family_t family = AF_UNIX;
	iosrc_source *source = UNTOUCHED;
	iosrc_address address = { .family = IOSRC_FAMILY_OTHER,
		.size = sizeof(family) };

	(void)state;
	memcpy(address.data, &family, sizeof(family));
	assert_int_equal(iosrc_listen(&address, NULL, 0, &source),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_connect(&address, NULL, 0, &source),
	    IOSRC_E_INVALID);
	assert_ptr_equal(source, UNTOUCHED);
	assert_int_equal(iosrc_bind_datagram(&address, NULL, 0, &source),
	    IOSRC_OK);
	assert_int_equal(calls[CALL_BIND], 0);
	assert_int_equal(iosrc_close(source), IOSRC_OK);
}

static void contract_X1_datagram_checks_before_it_asks(void **state)
{
	iosrc_source *source = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < COUNT(datagram_rows); i++) {
		const struct datagram_row *row = &datagram_rows[i];
		iosrc_address address = address_of(row->text);
		iosrc_status status = iosrc_bind_datagram(&address,
		    &row->options, sizeof(row->options), &source);

		if (status != row->status)
			fail_msg("row %zu, %s: %s", i, row->text,
			    iosrc_status_name(status));
	}
	assert_ptr_equal(source, UNTOUCHED);
	assert_int_equal(calls[CALL_SOCKET], 0);
}

/* ---- born right ---- */

static void contract_N1_what_is_opened_is_non_blocking(void **state)
{
	iosrc_source *sources[7];
	iosrc_address address = address_of("127.0.0.1:0");
	char byte = 0;

	(void)state;
	sources[0] = listener("127.0.0.1:0", STREAM, 0);
	assert_int_equal(iosrc_bind_datagram(&address, NULL, 0, &sources[1]),
	    IOSRC_OK);
	assert_int_equal(iosrc_local_address(sources[0], &address), IOSRC_OK);
	assert_int_equal(iosrc_connect(&address, NULL, 0, &sources[2]),
	    IOSRC_OK);
	for (uint32_t type = 0; type < 3; type++) {
		assert_int_equal(iosrc_pair(type, &sources[3], &sources[4]),
		    IOSRC_OK);
		assert_int_equal(iosrc_write(sources[3], "x", 1), 1);
		assert_int_equal(iosrc_read(sources[4], &byte, 1), 1);
		expect_born_right(sources[3]);
		expect_born_right(sources[4]);
		iosrc_close(sources[3]);
		iosrc_close(sources[4]);
	}
	assert_int_equal(iosrc_pipe(&sources[3], &sources[4]), IOSRC_OK);
	assert_int_equal(iosrc_write(sources[4], "x", 1), 1);
	assert_int_equal(iosrc_read(sources[3], &byte, 1), 1);
	for (unsigned i = 0; i < 5; i++) {
		expect_born_right(sources[i]);
		iosrc_close(sources[i]);
	}
}

static void contract_X1_two_ends_want_two_outputs(void **state)
{
	iosrc_source *a = UNTOUCHED, *b = UNTOUCHED;

	(void)state;
	assert_int_equal(iosrc_pair(STREAM, NULL, &b), IOSRC_E_INVALID);
	assert_int_equal(iosrc_pair(STREAM, &a, NULL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_pair(STREAM, &a, &a), IOSRC_E_INVALID);
	assert_int_equal(iosrc_pair(3, &a, &a), IOSRC_E_INVALID);
	assert_int_equal(iosrc_pair(3, &a, &b), IOSRC_E_UNSUPPORTED);
	assert_int_equal(iosrc_pipe(NULL, &b), IOSRC_E_INVALID);
	assert_int_equal(iosrc_pipe(&a, NULL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_pipe(&a, &a), IOSRC_E_INVALID);
	assert_ptr_equal(a, UNTOUCHED);
	assert_ptr_equal(b, UNTOUCHED);
}

/* ---- options that are set before the bind ---- */

static void test_a_stream_server_can_be_started_again(void **state)
{
	iosrc_source *source = listener("127.0.0.1:0", STREAM, 0);

	(void)state;
	assert_int_equal(option_of(source, SOL_SOCKET, SO_REUSEADDR), 1);
	assert_int_equal(option_of(source, SOL_SOCKET, SO_REUSEPORT), 0);
	iosrc_close(source);
	source = listener("127.0.0.1:0", STREAM, EXCLUSIVE_USE);
	assert_int_equal(option_of(source, SOL_SOCKET, SO_REUSEADDR), 0);
	iosrc_close(source);
	source = listener("127.0.0.1:0", STREAM, REUSE_PORT);
	assert_int_equal(option_of(source, SOL_SOCKET, SO_REUSEPORT), 1);
	iosrc_close(source);
}

static void test_datagrams_never_reuse_an_address(void **state)
{
	iosrc_datagram_options options = { REUSE_PORT, 0 };
	iosrc_address address = address_of("127.0.0.1:0");
	iosrc_source *source;

	(void)state;
	assert_int_equal(iosrc_bind_datagram(&address, NULL, 0, &source),
	    IOSRC_OK);
	assert_int_equal(option_of(source, SOL_SOCKET, SO_REUSEADDR), 0);
	assert_int_equal(option_of(source, SOL_SOCKET, SO_REUSEPORT), 0);
	iosrc_close(source);
	assert_int_equal(
	    iosrc_bind_datagram(&address, &options, sizeof(options), &source),
	    IOSRC_OK);
	assert_int_equal(option_of(source, SOL_SOCKET, SO_REUSEPORT), 1);
	iosrc_close(source);
}

/* Of all addresses: one that is bound to an inet6 address of its own reports
 * that it is inet6 alone, whatever was set. */
static void test_inet6_takes_inet_unless_told_otherwise(void **state)
{
	iosrc_datagram_options options = { V6_ONLY, 0 };
	iosrc_address address = address_of("[::]:0");
	iosrc_source *source;

	(void)state;
	if (core_lacks_inet6())
		skip();
	source = listener("[::]:0", STREAM, 0);
	assert_int_equal(option_of(source, IPPROTO_IPV6, IPV6_V6ONLY), 0);
	iosrc_close(source);
	source = listener("[::]:0", STREAM, V6_ONLY);
	assert_int_equal(option_of(source, IPPROTO_IPV6, IPV6_V6ONLY), 1);
	iosrc_close(source);
	assert_int_equal(iosrc_bind_datagram(&address, NULL, 0, &source),
	    IOSRC_OK);
	assert_int_equal(option_of(source, IPPROTO_IPV6, IPV6_V6ONLY), 0);
	iosrc_close(source);
	assert_int_equal(
	    iosrc_bind_datagram(&address, &options, sizeof(options), &source),
	    IOSRC_OK);
	assert_int_equal(option_of(source, IPPROTO_IPV6, IPV6_V6ONLY), 1);
	iosrc_close(source);
}

static void test_a_system_without_dual_sockets(void **state)
{
	iosrc_listen_options options = { .flags = V6_ONLY };
	iosrc_address address = address_of("[::1]:0");
	iosrc_source *source = UNTOUCHED;

	(void)state;
	if (core_lacks_inet6())
		skip();
	refuse(CALL_SETSOCKOPT, 1, EINVAL);
	iosrc_close(listener("[::1]:0", STREAM, 0));
	refuse(CALL_SETSOCKOPT, 1, EINVAL);
	assert_int_equal(
	    iosrc_listen(&address, &options, sizeof(options), &source),
	    iosrc__status_from_errno(EINVAL));
	assert_ptr_equal(source, UNTOUCHED);
}

static void test_the_backlog_goes_to_the_system(void **state)
{
	iosrc_listen_options options = { .backlog = 7 };
	iosrc_address address = address_of("127.0.0.1:0");
	iosrc_source *source;

	(void)state;
	assert_int_equal(iosrc_listen(&address, NULL, 0, &source), IOSRC_OK);
	assert_true(last_backlog >= SOMAXCONN);
	iosrc_close(source);
	assert_int_equal(
	    iosrc_listen(&address, &options, sizeof(options), &source),
	    IOSRC_OK);
	assert_int_equal(last_backlog, 7);
	iosrc_close(source);
}

/* ---- the mode of a path ---- */

static mode_t mode_made(mode_t umask_now, uint32_t mode)
{
	iosrc_listen_options options = { .mode = mode };
	iosrc_address address = address_of("unix:x");
	mode_t before = umask(umask_now);
	iosrc_source *source;
	struct stat made;

	assert_int_equal(
	    iosrc_listen(&address, &options, sizeof(options), &source),
	    IOSRC_OK);
	umask(before);
	assert_int_equal(lstat(path_of("x"), &made), 0);
	end_at(source, "x");
	return made.st_mode & 07777;
}

static void test_a_path_has_the_mode_that_was_asked_for(void **state)
{
	(void)state;
	assert_int_equal(mode_made(0, 0600), 0600);
	assert_int_equal(mode_made(0022, 0600), 0600);
	assert_int_equal(mode_made(0022, 0755), 0755);
	assert_int_equal(calls[CALL_CHMOD], 0);
	assert_int_equal(mode_made(0077, 0666), 0666);
	assert_int_equal(mode_made(0777, 0777), 0777);
	assert_int_equal(calls[CALL_CHMOD], 2);
	assert_int_equal(mode_made(0027, 0), 0750);
	assert_int_equal(calls[CALL_FCHMOD], 5);
	assert_int_equal(calls[CALL_CHMOD], 2);
}

/* ---- paths in use ---- */

static iosrc_status listen_again(uint32_t type, iosrc_flags flags)
{
	iosrc_listen_options options = { .flags = flags, .type = type };
	iosrc_address address = address_of("unix:x");
	iosrc_source *source;
	iosrc_status status = iosrc_listen(&address, &options, sizeof(options),
	    &source);

	if (status == IOSRC_OK)
		iosrc_close(source);
	return status;
}

static void contract_N7_a_stale_path_is_removed_if_asked(void **state)
{
	static const uint32_t types[] = { STREAM, SEQPACKET };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		iosrc_close(listener("unix:x", types[i], 0));
		assert_true(exists("x"));
		assert_int_equal(iosrc_status_kind(listen_again(types[i], 0)),
		    IOSRC_KIND_ADDRESS_IN_USE);
		assert_int_equal(listen_again(types[i], UNLINK_STALE),
		    IOSRC_OK);
		assert_int_equal(unlink(path_of("x")), 0);
	}
}

static void contract_N7_a_path_that_lives_is_not_removed(void **state)
{
	iosrc_source *source = listener("unix:x", STREAM, UNLINK_STALE);

	(void)state;
	assert_int_equal(iosrc_status_kind(listen_again(STREAM, UNLINK_STALE)),
	    IOSRC_KIND_ADDRESS_IN_USE);
	/* Of another type: EPROTOTYPE says nothing of who is there. */
	assert_int_equal(
	    iosrc_status_kind(listen_again(SEQPACKET, UNLINK_STALE)),
	    IOSRC_KIND_ADDRESS_IN_USE);
	assert_true(exists("x"));
	end_at(source, "x");
}

static void contract_N7_a_full_listener_lives(void **state)
{
	iosrc_listen_options options = { .backlog = 1 };
	iosrc_address address = address_of("unix:x");
	iosrc_source *source, *clients[8];
	iosrc_status status = IOSRC_OK;
	unsigned count;

	(void)state;
	assert_int_equal(
	    iosrc_listen(&address, &options, sizeof(options), &source),
	    IOSRC_OK);
	for (count = 0; count < 8; count++) {
		clients[count] = UNTOUCHED;
		status = iosrc_connect(&address, NULL, 0, &clients[count]);
		if (status < 0)
			break;
	}
	assert_int_equal(status, IOSRC_E_WOULD_BLOCK);
	assert_ptr_equal(clients[count], UNTOUCHED);
	assert_int_equal(iosrc_status_kind(listen_again(STREAM, UNLINK_STALE)),
	    IOSRC_KIND_ADDRESS_IN_USE);
	while (count > 0)
		iosrc_close(clients[--count]);
	end_at(source, "x");
}

static void contract_N7_what_is_no_socket_is_not_removed(void **state)
{
	int fd = open(path_of("x"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(iosrc_status_kind(listen_again(STREAM, UNLINK_STALE)),
	    IOSRC_KIND_ADDRESS_IN_USE);
	assert_int_equal(calls[CALL_CONNECT], 0);
	assert_int_equal(unlink(path_of("x")), 0);
}

static void contract_N7_stale_datagram_paths(void **state)
{
	iosrc_datagram_options options = { UNLINK_STALE, 0 };
	iosrc_address address = address_of("unix:x");
	iosrc_source *first, *second = UNTOUCHED;

	(void)state;
	assert_int_equal(iosrc_bind_datagram(&address, NULL, 0, &first),
	    IOSRC_OK);
	assert_int_equal(iosrc_status_kind(iosrc_bind_datagram(&address,
	                     &options, sizeof(options), &second)),
	    IOSRC_KIND_ADDRESS_IN_USE);
	assert_ptr_equal(second, UNTOUCHED);
	iosrc_close(first);
	assert_int_equal(
	    iosrc_bind_datagram(&address, &options, sizeof(options), &second),
	    IOSRC_OK);
	end_at(second, "x");
}

static void contract_N7_a_stale_path_is_tried_once_more(void **state)
{
	(void)state;
	iosrc_close(listener("unix:x", STREAM, 0));
	refuse(CALL_BIND, 2, EADDRINUSE);
	assert_int_equal(iosrc_status_kind(listen_again(STREAM, UNLINK_STALE)),
	    IOSRC_KIND_ADDRESS_IN_USE);
	assert_int_equal(calls[CALL_BIND], 3);
	assert_false(exists("x"));
}

/* ---- the system refuses ---- */

static void contract_X2_a_system_without_the_family(void **state)
{
	static const int codes[] = { EAFNOSUPPORT, EPROTONOSUPPORT,
		ESOCKTNOSUPPORT };
	iosrc_address address = address_of("127.0.0.1:0");
	iosrc_source *source = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < COUNT(openers); i++) {
		for (size_t k = 0; k < COUNT(codes); k++) {
			refuse(CALL_SOCKET, 1, codes[k]);
			assert_int_equal(
			    openers[i].open(&address, NULL, 0, &source),
			    IOSRC_E_UNSUPPORTED);
		}
	}
	assert_ptr_equal(source, UNTOUCHED);
}

struct failure {
	open_fn open;
	const char *text;
	enum call call;
	unsigned nth;
	iosrc_flags flags;
	uint32_t mode;
};

static const struct failure failures[] = {
	{ do_listen, "127.0.0.1:0", CALL_SOCKET, 1, 0, 0 },
	{ do_listen, "127.0.0.1:0", CALL_SETSOCKOPT, 1, 0, 0 },
	{ do_listen, "127.0.0.1:0", CALL_SETSOCKOPT, 1, REUSE_PORT, 0 },
	{ do_listen, "127.0.0.1:0", CALL_SETSOCKOPT, 2, REUSE_PORT, 0 },
	{ do_listen, "127.0.0.1:0", CALL_BIND, 1, 0, 0 },
	{ do_listen, "127.0.0.1:0", CALL_LISTEN, 1, 0, 0 },
	{ do_listen, "unix:x", CALL_BIND, 1, UNLINK_STALE, 0 },
	{ do_listen, "unix:x", CALL_LISTEN, 1, 0, 0 },
	{ do_listen, "unix:x", CALL_FCHMOD, 1, 0, 0600 },
	{ do_listen, "unix:x", CALL_CHMOD, 1, 0, 0777 },
	{ do_listen, "unix:x", CALL_LISTEN, 1, 0, 0777 },
	{ do_datagram, "127.0.0.1:0", CALL_SOCKET, 1, 0, 0 },
	{ do_datagram, "127.0.0.1:0", CALL_SETSOCKOPT, 1, REUSE_PORT, 0 },
	{ do_datagram, "127.0.0.1:0", CALL_BIND, 1, 0, 0 },
	{ do_connect, "127.0.0.1:1", CALL_SOCKET, 1, 0, 0 },
	{ do_connect, "127.0.0.1:1", CALL_CONNECT, 1, 0, 0 },
	{ do_connect, "127.0.0.1:1", CALL_SETSOCKOPT, 1, IOSRC_CONNECT_NO_DELAY,
	    0 },
};

/* Options of all three begin with their flags. */
static iosrc_status play(const struct failure *failure, iosrc_source **out)
{
	iosrc_address address = address_of(failure->text);
	iosrc_listen_options options = { .flags = failure->flags,
		.mode = failure->mode };
	size_t size = failure->open == do_listen ? sizeof(options)
	                                         : sizeof(options.flags);

	return failure->open(&address, &options, size, out);
}

static void contract_X2_each_system_call_fails(void **state)
{
	static const int codes[] = { EMFILE, EACCES, ENOBUFS, EIO };
	iosrc_source *source = UNTOUCHED;
	mode_t before = umask(0077);

	(void)state;
	for (size_t i = 0; i < COUNT(failures); i++) {
		const struct failure *failure = &failures[i];

		for (size_t k = 0; k < COUNT(codes); k++) {
			refuse(failure->call, failure->nth, codes[k]);
			assert_int_equal(play(failure, &source),
			    iosrc__status_from_errno(codes[k]));
			assert_int_equal(refusals[failure->call].code, 0);
			assert_int_equal(free_fd(), lowest_fd);
			assert_false(exists("x"));
		}
	}
	umask(before);
	assert_ptr_equal(source, UNTOUCHED);
}

static void contract_X2_two_ends_fail(void **state)
{
	iosrc_source *a = UNTOUCHED, *b = UNTOUCHED;

	(void)state;
	refuse(CALL_SOCKETPAIR, 1, EMFILE);
	assert_int_equal(iosrc_pair(STREAM, &a, &b),
	    iosrc__status_from_errno(EMFILE));
#if IOSRC_USE_PIPE2
	refuse(CALL_PIPE2, 1, EMFILE);
	assert_int_equal(iosrc_pipe(&a, &b), iosrc__status_from_errno(EMFILE));
#endif
	assert_ptr_equal(a, UNTOUCHED);
	assert_ptr_equal(b, UNTOUCHED);
}

static void contract_X4_a_pipe_without_pipe2(void **state)
{
	static const int codes[] = { ENOSYS, EPERM };
	iosrc_source *reader, *writer;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		refuse(CALL_PIPE2, 1, codes[i]);
		assert_int_equal(iosrc_pipe(&reader, &writer), IOSRC_OK);
		expect_born_right(reader);
		expect_born_right(writer);
		iosrc_close(reader);
		iosrc_close(writer);
	}
}

static iosrc_status open_nth(unsigned which, const iosrc_address *address,
    iosrc_source *out[2])
{
	if (which < COUNT(openers))
		return openers[which].open(address, NULL, 0, &out[0]);
	return which == COUNT(openers) ? iosrc_pair(STREAM, &out[0], &out[1])
	                               : iosrc_pipe(&out[0], &out[1]);
}

static void contract_X2_memory_is_asked_for_first(void **state)
{
	iosrc_address address = address_of("127.0.0.1:0");

	(void)state;
	for (unsigned i = 0; i < COUNT(openers) + 2; i++) {
		unsigned sources = i < COUNT(openers) ? 1 : 2;

		for (unsigned nth = 1; nth <= sources; nth++) {
			iosrc_source *out[2] = { UNTOUCHED, UNTOUCHED };

			allocations_fail(nth);
			assert_int_equal(open_nth(i, &address, out),
			    IOSRC_E_NO_MEMORY);
			assert_true(allocations_failed());
			assert_ptr_equal(out[0], UNTOUCHED);
			assert_ptr_equal(out[1], UNTOUCHED);
		}
	}
	for (unsigned i = 0; i < CALLS; i++)
		assert_int_equal(calls[i], 0);
}

/* ---- connecting ---- */

static void test_a_connect_that_goes_on_is_a_success(void **state)
{
	static const int codes[] = { EINPROGRESS, EINTR };
	iosrc_address address = address_of("127.0.0.1:1");
	iosrc_source *source;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		refuse(CALL_CONNECT, 1, codes[i]);
		assert_int_equal(iosrc_connect(&address, NULL, 0, &source),
		    IOSRC_OK);
		iosrc_close(source);
	}
	assert_int_equal(calls[CALL_CONNECT], 2);
}

static void test_a_connect_begins_where_it_is_told(void **state)
{
	iosrc_source *served = listener("127.0.0.1:0", STREAM, 0), *source;
	iosrc_connect_options options = { .flags = IOSRC_CONNECT_NO_DELAY,
		.source = address_of("127.0.0.2:0") };
	iosrc_address address, own;

	(void)state;
	assert_int_equal(iosrc_local_address(served, &address), IOSRC_OK);
	assert_int_equal(
	    iosrc_connect(&address, &options, sizeof(options), &source),
	    IOSRC_OK);
	assert_int_equal(option_of(source, IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(iosrc_local_address(source, &own), IOSRC_OK);
	assert_memory_equal(own.data, options.source.data, 4);
	iosrc_close(source);
	iosrc_close(served);
}

static void test_a_failed_connect_removes_its_own_path(void **state)
{
	iosrc_connect_options options = { .source = address_of("unix:own") };
	iosrc_address address = address_of("unix:nobody");
	iosrc_source *source = UNTOUCHED;

	(void)state;
	assert_int_equal(iosrc_status_kind(iosrc_connect(&address, &options,
	                     sizeof(options), &source)),
	    IOSRC_KIND_NOT_FOUND);
	assert_int_equal(calls[CALL_BIND], 1);
	assert_false(exists("own"));
	assert_ptr_equal(source, UNTOUCHED);
}

/* The path may be any other's: it was there before. */
static void test_a_taken_source_path_stays(void **state)
{
	iosrc_source *served = listener("unix:x", STREAM, 0);
	iosrc_connect_options options = { .source = address_of("unix:x") };
	iosrc_address address = address_of("unix:x");
	iosrc_source *source = UNTOUCHED;

	(void)state;
	assert_int_equal(iosrc_status_kind(iosrc_connect(&address, &options,
	                     sizeof(options), &source)),
	    IOSRC_KIND_ADDRESS_IN_USE);
	assert_ptr_equal(source, UNTOUCHED);
	end_at(served, "x");
}

static void test_an_unnamed_datagram_socket_can_send(void **state)
{
	iosrc_address address = address_of("unix:x"),
	              none = address_of("unix:");
	struct sockaddr_un path = { .sun_family = AF_UNIX };
	iosrc_source *named, *unnamed;
	char data[8];

	(void)state;
	assert_int_equal(iosrc_bind_datagram(&address, NULL, 0, &named),
	    IOSRC_OK);
	assert_int_equal(iosrc_bind_datagram(&none, NULL, 0, &unnamed),
	    IOSRC_OK);
	assert_int_equal(calls[CALL_BIND], 1);
	assert_int_equal(iosrc_local_address(unnamed, &address), IOSRC_OK);
	assert_memory_equal(&address, &none, sizeof(none));
	snprintf(path.sun_path, sizeof(path.sun_path), "%s", path_of("x"));
	assert_int_equal(
	    connect(fd_of(unnamed), (struct sockaddr *)&path, sizeof(path)), 0);
	assert_int_equal(iosrc_write(unnamed, "hello", 5), 5);
	assert_int_equal(iosrc_read(named, data, sizeof(data)), 5);
	iosrc_close(unnamed);
	end_at(named, "x");
}

/* ---- the system's own addresses ---- */

static iosrc_address other_of(const void *system, size_t size)
{
	iosrc_address address;

	memset(&address, 0, sizeof(address));
	address.family = IOSRC_FAMILY_OTHER;
	address.size = (uint32_t)size;
	memcpy(address.data, system, size);
	return address;
}

static void test_getaddrinfos_answer_is_an_inet_address(void **state)
{
	struct sockaddr_in system = { .sin_family = AF_INET };
	iosrc_connect_options options = { .flags = IOSRC_CONNECT_NO_DELAY };
	socklen_t size = sizeof(system);
	iosrc_source *served, *source;
	iosrc_address address;

	(void)state;
	system.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address = other_of(&system, sizeof(system));
	served = listener_at(&address, STREAM, REUSE_PORT);
	assert_int_equal(option_of(served, SOL_SOCKET, SO_REUSEADDR), 1);
	assert_int_equal(
	    getsockname(fd_of(served), (struct sockaddr *)&system, &size), 0);
	address = other_of(&system, sizeof(system));
	options.source = address_of("127.0.0.1:0");
	assert_int_equal(
	    iosrc_connect(&address, &options, sizeof(options), &source),
	    IOSRC_OK);
	assert_int_equal(option_of(source, IPPROTO_TCP, TCP_NODELAY), 1);
	iosrc_close(source);
	iosrc_close(served);
}

static void test_a_family_without_a_name_goes_to_the_system(void **state)
{
	struct sockaddr_storage system = { .ss_family = 255 };
	iosrc_address address = other_of(&system, 16);
	iosrc_source *source = UNTOUCHED;

	(void)state;
	assert_int_equal(iosrc_connect(&address, NULL, 0, &source),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(calls[CALL_SOCKET], 1);
	assert_ptr_equal(source, UNTOUCHED);
}

#define ENDPOINT_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ENDPOINT_TEST(contract_X1_listen_checks_before_it_asks),
		ENDPOINT_TEST(contract_X1_null_and_sizes),
		ENDPOINT_TEST(contract_X6_options_of_other_versions),
		ENDPOINT_TEST(contract_X1_addresses_that_are_not_sound),
		ENDPOINT_TEST(contract_N6_a_path_that_is_too_long),
		ENDPOINT_TEST(contract_X1_connect_checks_before_it_asks),
		ENDPOINT_TEST(contract_X1_no_source_address_is_all_zero),
		ENDPOINT_TEST(contract_X1_an_unnamed_address_of_family_other),
		ENDPOINT_TEST(contract_X1_datagram_checks_before_it_asks),
		ENDPOINT_TEST(contract_N1_what_is_opened_is_non_blocking),
		ENDPOINT_TEST(contract_X1_two_ends_want_two_outputs),
		ENDPOINT_TEST(test_a_stream_server_can_be_started_again),
		ENDPOINT_TEST(test_datagrams_never_reuse_an_address),
		ENDPOINT_TEST(test_inet6_takes_inet_unless_told_otherwise),
		ENDPOINT_TEST(test_a_system_without_dual_sockets),
		ENDPOINT_TEST(test_the_backlog_goes_to_the_system),
		ENDPOINT_TEST(test_a_path_has_the_mode_that_was_asked_for),
		ENDPOINT_TEST(contract_N7_a_stale_path_is_removed_if_asked),
		ENDPOINT_TEST(contract_N7_a_path_that_lives_is_not_removed),
		ENDPOINT_TEST(contract_N7_a_full_listener_lives),
		ENDPOINT_TEST(contract_N7_what_is_no_socket_is_not_removed),
		ENDPOINT_TEST(contract_N7_stale_datagram_paths),
		ENDPOINT_TEST(contract_N7_a_stale_path_is_tried_once_more),
		ENDPOINT_TEST(contract_X2_a_system_without_the_family),
		ENDPOINT_TEST(contract_X2_each_system_call_fails),
		ENDPOINT_TEST(contract_X2_two_ends_fail),
		ENDPOINT_TEST(contract_X4_a_pipe_without_pipe2),
		ENDPOINT_TEST(contract_X2_memory_is_asked_for_first),
		ENDPOINT_TEST(test_a_connect_that_goes_on_is_a_success),
		ENDPOINT_TEST(test_a_connect_begins_where_it_is_told),
		ENDPOINT_TEST(test_a_failed_connect_removes_its_own_path),
		ENDPOINT_TEST(test_a_taken_source_path_stays),
		ENDPOINT_TEST(test_an_unnamed_datagram_socket_can_send),
		ENDPOINT_TEST(test_getaddrinfos_answer_is_an_inet_address),
		ENDPOINT_TEST(test_a_family_without_a_name_goes_to_the_system),
	};

	return CORE_RUN(tests);
}
