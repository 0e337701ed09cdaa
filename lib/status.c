/* SPDX-License-Identifier: MIT
 *
 * status.c: statuses, their kinds, names and texts. Library codes are decided
 * here; OS codes are looked up in the system's table. A status means the same
 * on every thread and at any later time: nothing here depends on errno but
 * iosrc_status_last_os.
 */
#include "status.h"
#include "options.h"

#include <string.h>

#define OS_CODE_MAX ((int32_t)0x3fffffff)

struct library_status {
	iosrc_status status;
	iosrc_kind kind;
	const char *name;
	const char *message;
};

#define LIBRARY_STATUS(name, kind, message) \
	{ \
		IOSRC_##name, IOSRC_KIND_##kind, "IOSRC_" #name, message \
	}

static const struct library_status library_statuses[] = {
	LIBRARY_STATUS(OK, OK, "success"),
	LIBRARY_STATUS(E_WOULD_BLOCK, WOULD_BLOCK, "the operation would block"),
	LIBRARY_STATUS(E_INVALID, INVALID, "invalid argument"),
	LIBRARY_STATUS(E_UNSUPPORTED, UNSUPPORTED,
	    "not supported by this version, backend or system"),
	LIBRARY_STATUS(E_NO_MEMORY, NO_MEMORY, "out of memory"),
	LIBRARY_STATUS(E_ALREADY_REGISTERED, MISUSE,
	    "the source is already registered"),
	LIBRARY_STATUS(E_NOT_REGISTERED, MISUSE,
	    "the source is not registered"),
	LIBRARY_STATUS(E_WRONG_POLLER, MISUSE,
	    "the source is registered with another poller"),
	LIBRARY_STATUS(E_CLOSED, CLOSED, "the poller or waker is closed"),
	LIBRARY_STATUS(E_FORKED, FORKED,
	    "the object belongs to the parent of this forked process"),
	LIBRARY_STATUS(E_INTERRUPTED, INTERRUPTED,
	    "a signal interrupted the wait"),
	LIBRARY_STATUS(E_NO_SPACE, LIMIT, "the space given is too small"),
	LIBRARY_STATUS(E_UNKNOWN, OTHER, "unknown error"),
};

static const struct library_status *find_library(iosrc_status status)
{
	size_t count = sizeof library_statuses / sizeof *library_statuses;

	for (size_t i = 0; i < count; i++)
		if (library_statuses[i].status == status)
			return &library_statuses[i];
	return NULL;
}

/* The OS code that the status carries, 0 when it carries none. */
static int32_t carried_code(iosrc_status status)
{
	if (status > INT32_MIN + OS_CODE_MAX)
		return 0;
	return status - INT32_MIN;
}

iosrc_status iosrc_status_from_os(int32_t code)
{
	iosrc_status portable;

	if (code <= 0 || code > OS_CODE_MAX)
		return IOSRC_E_UNKNOWN;
	portable = iosrc__os_status_portable(code);
	return portable != IOSRC_OK ? portable : INT32_MIN + code;
}

iosrc_status iosrc_status_last_os(void)
{
	return iosrc_status_from_os(iosrc__os_status_last());
}

iosrc_status iosrc__status_from_errno(int code)
{
	return iosrc_status_from_os(code);
}

iosrc_status iosrc__status_errno(void)
{
	return iosrc_status_last_os();
}

iosrc_kind iosrc_status_kind(iosrc_status status)
{
	const struct library_status *library = find_library(status);

	if (library)
		return library->kind;
	return iosrc__os_status_kind(carried_code(status));
}

int32_t iosrc_status_os(iosrc_status status)
{
	if (find_library(status))
		return iosrc__os_status_usual(status);
	return carried_code(status);
}

const char *iosrc_status_name(iosrc_status status)
{
	const struct library_status *library = find_library(status);
	const char *name;

	if (library)
		return library->name;
	name = iosrc__os_status_name(carried_code(status));
	return name ? name : "IOSRC_UNKNOWN_STATUS";
}

/* How many bytes of the text fit into room without splitting a character of
 * UTF-8 (at most 4 bytes; a text that is not UTF-8 loses no more than 3). */
static size_t whole_characters(const char *text, size_t room)
{
	size_t size = strlen(text);
	size_t back = 0;

	if (size <= room)
		return size;
	while (back < 3 && back < room &&
	    ((unsigned char)text[room - back] & 0xc0) == 0x80)
		back++;
	return room - back;
}

int64_t iosrc_status_message(iosrc_status status, char *out_text, size_t size)
{
	const struct library_status *library = find_library(status);
	char system_text[IOSRC_MESSAGE_SIZE];
	const char *text;
	size_t stored;

	if (size == 0)
		return 0;
	if (!out_text || size > IOSRC__SIZE_MAX)
		return IOSRC_E_INVALID;

	if (library)
		text = library->message;
	else if (iosrc__os_status_message(carried_code(status), system_text,
	             sizeof system_text))
		text = system_text;
	else
		text = iosrc_status_name(status);

	stored = whole_characters(text, size - 1);
	memcpy(out_text, text, stored);
	out_text[stored] = '\0';
	return (int64_t)stored;
}
