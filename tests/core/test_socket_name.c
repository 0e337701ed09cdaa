/* SPDX-License-Identifier: MIT
 *
 * test_socket_name.c: addresses to and from struct sockaddr, and those that
 * the system gives its sockets.
 */
#include "tests/core/core.h"

#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <unistd.h>

#include <iosrc_net.h>

#include "address.h"
#include "sys/unix/sockaddr.h"

#define PATH_AT offsetof(struct sockaddr_un, sun_path)
#define PATH_ROOM ((uint32_t)sizeof(((struct sockaddr_un *)0)->sun_path))
#define UNTOUCHED 0x5a

/* ---- what many tests ask ---- */

static iosrc_address parsed(const char *text)
{
	iosrc_address address;

	assert_int_equal(iosrc_address_parse(text, SIZE_MAX, &address),
	    IOSRC_OK);
	return address;
}

static iosrc_address unix_of(uint32_t family, uint32_t size)
{
	iosrc_address address;

	memset(&address, 0, sizeof address);
	address.family = family;
	address.size = size;
	memset(address.data, 'a', size);
	return address;
}

static struct iosrc__socket_address system_of(const iosrc_address *address)
{
	struct iosrc__socket_address system;

	memset(&system, UNTOUCHED, sizeof system);
	assert_int_equal(iosrc__sockaddr_from(address, &system), IOSRC_OK);
	return system;
}

static iosrc_address address_of(const struct iosrc__socket_address *system)
{
	iosrc_address address;

	memset(&address, UNTOUCHED, sizeof address);
	iosrc__sockaddr_to(system, &address);
	return address;
}

static void expect_equal(const iosrc_address *a, const iosrc_address *b)
{
	assert_memory_equal(a, b, sizeof *a);
}

/* There and back; answers what was there. */
static struct iosrc__socket_address expect_inverse(const iosrc_address *address)
{
	struct iosrc__socket_address system = system_of(address);
	iosrc_address back = address_of(&system);

	expect_equal(&back, address);
	return system;
}

static void expect_refused(const iosrc_address *address, iosrc_status status)
{
	struct iosrc__socket_address system, before;

	memset(&system, UNTOUCHED, sizeof system);
	before = system;
	assert_int_equal(iosrc__address_check(address), IOSRC_OK);
	assert_int_equal(iosrc__sockaddr_from(address, &system), status);
	assert_memory_equal(&system, &before, sizeof system);
}

/* ---- struct sockaddr ---- */

static void test_inet_there_and_back(void **state)
{
	iosrc_address address = parsed("127.0.0.1:258");
	struct iosrc__socket_address system = expect_inverse(&address);

	(void)state;
	assert_int_equal(system.size, sizeof(struct sockaddr_in));
	assert_int_equal(system.u.inet.sin_family, AF_INET);
	assert_int_equal(system.u.inet.sin_port, htons(258));
	assert_int_equal(system.u.inet.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
}

static void test_inet6_there_and_back(void **state)
{
	iosrc_address address = parsed("[fe80::1%2]:258");
	struct iosrc__socket_address system;

	(void)state;
	address.flow = 0x12345;
	system = expect_inverse(&address);
	assert_int_equal(system.size, sizeof(struct sockaddr_in6));
	assert_int_equal(system.u.inet6.sin6_family, AF_INET6);
	assert_int_equal(system.u.inet6.sin6_port, htons(258));
	assert_int_equal(system.u.inet6.sin6_scope_id, 2);
	assert_int_equal(system.u.inet6.sin6_flowinfo, htonl(0x12345));
	assert_memory_equal(&system.u.inet6.sin6_addr, address.data, 16);
}

static void test_paths_there_and_back(void **state)
{
	(void)state;
	for (uint32_t size = 0; size <= PATH_ROOM; size++) {
		iosrc_address address = unix_of(IOSRC_FAMILY_UNIX, size);
		struct iosrc__socket_address system = expect_inverse(&address);
		bool ends = size > 0 && size < PATH_ROOM;

		assert_int_equal(system.u.path.sun_family, AF_UNIX);
		assert_int_equal(system.size, PATH_AT + size + (ends ? 1 : 0));
	}
}

static void test_abstract_names_there_and_back(void **state)
{
	iosrc_address address;

	(void)state;
	for (uint32_t size = 0; size < PATH_ROOM; size++) {
		struct iosrc__socket_address system;

		address = unix_of(IOSRC_FAMILY_UNIX_ABSTRACT, size);
		system = expect_inverse(&address);
		assert_int_equal(system.u.path.sun_path[0], '\0');
		assert_int_equal(system.size, PATH_AT + 1 + size);
	}
	address = parsed("unix:@\\x00a\\x00\\x00");
	expect_inverse(&address);
}

static void contract_N6_a_path_too_long_is_told(void **state)
{
	iosrc_address address = unix_of(IOSRC_FAMILY_UNIX, PATH_ROOM + 1);

	(void)state;
	expect_refused(&address, IOSRC_E_NO_SPACE);
	address = unix_of(IOSRC_FAMILY_UNIX, 256);
	expect_refused(&address, IOSRC_E_NO_SPACE);
	address = unix_of(IOSRC_FAMILY_UNIX_ABSTRACT, PATH_ROOM);
	expect_refused(&address, IOSRC_E_NO_SPACE);
	address = unix_of(IOSRC_FAMILY_UNIX_ABSTRACT, 256);
	expect_refused(&address, IOSRC_E_NO_SPACE);
}

static void test_pipes_are_of_another_system(void **state)
{
	iosrc_address address = parsed("pipe:\\\\.\\pipe\\x");

	(void)state;
	expect_refused(&address, IOSRC_E_UNSUPPORTED);
}

static void test_other_families_go_as_they_are(void **state)
{
	struct sockaddr any = { .sa_family = AF_UNSPEC };
	struct iosrc__socket_address system;
	iosrc_address address;

	(void)state;
	memset(any.sa_data, 7, sizeof any.sa_data);
	for (uint32_t size = 2; size <= 128; size += 14) {
		memset(&address, 0, sizeof address);
		address.family = IOSRC_FAMILY_OTHER;
		address.size = size;
		memset(address.data, 7, size);
		memcpy(address.data, &any,
		    size < sizeof any ? size : sizeof any);
		assert_int_equal(iosrc__address_check(&address), IOSRC_OK);
		system = expect_inverse(&address);
		assert_int_equal(system.size, size);
		assert_memory_equal(&system.u, address.data, size);
	}
}

static void test_a_known_family_cut_short_is_other(void **state)
{
	static const char *const texts[] = { "127.0.0.1:80", "[::1]:80" };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		iosrc_address address = parsed(texts[i]);
		struct iosrc__socket_address system = system_of(&address);

		system.size--;
		address = address_of(&system);
		assert_int_equal(address.family, IOSRC_FAMILY_OTHER);
		assert_int_equal(address.size, system.size);
		assert_memory_equal(address.data, &system.u, system.size);
	}
}

static void test_no_size_is_no_address(void **state)
{
	iosrc_address none, address, inet = parsed("127.0.0.1:80");
	struct iosrc__socket_address system = system_of(&inet);

	(void)state;
	memset(&none, 0, sizeof none);
	for (system.size = 0; system.size < 2; system.size++) {
		address = address_of(&system);
		expect_equal(&address, &none);
	}
}

/* Linux tells the size of the whole name, whatever the room. */
static void test_a_size_above_the_room_is_cut(void **state)
{
	struct iosrc__socket_address system;
	iosrc_address address;

	(void)state;
	memset(&system, 'a', sizeof system);
	system.u.any.sa_family = AF_UNIX;
	system.size = UINT32_MAX;
	address = address_of(&system);
	assert_int_equal(address.family, IOSRC_FAMILY_UNIX);
	assert_int_equal(address.size, 128 - PATH_AT);
	assert_int_equal(address.data[128 - PATH_AT], 0);
}

/* ---- sockets ---- */

static iosrc_source *socket_source(int domain, int type)
{
	iosrc_source *source;
	int fd = socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(iosrc_create(fd, IOSRC_HANDLE_SOCKET, &source),
	    IOSRC_OK);
	return source;
}

static int fd_of(const iosrc_source *source)
{
	return (int)iosrc_source_handle(source);
}

static void bind_to(iosrc_source *source, const iosrc_address *address)
{
	struct iosrc__socket_address system = system_of(address);

	assert_int_equal(bind(fd_of(source), &system.u.any, system.size), 0);
}

static void connect_to(iosrc_source *source, const iosrc_address *address)
{
	struct iosrc__socket_address system = system_of(address);

	assert_int_equal(connect(fd_of(source), &system.u.any, system.size), 0);
}

static iosrc_address local_of(iosrc_source *source)
{
	iosrc_address address;

	memset(&address, UNTOUCHED, sizeof address);
	assert_int_equal(iosrc_local_address(source, &address), IOSRC_OK);
	return address;
}

static iosrc_address peer_of(iosrc_source *source)
{
	iosrc_address address;

	memset(&address, UNTOUCHED, sizeof address);
	assert_int_equal(iosrc_peer_address(source, &address), IOSRC_OK);
	return address;
}

/* Binds one, connects another to it, and asks both. */
static void expect_names(int domain, const char *text)
{
	iosrc_source *server = socket_source(domain, SOCK_DGRAM);
	iosrc_source *client = socket_source(domain, SOCK_DGRAM);
	iosrc_address wanted = parsed(text), address;

	bind_to(server, &wanted);
	address = local_of(server);
	if (wanted.family < IOSRC_FAMILY_UNIX) {
		assert_true(address.port > 0);
		wanted.port = address.port;
	}
	expect_equal(&address, &wanted);
	connect_to(client, &wanted);
	address = peer_of(client);
	expect_equal(&address, &wanted);
	iosrc_close(client);
	iosrc_close(server);
}

static void contract_N5_names_of_inet(void **state)
{
	(void)state;
	expect_names(AF_INET, "127.0.0.1:0");
}

static void contract_N5_names_of_inet6(void **state)
{
	(void)state;
	if (core_lacks_inet6())
		skip();
	expect_names(AF_INET6, "[::1]:0");
}

/* In a folder of its own; the path as long as `size`, 0: short. */
static void expect_path_names(uint32_t size)
{
	char folder[] = "/tmp/iosrc-name-XXXXXX";
	char text[160];
	size_t at;

	assert_non_null(mkdtemp(folder));
	at = (size_t)snprintf(text, sizeof text, "unix:%s/s", folder);
	while (at < size + strlen("unix:"))
		text[at++] = 'a';
	text[at] = '\0';
	expect_names(AF_UNIX, text);
	assert_int_equal(unlink(text + strlen("unix:")), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void contract_N5_names_of_paths(void **state)
{
	(void)state;
	expect_path_names(0);
	expect_path_names(PATH_ROOM - 1);
	expect_path_names(PATH_ROOM);
}

static void contract_N6_names_of_abstract_sockets(void **state)
{
	char text[64];

	(void)state;
	snprintf(text, sizeof text, "unix:@iosrc-%d\\x00\\xff", (int)getpid());
	expect_names(AF_UNIX, text);
}

static void contract_N6_an_unnamed_peer_has_size_0(void **state)
{
	iosrc_source *ends[2];
	iosrc_address unnamed = parsed("unix:"), address;
	int fds[2];

	(void)state;
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	for (unsigned i = 0; i < 2; i++) {
		iosrc_create(fds[i], IOSRC_HANDLE_DEFAULT, &ends[i]);
		address = local_of(ends[i]);
		expect_equal(&address, &unnamed);
		address = peer_of(ends[i]);
		expect_equal(&address, &unnamed);
	}
	iosrc_close(ends[0]);
	iosrc_close(ends[1]);
}

static void test_what_has_no_name_says_why(void **state)
{
	iosrc_source *socket = socket_source(AF_INET, SOCK_STREAM);
	iosrc_address address, before;
	iosrc_source *pipe_end;
	int fds[2];

	(void)state;
	memset(&address, UNTOUCHED, sizeof address);
	before = address;
	assert_int_equal(pipe(fds), 0);
	close(fds[1]);
	iosrc_create(fds[0], IOSRC_HANDLE_PIPE, &pipe_end);
	assert_int_equal(
	    iosrc_status_kind(iosrc_peer_address(socket, &address)),
	    IOSRC_KIND_NOT_CONNECTED);
	assert_int_equal(
	    iosrc_status_kind(iosrc_local_address(pipe_end, &address)),
	    IOSRC_KIND_BAD_HANDLE);
	assert_int_equal(
	    iosrc_status_kind(iosrc_peer_address(pipe_end, &address)),
	    IOSRC_KIND_BAD_HANDLE);
	assert_int_equal(iosrc_local_address(NULL, &address), IOSRC_E_INVALID);
	assert_int_equal(iosrc_peer_address(NULL, &address), IOSRC_E_INVALID);
	assert_int_equal(iosrc_local_address(socket, NULL), IOSRC_E_INVALID);
	assert_int_equal(iosrc_peer_address(socket, NULL), IOSRC_E_INVALID);
	expect_equal(&address, &before);
	iosrc_close(pipe_end);
	iosrc_close(socket);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(test_inet_there_and_back),
		CORE_TEST(test_inet6_there_and_back),
		CORE_TEST(test_paths_there_and_back),
		CORE_TEST(test_abstract_names_there_and_back),
		CORE_TEST(contract_N6_a_path_too_long_is_told),
		CORE_TEST(test_pipes_are_of_another_system),
		CORE_TEST(test_other_families_go_as_they_are),
		CORE_TEST(test_a_known_family_cut_short_is_other),
		CORE_TEST(test_no_size_is_no_address),
		CORE_TEST(test_a_size_above_the_room_is_cut),
		CORE_TEST(contract_N5_names_of_inet),
		CORE_TEST(contract_N5_names_of_inet6),
		CORE_TEST(contract_N5_names_of_paths),
		CORE_TEST(contract_N6_names_of_abstract_sockets),
		CORE_TEST(contract_N6_an_unnamed_peer_has_size_0),
		CORE_TEST(test_what_has_no_name_says_why),
	};

	return CORE_RUN(tests);
}
