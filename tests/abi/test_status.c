/* SPDX-License-Identifier: MIT
 *
 * test_status.c: statuses through the public calls: encoding, kinds, names,
 * texts, and that they mean the same at any later time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <iosrc.h>

#include "codes.h"

#define OS_CODE_MAX 0x3fffffff
#define UNKNOWN_NAME "IOSRC_UNKNOWN_STATUS"

struct library_row {
	iosrc_status status;
	iosrc_kind kind;
	int32_t os;
	const char *name;
};

#define LIBRARY(name, kind, os) \
	{ \
		name, IOSRC_KIND_##kind, os, #name \
	}

static const struct library_row library_rows[] = {
	LIBRARY(IOSRC_OK, OK, 0),
	LIBRARY(IOSRC_E_WOULD_BLOCK, WOULD_BLOCK, CODE_WOULD_BLOCK),
	LIBRARY(IOSRC_E_INVALID, INVALID, CODE_INVALID),
	LIBRARY(IOSRC_E_UNSUPPORTED, UNSUPPORTED, CODE_UNSUPPORTED),
	LIBRARY(IOSRC_E_NO_MEMORY, NO_MEMORY, CODE_NO_MEMORY),
	LIBRARY(IOSRC_E_ALREADY_REGISTERED, MISUSE, CODE_EXISTS),
	LIBRARY(IOSRC_E_NOT_REGISTERED, MISUSE, CODE_NOT_FOUND),
	LIBRARY(IOSRC_E_WRONG_POLLER, MISUSE, CODE_NOT_SAME),
	LIBRARY(IOSRC_E_CLOSED, CLOSED, CODE_BAD_HANDLE),
	LIBRARY(IOSRC_E_FORKED, FORKED, CODE_NO_CHILD),
	LIBRARY(IOSRC_E_INTERRUPTED, INTERRUPTED, CODE_INTERRUPTED),
	LIBRARY(IOSRC_E_NO_SPACE, LIMIT, CODE_NO_SPACE),
	LIBRARY(IOSRC_E_UNKNOWN, OTHER, 0),
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void test_library_statuses_have_kind_name_code_and_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(library_rows); i++) {
		const struct library_row *row = &library_rows[i];
		char text[IOSRC_MESSAGE_SIZE];
		int64_t count = iosrc_status_message(row->status, text,
		    sizeof text);

		assert_int_equal(iosrc_status_kind(row->status), row->kind);
		assert_int_equal(iosrc_status_os(row->status), row->os);
		assert_string_equal(iosrc_status_name(row->status), row->name);
		assert_true(count > 0);
		assert_int_equal(count, strlen(text));
		assert_string_not_equal(text, row->name);
	}
}

static void test_every_code_of_io_has_kind_name_and_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(code_rows); i++) {
		const struct code_row *row = &code_rows[i];
		iosrc_status status = iosrc_status_from_os(row->code);
		char text[IOSRC_MESSAGE_SIZE];
		char expected[IOSRC_MESSAGE_SIZE];
		int64_t count = iosrc_status_message(status, text, sizeof text);

		assert_int_equal(iosrc_status_os(status), row->code);
		assert_string_equal(iosrc_status_name(status), row->name);
		assert_int_equal(iosrc_status_kind(status), row->kind);
		assert_true(count > 0);
		codes_text(row, expected, sizeof expected);
		assert_string_equal(text, expected);
	}
}

static void test_would_block_is_one_status_under_both_names(void **state)
{
	(void)state;
	assert_int_equal(iosrc_status_from_os(CODE_WOULD_BLOCK),
	    IOSRC_E_WOULD_BLOCK);
	assert_int_equal(iosrc_status_from_os(CODE_WOULD_BLOCK_TOO),
	    IOSRC_E_WOULD_BLOCK);
}

static void test_no_memory_and_interrupted_keep_their_code(void **state)
{
	(void)state;
	assert_int_not_equal(iosrc_status_from_os(CODE_NO_MEMORY),
	    IOSRC_E_NO_MEMORY);
	assert_int_not_equal(iosrc_status_from_os(CODE_INTERRUPTED),
	    IOSRC_E_INTERRUPTED);
}

static void test_codes_out_of_range_are_unknown(void **state)
{
	const int32_t codes[] = { 0, -1, -CODE_WOULD_BLOCK, INT32_MIN,
		OS_CODE_MAX + 1, INT32_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++)
		assert_int_equal(iosrc_status_from_os(codes[i]),
		    IOSRC_E_UNKNOWN);
}

static void test_every_code_comes_back_from_its_status(void **state)
{
	(void)state;
	for (int64_t code = 1; code <= OS_CODE_MAX; code += code / 64 + 1) {
		iosrc_status status = iosrc_status_from_os((int32_t)code);

		assert_true(status < 0);
		if (status == IOSRC_E_WOULD_BLOCK)
			continue;
		/* 10 and 30 bits: the encoding is part of the ABI. */
		assert_int_equal((uint32_t)status,
		    0x80000000u | (uint32_t)code);
		assert_int_equal(iosrc_status_os(status), code);
	}
	assert_int_equal(iosrc_status_os(iosrc_status_from_os(OS_CODE_MAX)),
	    OS_CODE_MAX);
}

static void test_a_code_without_a_row_is_carried_as_other(void **state)
{
	iosrc_status status = iosrc_status_from_os(1000000);

	(void)state;
	assert_int_equal(iosrc_status_kind(status), IOSRC_KIND_OTHER);
	assert_int_equal(iosrc_status_os(status), 1000000);
	assert_string_equal(iosrc_status_name(status), UNKNOWN_NAME);
}

static void expect_unknown(iosrc_status status)
{
	char text[IOSRC_MESSAGE_SIZE];

	assert_int_equal(iosrc_status_kind(status), IOSRC_KIND_OTHER);
	assert_int_equal(iosrc_status_os(status), 0);
	assert_string_equal(iosrc_status_name(status), UNKNOWN_NAME);
	assert_int_equal(iosrc_status_message(status, text, sizeof text),
	    strlen(UNKNOWN_NAME));
	assert_string_equal(text, UNKNOWN_NAME);
}

static void test_what_no_call_answers_is_other(void **state)
{
	(void)state;
	expect_unknown(1);
	expect_unknown(4096);
	expect_unknown(INT32_MAX);
	expect_unknown(INT32_MIN); /* an OS status without a code */
	expect_unknown(IOSRC_E_WOULD_BLOCK + 1);
	expect_unknown(IOSRC_E_UNKNOWN - 1);
	expect_unknown(INT32_MIN + OS_CODE_MAX + 1);
}

static void test_a_stray_errno_is_never_a_library_status(void **state)
{
	(void)state;
	for (iosrc_status stray = -65536; stray < 0; stray++) {
		assert_int_equal(iosrc_status_kind(stray), IOSRC_KIND_OTHER);
		assert_int_equal(iosrc_status_os(stray), 0);
	}
}

static void test_last_os_reads_the_last_code_and_nothing_else_does(void **state)
{
	char text[IOSRC_MESSAGE_SIZE];
	char later[IOSRC_MESSAGE_SIZE];
	iosrc_status status;

	(void)state;
	codes_set_last(CODE_RESET);
	status = iosrc_status_last_os();
	assert_int_equal(codes_last(), CODE_RESET);
	assert_int_equal(status, iosrc_status_from_os(CODE_RESET));
	iosrc_status_message(status, text, sizeof text);

	codes_set_last(CODE_BROKEN);
	assert_int_equal(iosrc_status_os(status), CODE_RESET);
	assert_int_equal(iosrc_status_kind(status),
	    IOSRC_KIND_CONNECTION_RESET);
	assert_string_equal(iosrc_status_name(status), CODE_RESET_NAME);
	iosrc_status_message(status, later, sizeof later);
	assert_string_equal(text, later);
	assert_int_equal(codes_last(), CODE_BROKEN);

	codes_set_last(CODE_WOULD_BLOCK);
	assert_int_equal(iosrc_status_last_os(), IOSRC_E_WOULD_BLOCK);
	codes_set_last(0);
	assert_int_equal(iosrc_status_last_os(), IOSRC_E_UNKNOWN);
}

static void test_message_fills_what_there_is_and_ends_with_nul(void **state)
{
	const char *whole = "invalid argument";
	char text[32];

	(void)state;
	for (size_t size = 1; size < sizeof text; size++) {
		size_t fits = size - 1 < strlen(whole) ? size - 1
		                                       : strlen(whole);

		memset(text, '#', sizeof text);
		assert_int_equal(
		    iosrc_status_message(IOSRC_E_INVALID, text, size), fits);
		assert_memory_equal(text, whole, fits);
		assert_int_equal(text[fits], '\0');
		assert_int_equal(text[fits + 1], '#');
	}
}

static void test_message_with_size_0_stores_nothing(void **state)
{
	char text[1] = { '#' };

	(void)state;
	assert_int_equal(iosrc_status_message(IOSRC_OK, NULL, 0), 0);
	assert_int_equal(iosrc_status_message(IOSRC_OK, text, 0), 0);
	assert_int_equal(text[0], '#');
}

static void test_message_refuses_null_and_absurd_sizes(void **state)
{
	char text[1] = { '#' };

	(void)state;
	assert_int_equal(iosrc_status_message(IOSRC_OK, NULL, 1),
	    IOSRC_E_INVALID);
	assert_int_equal(
	    iosrc_status_message(IOSRC_OK, text, (size_t)0x80000000u),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_status_message(IOSRC_OK, text, SIZE_MAX),
	    IOSRC_E_INVALID);
	assert_int_equal(text[0], '#');
}

static void test_the_library_says_its_version(void **state)
{
	(void)state;
	assert_int_equal(iosrc_version(), IOSRC_VERSION);
	assert_int_equal(iosrc_abi(), IOSRC_ABI);
	assert_string_equal(iosrc_version_string(), "0.9.0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_library_statuses_have_kind_name_code_and_text),
		cmocka_unit_test(test_every_code_of_io_has_kind_name_and_text),
		cmocka_unit_test(
		    test_would_block_is_one_status_under_both_names),
		cmocka_unit_test(
		    test_no_memory_and_interrupted_keep_their_code),
		cmocka_unit_test(test_codes_out_of_range_are_unknown),
		cmocka_unit_test(test_every_code_comes_back_from_its_status),
		cmocka_unit_test(test_a_code_without_a_row_is_carried_as_other),
		cmocka_unit_test(test_what_no_call_answers_is_other),
		cmocka_unit_test(test_a_stray_errno_is_never_a_library_status),
		cmocka_unit_test(
		    test_last_os_reads_the_last_code_and_nothing_else_does),
		cmocka_unit_test(
		    test_message_fills_what_there_is_and_ends_with_nul),
		cmocka_unit_test(test_message_with_size_0_stores_nothing),
		cmocka_unit_test(test_message_refuses_null_and_absurd_sizes),
		cmocka_unit_test(test_the_library_says_its_version),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
