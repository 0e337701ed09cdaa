/* SPDX-License-Identifier: MIT
 *
 * address_format.c: the text of an address, which parses to the same bytes
 * again, but for the flow information of inet6. The functions named put_
 * store at a place that has room for any text, and answer where they ended.
 */
#include "address.h"

#include <string.h>

#include "options.h"

static char *put_text(char *at, const char *text)
{
	size_t size = strlen(text);

	memcpy(at, text, size);
	return at + size;
}

static char *put_number(char *at, uint32_t value, uint32_t base)
{
	char digits[10];
	size_t count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value > 0);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

static char *put_port(char *at, const iosrc_address *address)
{
	return put_number(put_text(at, ":"), address->port, 10);
}

static char *put_inet(char *at, const uint8_t *bytes)
{
	for (size_t i = 0; i < IOSRC__INET_SIZE; i++) {
		if (i > 0)
			at = put_text(at, ".");
		at = put_number(at, bytes[i], 10);
	}
	return at;
}

static uint32_t group(const uint8_t *bytes, size_t i)
{
	return (uint32_t)bytes[2 * i] << 8 | bytes[2 * i + 1];
}

struct run {
	size_t first;
	size_t end;
};

/* The longest run of zero groups, two at least, the first of equals. */
static struct run longest_zeroes(const uint8_t *bytes, size_t count)
{
	struct run longest = { count, count };
	size_t longest_size = 1;
	size_t end;

	for (size_t first = 0; first < count; first = end + 1) {
		end = first;
		while (end < count && group(bytes, end) == 0)
			end++;
		if (end - first > longest_size) {
			longest = (struct run){ first, end };
			longest_size = end - first;
		}
	}
	return longest;
}

/* As RFC 5952 has it; what maps inet ends like inet (section 5). */
static char *put_inet6(char *at, const uint8_t *bytes)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool is_mapped = memcmp(bytes, mapped, sizeof mapped) == 0;
	size_t count = is_mapped ? 6 : 8;
	struct run zeroes = longest_zeroes(bytes, count);

	for (size_t i = 0; i < count; i++) {
		if (i == zeroes.first) {
			at = put_text(at, "::");
			i = zeroes.end - 1;
			continue;
		}
		if (i > 0 && i != zeroes.end)
			at = put_text(at, ":");
		at = put_number(at, group(bytes, i), 16);
	}
	if (is_mapped)
		at = put_inet(put_text(at, ":"), bytes + sizeof mapped);
	return at;
}

static char *put_inet6_address(char *at, const iosrc_address *address)
{
	at = put_inet6(put_text(at, "["), address->data);
	if (address->scope != 0)
		at = put_number(put_text(at, "%"), address->scope, 10);
	return put_port(put_text(at, "]"), address);
}

/* Would the byte at an offset not be read as it is? An @ in front of a path
 * would make it an abstract name. */
static bool needs_escape(const iosrc_address *address, uint32_t offset)
{
	const char *text = (const char *)address->data + offset;

	if (*text == '@')
		return address->family == IOSRC_FAMILY_UNIX && offset == 0;
	return *text < ' ' || *text > '~' ||
	    iosrc__address_is_escape(text, address->size - offset);
}

static char *put_unix(char *at, const iosrc_address *address)
{
	for (uint32_t i = 0; i < address->size; i++) {
		uint32_t byte = address->data[i];

		if (!needs_escape(address, i)) {
			*at++ = (char)byte;
			continue;
		}
		at = put_number(put_text(at, "\\x"), byte >> 4, 16);
		at = put_number(at, byte & 15, 16);
	}
	return at;
}

static char *put_address(char *at, const iosrc_address *address)
{
	switch (address->family) {
	case IOSRC_FAMILY_INET:
		return put_port(put_inet(at, address->data), address);
	case IOSRC_FAMILY_INET6:
		return put_inet6_address(at, address);
	case IOSRC_FAMILY_UNIX:
		return put_unix(put_text(at, "unix:"), address);
	case IOSRC_FAMILY_UNIX_ABSTRACT:
		return put_unix(put_text(at, "unix:@"), address);
	default: /* IOSRC_FAMILY_PIPE */
		at = put_text(at, "pipe:");
		memcpy(at, address->data, address->size);
		return at + address->size;
	}
}

int64_t iosrc_address_format(const iosrc_address *address, char *out_text,
    size_t size)
{
	char text[IOSRC_ADDRESS_TEXT_SIZE];
	iosrc_status status;
	size_t stored;

	if (!out_text || size > IOSRC__SIZE_MAX)
		return IOSRC_E_INVALID;
	status = iosrc__address_check(address);
	if (status < 0)
		return status;
	if (address->family == IOSRC_FAMILY_OTHER)
		return IOSRC_E_UNSUPPORTED;
	stored = (size_t)(put_address(text, address) - text);
	if (stored >= size)
		return IOSRC_E_NO_SPACE;
	memcpy(out_text, text, stored);
	out_text[stored] = '\0';
	return (int64_t)stored;
}
