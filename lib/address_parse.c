/* SPDX-License-Identifier: MIT
 *
 * address_parse.c: the address that a text stands for. The functions named
 * take_ move the cursor over what they found and answer whether it was there;
 * after a "no" the cursor is anywhere, for the text is no address then.
 */
#include "address.h"

#include <string.h>

#include "options.h"

static uint32_t digit(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (uint32_t)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (uint32_t)(c - 'A') + 10;
	return 16;
}

bool iosrc__address_is_escape(const char *text, size_t size)
{
	return size >= 4 && text[0] == '\\' && text[1] == 'x' &&
	    digit(text[2]) < 16 && digit(text[3]) < 16;
}

struct cursor {
	const char *at;
	size_t left;
};

static void advance(struct cursor *cursor, size_t size)
{
	cursor->at += size;
	cursor->left -= size;
}

static bool take_text(struct cursor *cursor, const char *text)
{
	size_t size = strlen(text);

	if (cursor->left < size || memcmp(cursor->at, text, size) != 0)
		return false;
	advance(cursor, size);
	return true;
}

/* The value of the digit at an offset; 16 where there is none. */
static uint32_t digit_at(const struct cursor *cursor, size_t offset)
{
	return offset < cursor->left ? digit(cursor->at[offset]) : 16;
}

static bool take_decimal(struct cursor *cursor, uint32_t max,
    uint32_t *out_value)
{
	uint64_t value = 0;
	size_t digits = 0;

	for (; digit_at(cursor, digits) < 10; digits++) {
		if (digits > 0 && value == 0)
			return false; /* a leading zero */
		value = value * 10 + digit_at(cursor, digits);
		if (value > max)
			return false;
	}
	advance(cursor, digits);
	*out_value = (uint32_t)value;
	return digits > 0;
}

static bool take_inet(struct cursor *cursor, uint8_t *out_bytes)
{
	uint32_t value;

	for (size_t i = 0; i < IOSRC__INET_SIZE; i++) {
		if ((i > 0 && !take_text(cursor, ".")) ||
		    !take_decimal(cursor, UINT8_MAX, &value))
			return false;
		out_bytes[i] = (uint8_t)value;
	}
	return true;
}

/* A group of one to four digits, or an inet address, which takes the place of
 * two. Answers how many bytes were stored; 0 when there is no group, or no room
 * for it. */
static size_t take_group(struct cursor *cursor, uint8_t *out_bytes, size_t room)
{
	struct cursor inet = *cursor;
	uint32_t value = 0;
	size_t digits = 0;

	if (room >= IOSRC__INET_SIZE && take_inet(&inet, out_bytes)) {
		*cursor = inet;
		return IOSRC__INET_SIZE;
	}
	for (; digits < 4 && digit_at(cursor, digits) < 16; digits++)
		value = value * 16 + digit_at(cursor, digits);
	if (digits == 0 || room < 2)
		return 0;
	advance(cursor, digits);
	out_bytes[0] = (uint8_t)(value >> 8);
	out_bytes[1] = (uint8_t)value;
	return 2;
}

struct groups {
	uint8_t bytes[IOSRC__INET6_SIZE];
	size_t size;
	size_t gap; /* where "::" stands; above IOSRC__INET6_SIZE: nowhere */
};

/* As many groups as there are. An inet address is the last. */
static bool take_groups(struct cursor *cursor, struct groups *groups)
{
	size_t added;

	do {
		if (groups->gap > IOSRC__INET6_SIZE &&
		    take_text(cursor, "::")) {
			groups->gap = groups->size;
			if (digit_at(cursor, 0) == 16)
				return true;
		} else if (groups->size > 0 && !take_text(cursor, ":")) {
			return true;
		}
		added = take_group(cursor, groups->bytes + groups->size,
		    IOSRC__INET6_SIZE - groups->size);
		groups->size += added;
	} while (added == 2);
	return added > 0;
}

/* RFC 4291, 2.2. The bytes are zero before; "::" is one group at least. */
static bool take_inet6(struct cursor *cursor, uint8_t *out_bytes)
{
	struct groups groups = { .gap = IOSRC__INET6_SIZE + 1 };
	size_t behind;

	if (!take_groups(cursor, &groups))
		return false;
	if (groups.gap > IOSRC__INET6_SIZE) {
		memcpy(out_bytes, groups.bytes, IOSRC__INET6_SIZE);
		return groups.size == IOSRC__INET6_SIZE;
	}
	behind = groups.size - groups.gap;
	memcpy(out_bytes, groups.bytes, groups.gap);
	memcpy(out_bytes + IOSRC__INET6_SIZE - behind,
	    groups.bytes + groups.gap, behind);
	return groups.size < IOSRC__INET6_SIZE;
}

static bool take_port(struct cursor *cursor, iosrc_address *address)
{
	return take_text(cursor, ":") &&
	    take_decimal(cursor, IOSRC__PORT_MAX, &address->port) &&
	    cursor->left == 0;
}

static iosrc_status parse_inet(struct cursor *cursor, iosrc_address *address)
{
	address->family = IOSRC_FAMILY_INET;
	address->size = IOSRC__INET_SIZE;
	return take_inet(cursor, address->data) && take_port(cursor, address)
	    ? IOSRC_OK
	    : IOSRC_E_INVALID;
}

static iosrc_status parse_inet6(struct cursor *cursor, iosrc_address *address)
{
	address->family = IOSRC_FAMILY_INET6;
	address->size = IOSRC__INET6_SIZE;
	if (!take_inet6(cursor, address->data))
		return IOSRC_E_INVALID;
	if (take_text(cursor, "%") &&
	    !take_decimal(cursor, UINT32_MAX, &address->scope))
		return IOSRC_E_INVALID;
	return take_text(cursor, "]") && take_port(cursor, address)
	    ? IOSRC_OK
	    : IOSRC_E_INVALID;
}

static uint8_t take_byte(struct cursor *cursor)
{
	uint8_t byte;

	if (iosrc__address_is_escape(cursor->at, cursor->left)) {
		byte = (uint8_t)(digit_at(cursor, 2) << 4 |
		    digit_at(cursor, 3));
		advance(cursor, 4);
	} else {
		byte = (uint8_t)*cursor->at;
		advance(cursor, 1);
	}
	return byte;
}

/* A path or an abstract name. What is too long is read to its end all the
 * same: that it is no address comes first. */
static iosrc_status parse_unix(struct cursor *cursor, iosrc_address *address,
    uint32_t family)
{
	bool fits = true;
	uint8_t byte;

	address->family = family;
	while (cursor->left > 0) {
		byte = take_byte(cursor);
		if (byte == '\0' && family == IOSRC_FAMILY_UNIX)
			return IOSRC_E_INVALID;
		fits = address->size < sizeof address->data;
		if (fits)
			address->data[address->size++] = byte;
	}
	return fits ? IOSRC_OK : IOSRC_E_NO_SPACE;
}

static iosrc_status parse_pipe(struct cursor *cursor, iosrc_address *address)
{
	if (!iosrc__address_is_pipe(cursor->at, cursor->left))
		return IOSRC_E_INVALID;
	if (cursor->left > sizeof address->data)
		return IOSRC_E_NO_SPACE;
	address->family = IOSRC_FAMILY_PIPE;
	address->size = (uint32_t)cursor->left;
	memcpy(address->data, cursor->at, cursor->left);
	return IOSRC_OK;
}

static iosrc_status parse(struct cursor *cursor, iosrc_address *address)
{
	if (take_text(cursor, "unix:@"))
		return parse_unix(cursor, address, IOSRC_FAMILY_UNIX_ABSTRACT);
	if (take_text(cursor, "unix:"))
		return parse_unix(cursor, address, IOSRC_FAMILY_UNIX);
	if (take_text(cursor, "pipe:"))
		return parse_pipe(cursor, address);
	if (take_text(cursor, "["))
		return parse_inet6(cursor, address);
	return parse_inet(cursor, address);
}

iosrc_status iosrc_address_parse(const char *text, size_t size,
    iosrc_address *out_address)
{
	iosrc_address address = { 0 };
	struct cursor cursor = { text, size };
	iosrc_status status;

	if (!text || !out_address ||
	    (size > IOSRC__SIZE_MAX && size != SIZE_MAX))
		return IOSRC_E_INVALID;
	if (size == SIZE_MAX)
		cursor.left = strlen(text);
	status = parse(&cursor, &address);
	if (status == IOSRC_OK)
		*out_address = address;
	return status;
}
