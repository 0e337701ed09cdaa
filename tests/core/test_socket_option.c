/* SPDX-License-Identifier: MIT
 *
 * test_socket_option.c: every option on every kind of endpoint, and multicast
 * groups, on the loopback interface alone. The linker's --wrap counts the
 * system's calls, lets one of them fail, and makes endpoints of kinds that
 * not every system has.
 */
#include "tests/core/core.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iosrc_net.h>

#include "status.h"
#include "sys/unix/sockaddr.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SCTP 132
#define MPTCP 262

/* ---- the system's calls ---- */

static unsigned calls;
static unsigned failing_call; /* 0: none */
static int failing_code;
static int pretended_type;     /* 0: what it is */
static int pretended_protocol; /* likewise */

int __real_getsockopt(int fd, int level, int name, void *data, socklen_t *size);
int __wrap_getsockopt(int fd, int level, int name, void *data, socklen_t *size);
int __real_setsockopt(int fd, int level, int name, const void *data,
    socklen_t size);
int __wrap_setsockopt(int fd, int level, int name, const void *data,
    socklen_t size);

static bool fails(void)
{
	if (++calls != failing_call)
		return false;
	errno = failing_code;
	return true;
}

int __wrap_getsockopt(int fd, int level, int name, void *data, socklen_t *size)
{
	int pretended = name == SO_TYPE ? pretended_type
	    : name == SO_PROTOCOL       ? pretended_protocol
	                                : 0;

	if (fails())
		return -1;
	if (level != SOL_SOCKET || !pretended)
		return __real_getsockopt(fd, level, name, data, size);
	memcpy(data, &pretended, sizeof pretended);
	return 0;
}

int __wrap_setsockopt(int fd, int level, int name, const void *data,
    socklen_t size)
{
	return fails() ? -1 : __real_setsockopt(fd, level, name, data, size);
}

static void fail_call(unsigned call, int code)
{
	calls = 0;
	failing_call = call;
	failing_code = code;
}

/* ---- endpoints ---- */

struct endpoint {
	int domain;
	int type;
	int pretended_type;
	int pretended_protocol;
};

enum {
	TCP_INET,
	TCP_INET6,
	UDP_INET,
	UDP_INET6,
	RAW_INET,
	SCTP_INET6,
	UNIX_STREAM,
	UNIX_DATAGRAM,
	ENDPOINTS
};

static const struct endpoint endpoints[ENDPOINTS] = {
	[TCP_INET] = { AF_INET, SOCK_STREAM, 0, 0 },
	[TCP_INET6] = { AF_INET6, SOCK_STREAM, 0, 0 },
	[UDP_INET] = { AF_INET, SOCK_DGRAM, 0, 0 },
	[UDP_INET6] = { AF_INET6, SOCK_DGRAM, 0, 0 },
	[RAW_INET] = { AF_INET, SOCK_DGRAM, SOCK_RAW, IPPROTO_ICMP },
	[SCTP_INET6] = { AF_INET6, SOCK_STREAM, 0, SCTP },
	[UNIX_STREAM] = { AF_UNIX, SOCK_STREAM, 0, 0 },
	[UNIX_DATAGRAM] = { AF_UNIX, SOCK_DGRAM, 0, 0 },
};

static bool lacks(unsigned kind)
{
	return endpoints[kind].domain == AF_INET6 && core_lacks_inet6();
}

static iosrc_source *endpoint_make(unsigned kind)
{
	const struct endpoint *endpoint = &endpoints[kind];
	iosrc_source *source;
	int fd = socket(endpoint->domain,
	    endpoint->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(iosrc_create(fd, IOSRC_HANDLE_SOCKET, &source),
	    IOSRC_OK);
	pretended_type = endpoint->pretended_type;
	pretended_protocol = endpoint->pretended_protocol;
	fail_call(0, 0);
	return source;
}

static void endpoint_close(iosrc_source *source)
{
	pretended_type = 0;
	pretended_protocol = 0;
	fail_call(0, 0);
	assert_int_equal(iosrc_close(source), IOSRC_OK);
}

static int fd_of(const iosrc_source *source)
{
	return (int)iosrc_source_handle(source);
}

static int64_t got(iosrc_source *source, uint32_t option)
{
	int64_t value = INT64_MIN;

	assert_int_equal(iosrc_get_option(source, option, &value), IOSRC_OK);
	return value;
}

static void expect_set(iosrc_source *source, uint32_t option, int64_t value)
{
	assert_int_equal(iosrc_set_option(source, option, value), IOSRC_OK);
	assert_int_equal(got(source, option), value);
}

static void expect_no_get(iosrc_source *source, uint32_t option,
    iosrc_status status)
{
	int64_t value = 1234;

	assert_int_equal(iosrc_get_option(source, option, &value), status);
	assert_int_equal(value, 1234);
}

/* What the system itself says. */
static int asked(const iosrc_source *source, int level, int name)
{
	socklen_t size = sizeof(int);
	int value = -1234;

	assert_int_equal(
	    __real_getsockopt(fd_of(source), level, name, &value, &size), 0);
	return value;
}

/* ---- every option ---- */

struct expected {
	uint32_t option;
	int64_t values[3]; /* each is taken as it is */
	int64_t too_small;
	int64_t too_large;
	const char *has; /* a letter for each endpoint, in their order */
	int level;       /* of the first endpoint that has it; 0: no int */
	int name;
};

static const struct expected expectations[] = {
	{ IOSRC_OPTION_NO_DELAY, { 0, 1, 0 }, -1, 2, "yy......", IPPROTO_TCP,
	    TCP_NODELAY },
	{ IOSRC_OPTION_KEEP_ALIVE, { 0, 1, 0 }, -1, 2, "yy......", SOL_SOCKET,
	    SO_KEEPALIVE },
	{ IOSRC_OPTION_KEEP_ALIVE_IDLE, { 1, 60, 32767 }, 0, 32768, "yy......",
	    IPPROTO_TCP, TCP_KEEPIDLE },
	{ IOSRC_OPTION_KEEP_ALIVE_INTERVAL, { 1, 60, 32767 }, 0, 32768,
	    "yy......", IPPROTO_TCP, TCP_KEEPINTVL },
	{ IOSRC_OPTION_KEEP_ALIVE_COUNT, { 1, 9, 127 }, 0, 128, "yy......",
	    IPPROTO_TCP, TCP_KEEPCNT },
	{ IOSRC_OPTION_LINGER, { 0, 65535, -1 }, -2, 65536, "yy......", 0, 0 },
	{ IOSRC_OPTION_TTL, { 1, 64, 255 }, 0, 256, "y.y.y...", IPPROTO_IP,
	    IP_TTL },
	{ IOSRC_OPTION_HOP_LIMIT, { 1, 64, 255 }, 0, 256, ".y.y.y..",
	    IPPROTO_IPV6, IPV6_UNICAST_HOPS },
	{ IOSRC_OPTION_BROADCAST, { 0, 1, 0 }, -1, 2, "..y.....", SOL_SOCKET,
	    SO_BROADCAST },
	{ IOSRC_OPTION_RECV_BUFFER, { 8192, 65536, 8192 }, 0, 1LL << 31,
	    "yyyyyyyy", 0, 0 },
	{ IOSRC_OPTION_SEND_BUFFER, { 8192, 65536, 8192 }, 0, 1LL << 31,
	    "yyyyyyyy", 0, 0 },
	{ IOSRC_OPTION_V6_ONLY, { 0, 1, 0 }, -1, 2, ".y.y.y..", IPPROTO_IPV6,
	    IPV6_V6ONLY },
	{ IOSRC_OPTION_MULTICAST_LOOP, { 0, 1, 0 }, -1, 2, "..yy....",
	    IPPROTO_IP, IP_MULTICAST_LOOP },
	{ IOSRC_OPTION_MULTICAST_TTL, { 0, 1, 255 }, -1, 256, "..yy....",
	    IPPROTO_IP, IP_MULTICAST_TTL },
	{ IOSRC_OPTION_MULTICAST_INTERFACE, { 0, 1, 0 }, -1, 1LL << 31,
	    "..yy....", 0, 0 },
};

static void expect_option(iosrc_source *source, unsigned kind,
    const struct expected *expected)
{
	bool first = strchr(expected->has, 'y') == expected->has + kind;

	for (unsigned i = 0; i < 3; i++) {
		expect_set(source, expected->option, expected->values[i]);
		if (first && expected->level + expected->name > 0)
			assert_int_equal(
			    asked(source, expected->level, expected->name),
			    expected->values[i]);
	}
}

static void contract_N9_get_answers_what_set_gave(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < ENDPOINTS; kind++) {
		iosrc_source *source;

		if (lacks(kind))
			continue;
		source = endpoint_make(kind);
		for (size_t i = 0; i < COUNT(expectations); i++) {
			const struct expected *expected = &expectations[i];

			if (expected->has[kind] == 'y') {
				expect_option(source, kind, expected);
				continue;
			}
			assert_int_equal(iosrc_set_option(source,
			                     expected->option,
			                     expected->values[1]),
			    IOSRC_E_UNSUPPORTED);
			expect_no_get(source, expected->option,
			    IOSRC_E_UNSUPPORTED);
		}
		endpoint_close(source);
	}
}

static void contract_N9_a_value_out_of_range_is_told_first(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < ENDPOINTS; kind++) {
		iosrc_source *source;

		if (lacks(kind))
			continue;
		source = endpoint_make(kind);
		for (size_t i = 0; i < COUNT(expectations); i++) {
			const struct expected *expected = &expectations[i];
			const int64_t bad[] = { expected->too_small,
				expected->too_large, INT64_MIN, INT64_MAX,
				(1LL << 32) + expected->values[1] };

			for (size_t at = 0; at < COUNT(bad); at++)
				assert_int_equal(iosrc_set_option(source,
				                     expected->option, bad[at]),
				    IOSRC_E_INVALID);
		}
		assert_int_equal(calls, 0);
		endpoint_close(source);
	}
}

static void test_options_that_are_not_known(void **state)
{
	static const uint32_t unknown[] = { 0, 16, UINT32_MAX };
	iosrc_source *source = endpoint_make(TCP_INET);

	(void)state;
	for (size_t i = 0; i < COUNT(unknown); i++) {
		assert_int_equal(iosrc_set_option(source, unknown[i], 1),
		    IOSRC_E_UNSUPPORTED);
		expect_no_get(source, unknown[i], IOSRC_E_UNSUPPORTED);
	}
	assert_int_equal(calls, 0);
	endpoint_close(source);
}

static void contract_X1_bad_arguments_of_options(void **state)
{
	iosrc_source *source = endpoint_make(TCP_INET);

	(void)state;
	assert_int_equal(iosrc_set_option(NULL, IOSRC_OPTION_NO_DELAY, 1),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_set_option(NULL, 0, 1), IOSRC_E_INVALID);
	expect_no_get(NULL, IOSRC_OPTION_NO_DELAY, IOSRC_E_INVALID);
	assert_int_equal(iosrc_get_option(source, IOSRC_OPTION_NO_DELAY, NULL),
	    IOSRC_E_INVALID);
	assert_int_equal(calls, 0);
	endpoint_close(source);
}

/* ---- options of note ---- */

static void test_linger_as_the_system_has_it(void **state)
{
	iosrc_source *source = endpoint_make(TCP_INET);
	socklen_t size = sizeof(struct linger);
	struct linger linger;

	(void)state;
	assert_int_equal(got(source, IOSRC_OPTION_LINGER), -1);
	for (int value = -1; value < 8; value++) {
		expect_set(source, IOSRC_OPTION_LINGER, value);
		assert_int_equal(__real_getsockopt(fd_of(source), SOL_SOCKET,
		                     SO_LINGER, &linger, &size),
		    0);
		assert_int_equal(linger.l_onoff, value >= 0);
		assert_int_equal(linger.l_onoff ? linger.l_linger : -1, value);
	}
	endpoint_close(source);
}

static void test_buffers_are_not_doubled(void **state)
{
	iosrc_source *source = endpoint_make(UDP_INET);

	(void)state;
	expect_set(source, IOSRC_OPTION_RECV_BUFFER, 16384);
	expect_set(source, IOSRC_OPTION_SEND_BUFFER, 32768);
	assert_int_equal(asked(source, SOL_SOCKET, SO_RCVBUF), 2 * 16384);
	assert_int_equal(asked(source, SOL_SOCKET, SO_SNDBUF), 2 * 32768);
	/* The system's own limits are no error. */
	assert_int_equal(iosrc_set_option(source, IOSRC_OPTION_RECV_BUFFER, 1),
	    IOSRC_OK);
	assert_in_range(got(source, IOSRC_OPTION_RECV_BUFFER), 1, 16384);
	assert_int_equal(
	    iosrc_set_option(source, IOSRC_OPTION_SEND_BUFFER, INT_MAX),
	    IOSRC_OK);
	assert_in_range(got(source, IOSRC_OPTION_SEND_BUFFER), 32768, INT_MAX);
	endpoint_close(source);
}

static void test_multipath_tcp_is_tcp(void **state)
{
	iosrc_source *source = endpoint_make(TCP_INET);

	(void)state;
	pretended_protocol = MPTCP;
	expect_set(source, IOSRC_OPTION_NO_DELAY, 1);
	endpoint_close(source);
}

static void contract_N9_v6_only_comes_before_the_bind(void **state)
{
	struct sockaddr_in6 loopback = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	iosrc_source *source;

	(void)state;
	if (lacks(TCP_INET6))
		skip();
	source = endpoint_make(TCP_INET6);
	expect_set(source, IOSRC_OPTION_V6_ONLY, 1);
	assert_int_equal(
	    bind(fd_of(source), (struct sockaddr *)&loopback, sizeof loopback),
	    0);
	assert_int_equal(iosrc_status_kind(
	                     iosrc_set_option(source, IOSRC_OPTION_V6_ONLY, 0)),
	    IOSRC_KIND_INVALID);
	assert_int_equal(got(source, IOSRC_OPTION_V6_ONLY), 1);
	endpoint_close(source);
}

static void expect_no_interface(unsigned kind, iosrc_kind why)
{
	const uint32_t option = IOSRC_OPTION_MULTICAST_INTERFACE;
	iosrc_source *source = endpoint_make(kind);

	expect_set(source, option, 1);
	assert_int_equal(
	    iosrc_status_kind(iosrc_set_option(source, option, INT_MAX)), why);
	assert_int_equal(got(source, option), 1);
	endpoint_close(source);
}

static void test_interfaces_that_are_not_there(void **state)
{
	(void)state;
	expect_no_interface(UDP_INET, IOSRC_KIND_ADDRESS_INVALID);
	if (!lacks(UDP_INET6))
		expect_no_interface(UDP_INET6, IOSRC_KIND_NOT_FOUND);
}

static void test_what_is_no_socket(void **state)
{
	iosrc_address group;
	iosrc_source *source;
	int64_t value = 1234;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	close(fds[1]);
	iosrc_create(fds[0], IOSRC_HANDLE_DEFAULT, &source);
	iosrc_address_parse("239.1.2.3:0", SIZE_MAX, &group);
	assert_int_equal(iosrc_status_kind(iosrc_set_option(source,
	                     IOSRC_OPTION_RECV_BUFFER, 4096)),
	    IOSRC_KIND_BAD_HANDLE);
	assert_int_equal(iosrc_status_kind(iosrc_get_option(source,
	                     IOSRC_OPTION_RECV_BUFFER, &value)),
	    IOSRC_KIND_BAD_HANDLE);
	assert_int_equal(value, 1234);
	assert_int_equal(
	    iosrc_status_kind(iosrc_multicast_join(source, &group, 1)),
	    IOSRC_KIND_BAD_HANDLE);
	endpoint_close(source);
}

/* Three calls ask what the endpoint is, the fourth does it; the option of an
 * interface is told without. */
static void contract_X2_each_call_of_the_system_failing_once(void **state)
{
	const iosrc_status refused = iosrc__status_from_errno(ENOBUFS);

	(void)state;
	for (size_t i = 0; i < COUNT(expectations); i++) {
		const struct expected *expected = &expectations[i];
		unsigned kind = (unsigned)(strchr(expected->has, 'y') -
		    expected->has);
		bool remembered = expected->option ==
		    IOSRC_OPTION_MULTICAST_INTERFACE;
		iosrc_source *source;

		if (lacks(kind))
			continue;
		source = endpoint_make(kind);
		expect_set(source, expected->option, expected->values[0]);
		for (unsigned call = 1; call <= 4; call++) {
			fail_call(call, ENOBUFS);
			assert_int_equal(iosrc_set_option(source,
			                     expected->option,
			                     expected->values[1]),
			    refused);
			assert_int_equal(calls, call);
			if (call == 4 && remembered)
				break;
			fail_call(call, ENOBUFS);
			expect_no_get(source, expected->option, refused);
			assert_int_equal(calls, call);
		}
		fail_call(0, 0);
		assert_int_equal(got(source, expected->option),
		    expected->values[0]);
		endpoint_close(source);
	}
}

/* ---- groups ---- */

static iosrc_address parsed(const char *text)
{
	iosrc_address address;

	assert_int_equal(iosrc_address_parse(text, SIZE_MAX, &address),
	    IOSRC_OK);
	return address;
}

static uint32_t loopback_index(void)
{
	uint32_t index = if_nametoindex("lo");

	assert_true(index > 0);
	return index;
}

static void expect_membership(unsigned kind, const char *text)
{
	uint32_t index = loopback_index();
	iosrc_source *source = endpoint_make(kind);
	iosrc_address group = parsed(text);

	assert_int_equal(
	    iosrc_status_kind(iosrc_multicast_leave(source, &group, index)),
	    IOSRC_KIND_ADDRESS_INVALID);
	assert_int_equal(iosrc_multicast_join(source, &group, index), IOSRC_OK);
	assert_int_equal(
	    iosrc_status_kind(iosrc_multicast_join(source, &group, index)),
	    IOSRC_KIND_ADDRESS_IN_USE);
	assert_int_equal(iosrc_multicast_leave(source, &group, index),
	    IOSRC_OK);
	assert_int_equal(
	    iosrc_status_kind(iosrc_multicast_leave(source, &group, index)),
	    IOSRC_KIND_ADDRESS_INVALID);
	assert_int_equal(
	    iosrc_status_kind(iosrc_multicast_join(source, &group, INT_MAX)),
	    IOSRC_KIND_NOT_FOUND);
	endpoint_close(source);
}

static void test_groups_are_joined_and_left(void **state)
{
	(void)state;
	expect_membership(UDP_INET, "224.0.0.200:0");
	expect_membership(UDP_INET, "239.255.1.2:65535");
	if (lacks(UDP_INET6))
		return;
	expect_membership(UDP_INET6, "[ff02::1234]:0");
	expect_membership(UDP_INET6, "[ff15::1234]:65535");
}

/* Sends to the group and answers whether the byte comes back. */
static bool comes_back(iosrc_source *source, const iosrc_address *group)
{
	struct iosrc__socket_address to;
	char data = 'x';

	assert_int_equal(iosrc__sockaddr_from(group, &to), IOSRC_OK);
	assert_int_equal(sendto(fd_of(source), &data, 1, 0, &to.u.any, to.size),
	    1);
	return recv(fd_of(source), &data, 1, MSG_DONTWAIT) == 1;
}

/* The loopback interface delivers while the sender sends. */
static void test_a_group_delivers_through_the_interface(void **state)
{
	uint32_t index = loopback_index();
	iosrc_source *source = endpoint_make(UDP_INET);
	iosrc_address bound = parsed("0.0.0.0:0"), group;
	struct iosrc__socket_address system;

	(void)state;
	assert_int_equal(iosrc__sockaddr_from(&bound, &system), IOSRC_OK);
	assert_int_equal(bind(fd_of(source), &system.u.any, system.size), 0);
	assert_int_equal(iosrc_local_address(source, &bound), IOSRC_OK);
	group = parsed("239.255.1.2:0");
	group.port = bound.port;
	expect_set(source, IOSRC_OPTION_MULTICAST_INTERFACE, index);
	assert_false(comes_back(source, &group));
	assert_int_equal(iosrc_multicast_join(source, &group, index), IOSRC_OK);
	assert_true(comes_back(source, &group));
	assert_int_equal(iosrc_multicast_leave(source, &group, index),
	    IOSRC_OK);
	assert_false(comes_back(source, &group));
	endpoint_close(source);
}

static void expect_no_group(iosrc_source *source, const iosrc_address *group,
    uint32_t index, iosrc_status status)
{
	fail_call(0, 0);
	assert_int_equal(iosrc_multicast_join(source, group, index), status);
	assert_int_equal(iosrc_multicast_leave(source, group, index), status);
	assert_true(calls == 0 || status == IOSRC_E_UNSUPPORTED);
}

static void contract_X1_bad_arguments_of_groups(void **state)
{
	static const char *const others[] = { "127.0.0.1:0",
		"223.255.255.255:0", "240.0.0.0:0", "[::1]:0", "[feff::1]:0",
		"[ff02::1%2]:0" };
	iosrc_source *source = endpoint_make(UDP_INET);
	iosrc_address group = parsed("239.1.2.3:0");

	(void)state;
	expect_no_group(NULL, &group, 1, IOSRC_E_INVALID);
	expect_no_group(source, NULL, 1, IOSRC_E_INVALID);
	expect_no_group(source, &group, 0x80000000u, IOSRC_E_INVALID);
	for (size_t i = 0; i < COUNT(others); i++) {
		iosrc_address other = parsed(others[i]);

		expect_no_group(source, &other, 1, IOSRC_E_INVALID);
		expect_no_group(source, &other, 0, IOSRC_E_INVALID);
	}
	group.family = IOSRC_FAMILY_NONE;
	expect_no_group(source, &group, 1, IOSRC_E_INVALID);
	group = parsed("unix:@239.1.2.3");
	expect_no_group(source, &group, 1, IOSRC_E_UNSUPPORTED);
	group.reserved[2] = 1;
	expect_no_group(source, &group, 1, IOSRC_E_UNSUPPORTED);
	assert_int_equal(calls, 0);
	endpoint_close(source);
}

static void test_a_group_may_name_its_interface(void **state)
{
	uint32_t index = loopback_index();
	iosrc_address group = parsed("[ff02::1234]:0");
	iosrc_source *source;

	(void)state;
	if (lacks(UDP_INET6))
		skip();
	source = endpoint_make(UDP_INET6);
	group.scope = index;
	expect_no_group(source, &group, 0, IOSRC_E_INVALID);
	expect_no_group(source, &group, index + 1, IOSRC_E_INVALID);
	assert_int_equal(iosrc_multicast_join(source, &group, index), IOSRC_OK);
	group.scope = 0;
	assert_int_equal(iosrc_multicast_leave(source, &group, index),
	    IOSRC_OK);
	endpoint_close(source);
}

static void contract_N9_groups_are_for_datagrams_of_their_family(void **state)
{
	const iosrc_address inet = parsed("239.1.2.3:0");
	const iosrc_address inet6 = parsed("[ff02::1234]:0");

	(void)state;
	for (unsigned kind = 0; kind < ENDPOINTS; kind++) {
		iosrc_source *source;

		if (lacks(kind))
			continue;
		source = endpoint_make(kind);
		if (kind != UDP_INET)
			expect_no_group(source, &inet, 1, IOSRC_E_UNSUPPORTED);
		if (kind != UDP_INET6)
			expect_no_group(source, &inet6, 1, IOSRC_E_UNSUPPORTED);
		endpoint_close(source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(contract_N9_get_answers_what_set_gave),
		CORE_TEST(contract_N9_a_value_out_of_range_is_told_first),
		CORE_TEST(test_options_that_are_not_known),
		CORE_TEST(contract_X1_bad_arguments_of_options),
		CORE_TEST(test_linger_as_the_system_has_it),
		CORE_TEST(test_buffers_are_not_doubled),
		CORE_TEST(test_multipath_tcp_is_tcp),
		CORE_TEST(contract_N9_v6_only_comes_before_the_bind),
		CORE_TEST(test_interfaces_that_are_not_there),
		CORE_TEST(test_what_is_no_socket),
		CORE_TEST(contract_X2_each_call_of_the_system_failing_once),
		CORE_TEST(test_groups_are_joined_and_left),
		CORE_TEST(test_a_group_delivers_through_the_interface),
		CORE_TEST(contract_X1_bad_arguments_of_groups),
		CORE_TEST(test_a_group_may_name_its_interface),
		CORE_TEST(contract_N9_groups_are_for_datagrams_of_their_family),
	};

	return CORE_RUN(tests);
}
