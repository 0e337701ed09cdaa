/* SPDX-License-Identifier: MIT
 *
 * family_n_address.c: N5, addresses and their texts. No system call is made
 * here.
 */
#include "family_n.h"

#include "endpoints.h"
#include "family_rig.h"

#include <limits.h>
#include <string.h>

#define PIPE_NAME "\\\\.\\pipe\\"

static void fill(iosrc_address *address, uint32_t family, const void *data,
    size_t size)
{
	memset(address, 0, sizeof(*address));
	address->family = family;
	address->size = (uint32_t)size;
	memcpy(address->data, data, size);
}

static void expect_text(const iosrc_address *address, const char *text)
{
	char room[IOSRC_ADDRESS_TEXT_SIZE];
	int64_t size = iosrc_address_format(address, room, sizeof(room));

	if (size < 0)
		fail_msg("no text (\"%s\"): %s", text,
		    iosrc_status_name((iosrc_status)size));
	assert_string_equal(room, text);
	assert_int_equal(size, strlen(text));
}

static void expect_back(const iosrc_address *address)
{
	char room[IOSRC_ADDRESS_TEXT_SIZE];
	iosrc_address again;
	int64_t size;

	memset(&again, 0x5a, sizeof(again));
	size = iosrc_address_format(address, room, sizeof(room));
	assert_true(size > 0);
	assert_int_equal(size, strlen(room));
	if (iosrc_address_parse(room, SIZE_MAX, &again) != IOSRC_OK)
		fail_msg("\"%s\" does not come back", room);
	if (!net_equal(address, &again))
		fail_msg("\"%s\" comes back as another address", room);
	memset(&again, 0x5a, sizeof(again));
	assert_ok(iosrc_address_parse(room, (size_t)size, &again));
	assert_true(net_equal(address, &again));
}

/* ---- both ways ---- */

static void contract_text(const char *text)
{
	iosrc_address address;

	memset(&address, 0x5a, sizeof(address));
	address = net_address(text);
	expect_text(&address, text);
	expect_back(&address);
}

static void expect_fields(const char *text, uint32_t family, uint32_t port,
    uint32_t scope, const char *data, uint32_t size)
{
	iosrc_address address = net_address(text), wanted;

	fill(&wanted, family, data, size);
	wanted.port = port;
	wanted.scope = scope;
	if (!net_equal(&address, &wanted))
		fail_msg("\"%s\": family %u, port %u, scope %u, size %u", text,
		    address.family, address.port, address.scope, address.size);
}

void contract_N5_texts_and_addresses_are_inverse(void **state)
{
	static const char *const texts[] = { "127.0.0.1:80", "0.0.0.0:0",
		"255.255.255.255:65535", "[::]:0", "[::1]:80", "[fe80::1%2]:80",
		"[fe80::1%4294967295]:65535", "[2001:db8::8:800:200c:417a]:443",
		"[1:2:3:4:5:6:7:8]:9", "unix:", "unix:/run/x", "unix:relative",
		"unix:@name", "unix:./@name", "unix:/a b", "unix:/back\\slash",
		"unix:/tail\\", "unix:/half\\x4", "unix:/x\\x0a",
		"unix:@\\x00zero", "pipe:" PIPE_NAME "x",
		"pipe:" PIPE_NAME "a.b" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		contract_text(texts[i]);
	expect_fields("127.0.0.1:80", IOSRC_FAMILY_INET, 80, 0, "\177\0\0\1",
	    4);
	expect_fields("[fe80::1%2]:443", IOSRC_FAMILY_INET6, 443, 2,
	    "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	expect_fields("unix:", IOSRC_FAMILY_UNIX, 0, 0, "", 0);
	expect_fields("unix:/run/x", IOSRC_FAMILY_UNIX, 0, 0, "/run/x", 6);
	expect_fields("unix:./@name", IOSRC_FAMILY_UNIX, 0, 0, "./@name", 7);
	expect_fields("unix:@name", IOSRC_FAMILY_UNIX_ABSTRACT, 0, 0, "name",
	    4);
	expect_fields("unix:/\\x41\\xfF", IOSRC_FAMILY_UNIX, 0, 0, "/A\xff", 3);
	expect_fields("pipe:" PIPE_NAME "x", IOSRC_FAMILY_PIPE, 0, 0,
	    PIPE_NAME "x", 10);
}

static void same_address(const char *one, const char *other)
{
	iosrc_address a = net_address(one), b = net_address(other);

	if (!net_equal(&a, &b))
		fail_msg("\"%s\" and \"%s\" differ", one, other);
}

void contract_N5_one_address_in_several_texts(void **state)
{
	iosrc_address path;

	(void)state;
	same_address("[0:0:0:0:0:0:0:1]:80", "[::1]:80");
	same_address("[2001:DB8::A]:80", "[2001:db8:0:0:0:0:0:a]:80");
	same_address("[1::8]:80", "[1:0:0:0:0:0:0:8]:80");
	same_address("[1:2:3:4:5:6:7::]:80", "[1:2:3:4:5:6:7:0]:80");
	same_address("[::ffff:1.2.3.4]:80", "[::ffff:102:304]:80");
	same_address("unix:/\\x61", "unix:/a");
	same_address("unix:@\\x61\\x62", "unix:@ab");
	/* What would be read as an escape is written as one. */
	path = net_address("unix:/\\x5cx41");
	assert_int_equal(path.size, 5);
	assert_memory_equal(path.data, "/\\x41", 5);
	expect_text(&path, "unix:/\\x5cx41");
}

static void random_bytes(iosrc_address *address, uint64_t *seed, size_t size)
{
	size_t i;

	address->size = (uint32_t)size;
	for (i = 0; i < size; i++)
		address->data[i] = (uint8_t)(rig_random(seed) >> 24);
}

static void random_path(iosrc_address *address, uint64_t *seed)
{
	size_t i;

	random_bytes(address, seed, 1 + rig_random(seed) % 256);
	for (i = 0; i < address->size; i++) {
		if (rig_random(seed) % 4 == 0)
			address->data[i] = (uint8_t) "\\x4f@"[i % 5];
		if (address->data[i] == 0)
			address->data[i] = '\\';
	}
	if (address->data[0] == '@')
		address->data[0] = '/';
}

void contract_N5_random_addresses(void **state)
{
	uint64_t seed = UINT64_C(0x5eed00000005), round;
	uint64_t rounds = contract_scale(20000);
	iosrc_address address;

	(void)state;
	for (round = 0; round < rounds; round++) {
		memset(&address, 0, sizeof(address));
		address.family = 1 + round % 4;
		if (address.family == IOSRC_FAMILY_INET) {
			random_bytes(&address, &seed, 4);
		} else if (address.family == IOSRC_FAMILY_INET6) {
			random_bytes(&address, &seed, 16);
			if (round % 8 < 4) /* runs of zeroes */
				memset(address.data + rig_random(&seed) % 16, 0,
				    1);
			memset(address.data + 2 * (rig_random(&seed) % 4), 0,
			    2 * (rig_random(&seed) % 5));
			address.scope = (uint32_t)rig_random(&seed);
		} else if (address.family == IOSRC_FAMILY_UNIX) {
			random_path(&address, &seed);
		} else {
			random_bytes(&address, &seed,
			    1 + rig_random(&seed) % 256);
		}
		if (address.family <= IOSRC_FAMILY_INET6)
			address.port = (uint32_t)(rig_random(&seed) & 0xffff);
		expect_back(&address);
	}
}

/* ---- what is no text of an address ---- */

void contract_N5_bad_texts(void **state)
{
	static const char *const texts[] = { "", ":", ":80", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:99999999999",
		"127.0.0.1:18446744073709551696", "127.0.0.1:-1",
		"127.0.0.1:+1", "127.0.0.1: 80", " 127.0.0.1:80",
		"127.0.0.1:80 ", "127.0.0.1:080", "127.0.0.1:8a",
		"127.0.0.1:0x50", "127.0.0.01:80", "127.0.0:80",
		"127.0.0.1.1:80", "127.0..1:80", "127.0.0.1.:80",
		"256.0.0.1:80", "4294967297.0.0.1:80", "0x7f.0.0.1:80",
		"127.1:80", "127.0.0.1:80:80", "localhost:80", "*:80", "[::1]",
		"[::1]:", "[::1]80", "[::1:80", "::1:80", "::1", "[]:80",
		"[:]:80", "[::1]:65536", "[::1]:-1", "[1:2:3:4:5:6:7]:80",
		"[1:2:3:4:5:6:7:8:9]:80", "[1:2:3:4:5:6:7:8::]:80",
		"[1::2::3]:80", "[:::]:80", "[1:::2]:80", "[:1:2:3:4:5:6:7]:80",
		"[1:2:3:4:5:6:7:]:80", "[12345::]:80", "[g::]:80",
		"[::1.2.3]:80", "[::1.2.3.256]:80", "[1.2.3.4::]:80",
		"[1:2:3:4:5:6:7:1.2.3.4]:80", "[fe80::1%]:80",
		"[fe80::1%lo]:80", "[fe80::1%-1]:80", "[fe80::1%02]:80",
		"[fe80::1%4294967296]:80", "[fe80::1%1%2]:80", "[127.0.0.1]:80",
		"[ ::1]:80", "unix", "Unix/x", "pipe", "pipe:", "pipe:x",
		"pipe:\\\\.\\pip\\x", "http://127.0.0.1:80", "tcp:1.2.3.4:5" };
	iosrc_address address, before;
	iosrc_status status;
	size_t i;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	address = before;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		status = iosrc_address_parse(texts[i], SIZE_MAX, &address);
		if (status != IOSRC_E_INVALID)
			fail_msg("\"%s\" answered %s", texts[i],
			    iosrc_status_name(status));
		assert_true(net_equal(&address, &before));
		assert_int_equal(
		    iosrc_address_parse(texts[i], strlen(texts[i]), &address),
		    IOSRC_E_INVALID);
	}
	assert_true(net_equal(&address, &before));
}

void contract_N5_sizes_of_texts(void **state)
{
	char text[1 + 5 + 4 * 300] = "unix:";
	iosrc_address address, before;
	size_t i;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	address = before;
	/* The size ends the text, and a NUL within is no digit. */
	assert_ok(iosrc_address_parse("127.0.0.1:8080", 12, &address));
	assert_int_equal(address.port, 80);
	address = before;
	assert_status(iosrc_address_parse("127.0.0.1:80", 13, &address),
	    IOSRC_E_INVALID);
	assert_status(iosrc_address_parse("127.0.0.1:80", 0, &address),
	    IOSRC_E_INVALID);
	/* 256 bytes fit, 257 do not; an escape counts as one. */
	memset(text + 5, 'a', 257);
	assert_status(iosrc_address_parse(text, 5 + 257, &address),
	    IOSRC_E_NO_SPACE);
	assert_true(net_equal(&address, &before));
	assert_ok(iosrc_address_parse(text, 5 + 256, &address));
	assert_int_equal(address.size, 256);
	for (i = 0; i < 257; i++)
		memcpy(text + 5 + 4 * i, "\\x07", 4);
	address = before;
	assert_status(iosrc_address_parse(text, 5 + 4 * 257, &address),
	    IOSRC_E_NO_SPACE);
	assert_true(net_equal(&address, &before));
	assert_ok(iosrc_address_parse(text, 5 + 4 * 256, &address));
	assert_int_equal(address.size, 256);
	expect_back(&address);
	/* An abstract name as long, after its @. */
	text[5] = '@';
	memset(text + 6, 'n', 257);
	address = before;
	assert_status(iosrc_address_parse(text, 6 + 257, &address),
	    IOSRC_E_NO_SPACE);
	assert_ok(iosrc_address_parse(text, 6 + 256, &address));
	assert_int_equal(address.size, 256);
}

/* ---- texts of addresses ---- */

void contract_N5_room_for_texts(void **state)
{
	static const char *const texts[] = { "127.0.0.1:80",
		"unix:", "[fe80::1%2]:80", "unix:@\\x00a",
		"pipe:" PIPE_NAME "x" };
	char room[64], before[64];
	iosrc_address address;
	size_t i, size, size_of_text;

	(void)state;
	memset(before, '#', sizeof(before));
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		address = net_address(texts[i]);
		size_of_text = strlen(texts[i]);
		memcpy(room, before, sizeof(room));
		for (size = 0; size <= size_of_text; size++) {
			assert_status(
			    iosrc_address_format(&address, room, size),
			    IOSRC_E_NO_SPACE);
			assert_memory_equal(room, before, sizeof(room));
		}
		assert_int_equal(iosrc_address_format(&address, room, size),
		    size_of_text);
		assert_string_equal(room, texts[i]);
		assert_memory_equal(room + size, before, sizeof(room) - size);
	}
}

void contract_N5_what_is_no_address_has_no_text(void **state)
{
	iosrc_address good = net_address("[fe80::1%2]:80"), bad;
	char room[IOSRC_ADDRESS_TEXT_SIZE] = "unmoved";

	(void)state;
#define BAD(changes, status) \
	do { \
		bad = good; \
		changes; \
		assert_status(iosrc_address_format(&bad, room, sizeof(room)), \
		    status); \
		assert_string_equal(room, "unmoved"); \
	} while (0)
	BAD(bad.family = IOSRC_FAMILY_NONE, IOSRC_E_INVALID);
	BAD(bad.family = 6, IOSRC_E_UNSUPPORTED);
	BAD(bad.family = UINT32_MAX, IOSRC_E_UNSUPPORTED);
	BAD(bad.port = 65536, IOSRC_E_INVALID);
	BAD(bad.size = 15, IOSRC_E_INVALID);
	BAD(bad.size = 17, IOSRC_E_INVALID);
	BAD(bad.reserved[0] = 1, IOSRC_E_UNSUPPORTED);
	BAD(bad.reserved[2] = 1, IOSRC_E_UNSUPPORTED);
	good = net_address("127.0.0.1:80");
	BAD(bad.size = 16, IOSRC_E_INVALID);
	BAD(bad.scope = 1, IOSRC_E_INVALID);
	BAD(bad.flow = 1, IOSRC_E_INVALID);
	good = net_address("unix:/x");
	BAD(bad.size = 257, IOSRC_E_INVALID);
	BAD(bad.size = UINT32_MAX, IOSRC_E_INVALID);
	BAD(bad.port = 1, IOSRC_E_INVALID);
	fill(&good, IOSRC_FAMILY_OTHER, "\1\2", 2);
	BAD(bad.size = 2, IOSRC_E_UNSUPPORTED);
	BAD(bad.size = 1, IOSRC_E_INVALID);
#undef BAD
}
