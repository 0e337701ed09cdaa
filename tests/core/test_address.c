/* SPDX-License-Identifier: MIT
 *
 * test_address.c: texts and the addresses that they stand for. What libc has
 * of it (inet_pton, inet_ntop) says the same.
 */
#include "tests/core/core.h"

#include <stdio.h>
#include <string.h>

#include <iosrc_net.h>

#include "address.h"
#include "inet.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define UNTOUCHED 0x5a

/* ---- what many tests ask ---- */

static iosrc_address parsed(const char *text)
{
	iosrc_address address;

	memset(&address, UNTOUCHED, sizeof address);
	assert_int_equal(iosrc_address_parse(text, SIZE_MAX, &address),
	    IOSRC_OK);
	assert_int_equal(iosrc__address_check(&address), IOSRC_OK);
	return address;
}

static void expect_refused(const char *text, size_t size, iosrc_status status)
{
	iosrc_address address, before;

	memset(&address, UNTOUCHED, sizeof address);
	before = address;
	assert_int_equal(iosrc_address_parse(text, size, &address), status);
	assert_memory_equal(&address, &before, sizeof address);
}

static void expect_text(const iosrc_address *address, const char *text)
{
	char formatted[IOSRC_ADDRESS_TEXT_SIZE];

	assert_int_equal(
	    iosrc_address_format(address, formatted, sizeof formatted),
	    strlen(text));
	assert_string_equal(formatted, text);
}

static void expect_unformatted(const iosrc_address *address,
    iosrc_status status)
{
	char text[IOSRC_ADDRESS_TEXT_SIZE] = "untouched";

	assert_int_equal(iosrc_address_format(address, text, sizeof text),
	    status);
	assert_string_equal(text, "untouched");
}

/* The text parses, and formats to `back`. */
static iosrc_address expect_form(const char *text, const char *back)
{
	iosrc_address address = parsed(text);

	expect_text(&address, back);
	return address;
}

static void expect_inverse(const iosrc_address *address)
{
	char text[IOSRC_ADDRESS_TEXT_SIZE];
	iosrc_address again;
	int64_t size = iosrc_address_format(address, text, sizeof text);

	assert_true(size > 0);
	assert_int_equal(text[size], '\0');
	assert_int_equal(iosrc_address_parse(text, (size_t)size, &again),
	    IOSRC_OK);
	assert_memory_equal(&again, address, sizeof again);
}

static uint32_t seed;

static uint32_t random_below(uint32_t limit)
{
	seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
	return (seed >> 8) % limit;
}

static iosrc_address zeroed(uint32_t family, uint32_t size)
{
	iosrc_address address;

	memset(&address, 0, sizeof address);
	address.family = family;
	address.size = size;
	return address;
}

/* ---- the forms ---- */

static void test_inet_and_its_text(void **state)
{
	static const uint8_t bytes[] = { 127, 0, 0, 1 };
	iosrc_address address = expect_form("127.0.0.1:80", "127.0.0.1:80");

	(void)state;
	assert_int_equal(address.family, IOSRC_FAMILY_INET);
	assert_int_equal(address.size, 4);
	assert_int_equal(address.port, 80);
	assert_memory_equal(address.data, bytes, 4);
	expect_form("0.0.0.0:0", "0.0.0.0:0");
	expect_form("255.255.255.255:65535", "255.255.255.255:65535");
}

static void test_inet6_and_its_text(void **state)
{
	static const char *const forms[][2] = {
		{ "[::]:0", "[::]:0" },
		{ "[::1]:80", "[::1]:80" },
		{ "[1::]:80", "[1::]:80" },
		{ "[FE80::1%2]:80", "[fe80::1%2]:80" },
		{ "[fe80::1%0]:80", "[fe80::1]:80" },
		{ "[fe80::%4294967295]:1", "[fe80::%4294967295]:1" },
		{ "[1:2:3:4:5:6:7:8]:65535", "[1:2:3:4:5:6:7:8]:65535" },
		{ "[0001:0:0:0:0:0:0:0ABC]:1", "[1::abc]:1" },
		{ "[1:2:3:4:5:6:7::]:1", "[1:2:3:4:5:6:7:0]:1" },
		{ "[::2:3:4:5:6:7:8]:1", "[0:2:3:4:5:6:7:8]:1" },
		{ "[1:0:0:4:5:0:0:8]:1", "[1::4:5:0:0:8]:1" },
		{ "[1:0:3:0:0:0:7:8]:1", "[1:0:3::7:8]:1" },
		{ "[1:2:3:4:5:6:1.2.3.4]:1", "[1:2:3:4:5:6:102:304]:1" },
		{ "[::1.2.3.4]:1", "[::102:304]:1" },
		{ "[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80" },
		{ "[::ffff:7f00:1]:80", "[::ffff:127.0.0.1]:80" },
		{ "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535",
		    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535" },
	};
	iosrc_address address;

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++)
		expect_form(forms[i][0], forms[i][1]);
	address = parsed("[fe80::1%2]:80");
	assert_int_equal(address.family, IOSRC_FAMILY_INET6);
	assert_int_equal(address.size, 16);
	assert_int_equal(address.scope, 2);
	assert_int_equal(address.flow, 0);
	address.flow = UINT32_MAX;
	expect_text(&address, "[fe80::1%2]:80");
}

static void test_paths_and_their_text(void **state)
{
	static const char *const forms[][2] = {
		{ "unix:", "unix:" },
		{ "unix:/run/x", "unix:/run/x" },
		{ "unix:./@name", "unix:./@name" },
		{ "unix:a@b", "unix:a@b" },
		{ "unix:\\x40name", "unix:\\x40name" },
		{ "unix:a b", "unix:a b" },
		{ "unix:a\nb\x7f", "unix:a\\x0ab\\x7f" },
		{ "unix:\xc3\xa4", "unix:\\xc3\\xa4" },
		{ "unix:\\xC3\\xa4", "unix:\\xc3\\xa4" },
		{ "unix:\\x5cx41", "unix:\\x5cx41" },
		{ "unix:\\x41", "unix:A" },
		{ "unix:\\x4", "unix:\\x4" },
		{ "unix:\\x4g\\xg4", "unix:\\x4g\\xg4" },
		{ "unix:\\", "unix:\\" },
		{ "unix:\\y41\\\\x41", "unix:\\y41\\A" },
		{ "unix:\\x5cx4\\x0a", "unix:\\x4\\x0a" },
		{ "unix:@name", "unix:@name" },
		{ "unix:@", "unix:@" },
		{ "unix:@@a", "unix:@@a" },
		{ "unix:@\\x00a\\x00", "unix:@\\x00a\\x00" },
		{ "unix:@/a", "unix:@/a" },
	};
	iosrc_address address;

	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		address = expect_form(forms[i][0], forms[i][1]);
		assert_int_equal(address.family,
		    i < 16 ? IOSRC_FAMILY_UNIX : IOSRC_FAMILY_UNIX_ABSTRACT);
		expect_inverse(&address);
	}
	address = parsed("unix:@name");
	assert_int_equal(address.size, 4);
	assert_memory_equal(address.data, "name", 4);
	address = parsed("unix:\\x5cx41");
	assert_int_equal(address.size, 4);
	assert_memory_equal(address.data, "\\x41", 4);
}

static void test_a_text_with_a_size_may_hold_nul_in_a_name(void **state)
{
	iosrc_address address;

	(void)state;
	assert_int_equal(iosrc_address_parse("unix:@a\0b", 9, &address),
	    IOSRC_OK);
	assert_int_equal(address.size, 3);
	expect_text(&address, "unix:@a\\x00b");
	assert_int_equal(iosrc_address_parse("1.2.3.4:567", 10, &address),
	    IOSRC_OK);
	expect_text(&address, "1.2.3.4:56");
}

static void test_pipe_names_and_their_text(void **state)
{
	iosrc_address address = expect_form("pipe:\\\\.\\pipe\\x",
	    "pipe:\\\\.\\pipe\\x");

	(void)state;
	assert_int_equal(address.family, IOSRC_FAMILY_PIPE);
	assert_int_equal(address.size, 10);
	expect_form("pipe:\\\\.\\pipe\\\xc3\xa4 @",
	    "pipe:\\\\.\\pipe\\\xc3\xa4 @");
}

/* ---- what is no address ---- */

static void contract_N5_bad_text_is_told_and_nothing_written(void **state)
{
	static const char *const texts[] = { "", "x", ":", ":80", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:080",
		"127.0.0.1:00", "127.0.0.1:80 ", " 127.0.0.1:80",
		"127.0.0.1 :80", "127.0.0.1:+80", "127.0.0.1:-1",
		"127.0.0.1:80x", "127.0.0:80", "127.0.0.1.1:80",
		"127.0.0.256:80", "127.0.0.01:80", "127.0.0.:80", ".0.0.1:80",
		"127..0.1:80", "1.2.3.0x4:1", "1.2.3.4:99999999999999999999999",
		"1.2.3.4:4294967296", "localhost:80", "127.0.0.1%1:80",
		"[127.0.0.1]:80", "::1:80", "[::1]", "[::1]:", "[::1:80",
		"[::1]80", "[::1]:080", "[]:80", "[:]:80", "[:::]:80",
		"[1:::2]:80", "[1::2::3]:80", "[:1::]:80", "[1::2:]:80",
		"[1:2:3:4:5:6:7]:80", "[1:2:3:4:5:6:7:]:80",
		"[1:2:3:4:5:6:7:8:]:80", "[1:2:3:4:5:6:7:8:9]:80",
		"[1:2:3:4::5:6:7:8]:80", "[1:2:3:4:5:6:7:8::]:80",
		"[::1:2:3:4:5:6:7:8]:80", "[12345::]:80", "[g::]:80",
		"[1.2.3.4::]:80", "[::1.2.3.4:5]:80", "[::1.2.3]:80",
		"[::1.2.3.256]:80", "[::1.2.3.04]:80",
		"[1:2:3:4:5:6:7:1.2.3.4]:80", "[1:2:3:4:5:1.2.3.4]:80",
		"[::1.2.3.4.5]:80", "[ ::1]:80", "[::1%]:80", "[::1%lo]:80",
		"[::1%01]:80", "[::1%4294967296]:80", "[::1%1 ]:80",
		"[::1%-1]:80", "[::1]:80]", "unix", "UNIX:/x", "unix:a\\x00b",
		"unix:\\x00", "pipe:", "pipe:x", "pipe:\\\\.\\pipe\\",
		"pipe:\\\\.\\pipe\\a\\b", "pipe:\\\\.\\PIPE\\x",
		"pipe:\\\\host\\pipe\\x", "pipe", "tcp:127.0.0.1:80" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		expect_refused(texts[i], SIZE_MAX, IOSRC_E_INVALID);
		expect_refused(texts[i], strlen(texts[i]), IOSRC_E_INVALID);
	}
	expect_refused("127.0.0.1:80", 13, IOSRC_E_INVALID);
	expect_refused("127.\0.0.1:80", 12, IOSRC_E_INVALID);
	expect_refused("unix:a\0b", 8, IOSRC_E_INVALID);
	expect_refused("pipe:\\\\.\\pipe\\a\0b", 17, IOSRC_E_INVALID);
}

static void contract_X1_bad_arguments_of_parse(void **state)
{
	(void)state;
	expect_refused(NULL, SIZE_MAX, IOSRC_E_INVALID);
	expect_refused(NULL, 0, IOSRC_E_INVALID);
	expect_refused("127.0.0.1:80", 0, IOSRC_E_INVALID);
	expect_refused("127.0.0.1:80", (size_t)INT32_MAX + 1, IOSRC_E_INVALID);
	expect_refused("127.0.0.1:80", SIZE_MAX - 1, IOSRC_E_INVALID);
	assert_int_equal(iosrc_address_parse("127.0.0.1:80", 12, NULL),
	    IOSRC_E_INVALID);
}

/* `size` bytes behind a prefix. */
static const char *long_text(const char *prefix, const char *unit, size_t size)
{
	static char text[2048];

	strcpy(text, prefix);
	for (size_t i = 0; i < size; i++)
		strcat(text, unit);
	return text;
}

static void contract_N6_a_path_may_be_256_bytes_long(void **state)
{
	static const char *const prefixes[] = { "unix:", "unix:@" };
	iosrc_address address;

	(void)state;
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		address = parsed(long_text(prefixes[i], "a", 256));
		assert_int_equal(address.size, 256);
		expect_inverse(&address);
		address = parsed(long_text(prefixes[i], "\\xff", 256));
		assert_int_equal(address.size, 256);
		expect_text(&address, long_text(prefixes[i], "\\xff", 256));
		expect_inverse(&address);
		expect_refused(long_text(prefixes[i], "a", 257), SIZE_MAX,
		    IOSRC_E_NO_SPACE);
		expect_refused(long_text(prefixes[i], "\\xff", 400), SIZE_MAX,
		    IOSRC_E_NO_SPACE);
	}
	address = parsed(long_text("pipe:\\\\.\\pipe\\", "a", 247));
	assert_int_equal(address.size, 256);
	expect_inverse(&address);
	expect_refused(long_text("pipe:\\\\.\\pipe\\", "a", 248), SIZE_MAX,
	    IOSRC_E_NO_SPACE);
}

static void test_no_address_comes_before_no_space(void **state)
{
	char text[512];

	(void)state;
	snprintf(text, sizeof text, "%s\\x00", long_text("unix:", "a", 300));
	expect_refused(text, SIZE_MAX, IOSRC_E_INVALID);
	snprintf(text, sizeof text, "%s\\",
	    long_text("pipe:\\\\.\\pipe\\", "a", 300));
	expect_refused(text, SIZE_MAX, IOSRC_E_INVALID);
}

/* ---- the room of format ---- */

static void test_the_room_is_enough_or_nothing_is_stored(void **state)
{
	static const char *const texts[] = { "127.0.0.1:80", "[fe80::1%2]:80",
		"unix:", "unix:@\\xff", "unix:/run/x", "pipe:\\\\.\\pipe\\x" };
	char room[64], untouched[64];

	(void)state;
	memset(untouched, UNTOUCHED, sizeof untouched);
	for (size_t i = 0; i < COUNT(texts); i++) {
		iosrc_address address = parsed(texts[i]);
		size_t need = strlen(texts[i]) + 1;

		for (size_t size = 0; size <= need + 1; size++) {
			bool fits = size >= need;

			memset(room, UNTOUCHED, sizeof room);
			assert_int_equal(
			    iosrc_address_format(&address, room, size),
			    fits ? (int64_t)need - 1 : IOSRC_E_NO_SPACE);
			if (fits)
				assert_string_equal(room, texts[i]);
			assert_memory_equal(room + (fits ? need : 0), untouched,
			    sizeof room - need);
		}
	}
}

static void contract_X1_bad_arguments_of_format(void **state)
{
	iosrc_address address = parsed("127.0.0.1:80");
	char text[64] = "untouched";

	(void)state;
	assert_int_equal(iosrc_address_format(NULL, text, sizeof text),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_address_format(&address, NULL, 64),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_address_format(&address, NULL, 0),
	    IOSRC_E_INVALID);
	assert_int_equal(
	    iosrc_address_format(&address, text, (size_t)INT32_MAX + 1),
	    IOSRC_E_INVALID);
	assert_string_equal(text, "untouched");
	address = zeroed(IOSRC_FAMILY_OTHER, 16);
	expect_unformatted(&address, IOSRC_E_UNSUPPORTED);
	address.size = 1;
	expect_unformatted(&address, IOSRC_E_INVALID);
}

/* ---- what an address may hold ---- */

static void expect_bad(iosrc_address address, iosrc_status status)
{
	assert_int_equal(iosrc__address_check(&address), status);
	expect_unformatted(&address, status);
}

static void test_families(void **state)
{
	iosrc_address address = zeroed(IOSRC_FAMILY_NONE, 0);

	(void)state;
	assert_int_equal(iosrc__address_check(NULL), IOSRC_E_INVALID);
	expect_bad(address, IOSRC_E_INVALID);
	address.reserved[0] = 1;
	expect_bad(address, IOSRC_E_INVALID);
	expect_bad(zeroed(IOSRC_FAMILY_PIPE + 1, 4), IOSRC_E_UNSUPPORTED);
	expect_bad(zeroed(254, 4), IOSRC_E_UNSUPPORTED);
	expect_bad(zeroed(256, 4), IOSRC_E_UNSUPPORTED);
	expect_bad(zeroed(UINT32_MAX, UINT32_MAX), IOSRC_E_UNSUPPORTED);
}

static void test_sizes(void **state)
{
	static const struct {
		uint32_t family, size;
	} bad[] = {
		{ IOSRC_FAMILY_INET, 0 },
		{ IOSRC_FAMILY_INET, 3 },
		{ IOSRC_FAMILY_INET, 5 },
		{ IOSRC_FAMILY_INET, UINT32_MAX },
		{ IOSRC_FAMILY_INET6, 4 },
		{ IOSRC_FAMILY_INET6, 17 },
		{ IOSRC_FAMILY_UNIX, 1 }, /* a NUL */
		{ IOSRC_FAMILY_UNIX, 257 },
		{ IOSRC_FAMILY_UNIX_ABSTRACT, 257 },
		{ IOSRC_FAMILY_PIPE, 0 },
		{ IOSRC_FAMILY_PIPE, 257 },
		{ IOSRC_FAMILY_OTHER, 0 },
		{ IOSRC_FAMILY_OTHER, 1 },
		{ IOSRC_FAMILY_OTHER, 129 },
		{ IOSRC_FAMILY_OTHER, 257 },
	};
	static const struct {
		uint32_t family, size;
	} good[] = {
		{ IOSRC_FAMILY_INET, 4 },
		{ IOSRC_FAMILY_INET6, 16 },
		{ IOSRC_FAMILY_UNIX, 0 },
		{ IOSRC_FAMILY_UNIX_ABSTRACT, 0 },
		{ IOSRC_FAMILY_UNIX_ABSTRACT, 256 },
		{ IOSRC_FAMILY_OTHER, 2 },
		{ IOSRC_FAMILY_OTHER, 128 },
	};
	iosrc_address address;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		expect_bad(zeroed(bad[i].family, bad[i].size), IOSRC_E_INVALID);
	for (size_t i = 0; i < COUNT(good); i++) {
		address = zeroed(good[i].family, good[i].size);
		assert_int_equal(iosrc__address_check(&address), IOSRC_OK);
	}
}

static void test_a_field_that_the_family_lacks_is_zero(void **state)
{
	static const char *const texts[] = { "127.0.0.1:80", "unix:/x",
		"unix:@x", "pipe:\\\\.\\pipe\\x", "[::1]:80" };
	iosrc_address address;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		bool inet6 = i == 4, ports = i == 0 || inet6;

		address = parsed(texts[i]);
		address.port = 1;
		assert_int_equal(iosrc__address_check(&address),
		    ports ? IOSRC_OK : IOSRC_E_INVALID);
		address.port = 65536;
		expect_bad(address, IOSRC_E_INVALID);
		address = parsed(texts[i]);
		address.scope = 1;
		assert_int_equal(iosrc__address_check(&address),
		    inet6 ? IOSRC_OK : IOSRC_E_INVALID);
		address = parsed(texts[i]);
		address.flow = 1;
		assert_int_equal(iosrc__address_check(&address),
		    inet6 ? IOSRC_OK : IOSRC_E_INVALID);
	}
}

static void test_what_is_behind_the_data_is_zero(void **state)
{
	iosrc_address address;

	(void)state;
	for (uint32_t at = 4; at < 256; at++) {
		address = parsed("127.0.0.1:80");
		address.data[at] = 1;
		expect_bad(address, IOSRC_E_INVALID);
	}
	address = parsed(long_text("unix:", "a", 255));
	address.data[255] = 1;
	expect_bad(address, IOSRC_E_INVALID);
}

static void test_reserved_fields_come_last(void **state)
{
	iosrc_address address;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		address = parsed("127.0.0.1:80");
		address.reserved[i] = 1;
		expect_bad(address, IOSRC_E_UNSUPPORTED);
		address.port = 65536;
		expect_bad(address, IOSRC_E_INVALID);
	}
}

/* ---- at random ---- */

/* A byte of a kind: what escapes are made of, or any but NUL, or any. */
static uint8_t random_byte(unsigned kind)
{
	if (kind == 0)
		return (uint8_t) "\\x40aF@"[random_below(7)];
	return (uint8_t)(kind == 1 ? 1 + random_below(255) : random_below(256));
}

static iosrc_address random_inet(uint32_t family)
{
	iosrc_address address = zeroed(family,
	    family == IOSRC_FAMILY_INET ? 4 : 16);

	address.port = random_below(65536);
	if (family == IOSRC_FAMILY_INET6)
		address.scope = random_below(2) * random_below(1 << 24);
	for (uint32_t i = 0; i < address.size; i++)
		address.data[i] = random_byte(2 * random_below(2));
	return address;
}

static iosrc_address random_unix(uint32_t family)
{
	iosrc_address address = zeroed(family, random_below(257));
	unsigned kind = random_below(family == IOSRC_FAMILY_UNIX ? 2 : 3);

	for (uint32_t i = 0; i < address.size; i++)
		address.data[i] = random_byte(kind);
	return address;
}

static iosrc_address random_pipe(void)
{
	iosrc_address address = parsed("pipe:\\\\.\\pipe\\x");

	address.size += random_below(247);
	for (uint32_t i = 9; i < address.size; i++)
		address.data[i] = (uint8_t)(128 + random_below(128));
	return address;
}

static iosrc_address random_address(void)
{
	uint32_t family = 1 + random_below(5);

	if (family == IOSRC_FAMILY_PIPE)
		return random_pipe();
	return family < IOSRC_FAMILY_UNIX ? random_inet(family)
	                                  : random_unix(family);
}

static void contract_N5_parse_and_format_are_inverses(void **state)
{
	unsigned rounds = core_rounds(200000);

	(void)state;
	seed = 4;
	for (unsigned i = 0; i < rounds; i++) {
		iosrc_address address = random_address();

		assert_int_equal(iosrc__address_check(&address), IOSRC_OK);
		expect_inverse(&address);
	}
}

/* Texts that are nearly one. Whatever parses has a text that parses to the
 * same; what does not writes nothing. */
static void test_text_at_random(void **state)
{
	static const char letters[] = "0123456789afgx:::...[]%\\@/ ";
	unsigned rounds = core_rounds(400000);
	unsigned good = 0;

	(void)state;
	seed = 5;
	for (unsigned i = 0; i < rounds; i++) {
		char text[64];
		char *at = text;
		size_t size = 1 + random_below(20);
		iosrc_address address;
		iosrc_status status;

		if (random_below(2))
			at += sprintf(text, "%s",
			    random_below(2) ? "[::" : "1.2.3.");
		for (; size > 0; size--)
			*at++ = letters[random_below(sizeof letters - 1)];
		strcpy(at, random_below(2) ? "]:80" : ":1");
		memset(&address, UNTOUCHED, sizeof address);
		status = iosrc_address_parse(text, SIZE_MAX, &address);
		if (status == IOSRC_OK) {
			assert_int_equal(iosrc__address_check(&address),
			    IOSRC_OK);
			expect_inverse(&address);
			good++;
		} else {
			assert_int_equal(status, IOSRC_E_INVALID);
			assert_int_equal(address.family, 0x5a5a5a5a);
		}
	}
	assert_true(good >= rounds / 1000);
}

/* What libc reads or writes of inet6 it reads and writes likewise here. */
static void test_inet6_at_random_is_as_libc_has_it(void **state)
{
	static const char letters[] = "012af::::.";
	unsigned rounds = core_rounds(400000);
	unsigned good = 0;

	(void)state;
	seed = 6;
	for (unsigned i = 0; i < rounds; i++) {
		char inside[INET6_ADDRSTRLEN + 1], text[80];
		uint8_t bytes[16];
		iosrc_address address;
		size_t size = 2 + random_below(18);
		bool is_one;

		for (size_t at = 0; at < size; at++)
			inside[at] = letters[random_below(sizeof letters - 1)];
		inside[size] = '\0';
		snprintf(text, sizeof text, "[%s]:1", inside);
		is_one = inet_pton(AF_INET6, inside, bytes) == 1;
		assert_int_equal(
		    iosrc_address_parse(text, SIZE_MAX, &address) == IOSRC_OK,
		    is_one);
		if (is_one) {
			assert_memory_equal(address.data, bytes, 16);
			good++;
		}
	}
	assert_true(good >= rounds / 1000);
}

static void test_inet6_text_is_as_libc_has_it(void **state)
{
	unsigned rounds = core_rounds(100000);

	(void)state;
	if (!INET_TEXT_IS_PLAIN) {
		print_message("SKIP: the system writes some like inet\n");
		skip();
	}
	seed = 7;
	for (unsigned i = 0; i < rounds; i++) {
		iosrc_address address = zeroed(IOSRC_FAMILY_INET6, 16);
		char inside[INET6_ADDRSTRLEN], text[80];

		/* 0x20 in front: no libc writes that like inet. */
		address.data[0] = 0x20;
		for (unsigned at = 1; at < 16; at++)
			address.data[at] = (uint8_t)(random_below(3) == 0
			        ? random_below(256)
			        : 0);
		inet_ntop(AF_INET6, address.data, inside, sizeof inside);
		snprintf(text, sizeof text, "[%s]:0", inside);
		expect_text(&address, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(test_inet_and_its_text),
		CORE_TEST(test_inet6_and_its_text),
		CORE_TEST(test_paths_and_their_text),
		CORE_TEST(test_a_text_with_a_size_may_hold_nul_in_a_name),
		CORE_TEST(test_pipe_names_and_their_text),
		CORE_TEST(contract_N5_bad_text_is_told_and_nothing_written),
		CORE_TEST(contract_X1_bad_arguments_of_parse),
		CORE_TEST(contract_N6_a_path_may_be_256_bytes_long),
		CORE_TEST(test_no_address_comes_before_no_space),
		CORE_TEST(test_the_room_is_enough_or_nothing_is_stored),
		CORE_TEST(contract_X1_bad_arguments_of_format),
		CORE_TEST(test_families),
		CORE_TEST(test_sizes),
		CORE_TEST(test_a_field_that_the_family_lacks_is_zero),
		CORE_TEST(test_what_is_behind_the_data_is_zero),
		CORE_TEST(test_reserved_fields_come_last),
		CORE_TEST(contract_N5_parse_and_format_are_inverses),
		CORE_TEST(test_text_at_random),
		CORE_TEST(test_inet6_at_random_is_as_libc_has_it),
		CORE_TEST(test_inet6_text_is_as_libc_has_it),
	};

	return CORE_RUN(tests);
}
