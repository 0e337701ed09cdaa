/* SPDX-License-Identifier: MIT
 *
 * test_message.c: texts of the system, of any language and length, fit the
 * caller's room without a split character. This program brings a double of the
 * call that tells them (text_double.h), which the library's status file then
 * calls: so it is linked statically.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <iosrc.h>

#include "codes.h"
#include "text_double.h"

static iosrc_status os_status(void)
{
	return iosrc_status_from_os(CODE_REFUSED);
}

/* What is stored when there is room for as many bytes, the NUL among them;
 * nothing is written behind it. */
static void expect_cut(const char *text, size_t room, const char *stored)
{
	char out[64];
	int64_t count;

	text_double_text = text;
	memset(out, '#', sizeof out);
	count = iosrc_status_message(os_status(), out, room);
	assert_int_equal(count, strlen(stored));
	assert_string_equal(out, stored);
	for (size_t i = room; i < sizeof out; i++)
		assert_int_equal(out[i], '#');
}

static void test_plain_text_is_cut_at_any_byte(void **state)
{
	(void)state;
	expect_cut("refused", 1, "");
	expect_cut("refused", 2, "r");
	expect_cut("refused", 7, "refuse");
	expect_cut("refused", 8, "refused");
	expect_cut("refused", 60, "refused");
}

static void test_a_character_is_never_split(void **state)
{
	/* Of 1, 2, 3 and 4 bytes: a, e with acute, euro sign, an emoji. */
	const char *text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";

	(void)state;
	expect_cut(text, 1, "");
	expect_cut(text, 2, "a");
	expect_cut(text, 3, "a");
	expect_cut(text, 4, "a\xc3\xa9");
	expect_cut(text, 5, "a\xc3\xa9");
	expect_cut(text, 6, "a\xc3\xa9");
	expect_cut(text, 7, "a\xc3\xa9\xe2\x82\xac");
	expect_cut(text, 8, "a\xc3\xa9\xe2\x82\xac");
	expect_cut(text, 9, "a\xc3\xa9\xe2\x82\xac");
	expect_cut(text, 10, "a\xc3\xa9\xe2\x82\xac");
	expect_cut(text, 11, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	expect_cut(text, 12, text);
}

static void test_bytes_that_are_no_utf8_lose_at_most_three(void **state)
{
	(void)state;
	if (!TEXT_DOUBLE_BYTES) {
		print_message("SKIP: the system's texts are UTF-16\n");
		skip();
	}
	expect_cut("\xa4\xa4\xa4\xa4\xa4\xa4\xa4\xa4", 8, "\xa4\xa4\xa4\xa4");
	expect_cut("\xa4\xa4\xa4\xa4", 2, "");
}

static void test_the_name_stands_in_for_a_text(void **state)
{
	char out[IOSRC_MESSAGE_SIZE];

	(void)state;
	expect_cut("", 60, CODE_REFUSED_NAME);

	text_double_fails = true;
	expect_cut("Unknown error 111", 60, CODE_REFUSED_NAME);
	memcpy(out, CODE_REFUSED_NAME, 5);
	out[5] = '\0';
	expect_cut("Unknown error 111", 6, out);
	iosrc_status_message(iosrc_status_from_os(99999), out, sizeof out);
	assert_string_equal(out, "IOSRC_UNKNOWN_STATUS");
	text_double_fails = false;
}

static void test_the_last_code_stays_as_it_was(void **state)
{
	char out[IOSRC_MESSAGE_SIZE];

	(void)state;
	text_double_text = "text";
	codes_set_last(CODE_NOT_FOUND);
	text_double_calls = 0;
	iosrc_status_message(os_status(), out, sizeof out);
	assert_int_equal(text_double_calls, 1);
	assert_int_equal(codes_last(), CODE_NOT_FOUND);
}

static void test_library_statuses_do_not_ask_the_system(void **state)
{
	char out[IOSRC_MESSAGE_SIZE];

	(void)state;
	text_double_text = "text";
	text_double_calls = 0;
	for (iosrc_status s = IOSRC_E_UNKNOWN; s <= IOSRC_E_WOULD_BLOCK; s++)
		assert_true(iosrc_status_message(s, out, sizeof out) > 0);
	assert_true(iosrc_status_message(IOSRC_OK, out, sizeof out) > 0);
	assert_true(iosrc_status_message(7, out, sizeof out) > 0);
	assert_true(iosrc_status_message(INT32_MIN, out, sizeof out) > 0);
	assert_true(iosrc_status_message(-1, out, sizeof out) > 0);
	assert_int_equal(text_double_calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_text_is_cut_at_any_byte),
		cmocka_unit_test(test_a_character_is_never_split),
		cmocka_unit_test(
		    test_bytes_that_are_no_utf8_lose_at_most_three),
		cmocka_unit_test(test_the_name_stands_in_for_a_text),
		cmocka_unit_test(test_the_last_code_stays_as_it_was),
		cmocka_unit_test(test_library_statuses_do_not_ask_the_system),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
