/* SPDX-License-Identifier: MIT
 *
 * test_options.c: structs of every past and future size go in and out as the
 * header promises, at the helper that all size-tagged calls share.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"

#define KNOWN 8
#define LARGE 32

static void test_read_of_nothing_is_all_defaults(void **state)
{
	unsigned char known[KNOWN];
	unsigned char given[1] = { 0xff };

	(void)state;
	memset(known, 0xaa, sizeof known);
	assert_int_equal(iosrc__options_read(known, KNOWN, NULL, 0), IOSRC_OK);
	for (size_t i = 0; i < KNOWN; i++)
		assert_int_equal(known[i], 0);

	memset(known, 0xaa, sizeof known);
	assert_int_equal(iosrc__options_read(known, KNOWN, given, 0), IOSRC_OK);
	for (size_t i = 0; i < KNOWN; i++)
		assert_int_equal(known[i], 0);
}

static void test_read_continues_a_shorter_struct_with_zeroes(void **state)
{
	unsigned char given[KNOWN];
	unsigned char known[KNOWN];

	(void)state;
	memset(given, 0x55, sizeof given);
	for (size_t size = 1; size <= KNOWN; size++) {
		memset(known, 0xaa, sizeof known);
		assert_int_equal(iosrc__options_read(known, KNOWN, given, size),
		    IOSRC_OK);
		for (size_t i = 0; i < KNOWN; i++)
			assert_int_equal(known[i], i < size ? 0x55 : 0);
	}
}

static void test_read_takes_a_longer_struct_with_a_zero_tail(void **state)
{
	unsigned char given[LARGE] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	unsigned char known[KNOWN];

	(void)state;
	for (size_t size = KNOWN; size <= LARGE; size++) {
		memset(known, 0xaa, sizeof known);
		assert_int_equal(iosrc__options_read(known, KNOWN, given, size),
		    IOSRC_OK);
		assert_memory_equal(known, given, KNOWN);
	}
}

static void test_read_refuses_a_tail_that_it_does_not_know(void **state)
{
	unsigned char untouched[KNOWN];
	unsigned char known[KNOWN];

	(void)state;
	memset(untouched, 0xaa, sizeof untouched);
	for (size_t at = KNOWN; at < LARGE; at++) {
		unsigned char given[LARGE] = { 0 };

		given[at] = 1;
		memset(known, 0xaa, sizeof known);
		assert_int_equal(
		    iosrc__options_read(known, KNOWN, given, LARGE),
		    IOSRC_E_UNSUPPORTED);
		assert_memory_equal(known, untouched, KNOWN);
		/* The byte behind the size given is not the caller's. */
		assert_int_equal(iosrc__options_read(known, KNOWN, given, at),
		    IOSRC_OK);
	}
}

static void test_read_refuses_null_with_a_size_and_absurd_sizes(void **state)
{
	unsigned char given[KNOWN] = { 0 };
	unsigned char known[KNOWN] = { 0xaa };

	(void)state;
	assert_int_equal(iosrc__options_read(known, KNOWN, NULL, 1),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc__options_read(known, KNOWN, NULL, KNOWN),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc__options_read(known, KNOWN, given,
	                     (size_t)IOSRC__SIZE_MAX + 1),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc__options_read(known, KNOWN, given, SIZE_MAX),
	    IOSRC_E_INVALID);
	assert_int_equal(known[0], 0xaa);
}

static void test_write_fills_to_the_smaller_size_and_zeroes(void **state)
{
	unsigned char known[KNOWN];
	unsigned char given[LARGE];

	(void)state;
	memset(known, 0x55, sizeof known);
	for (size_t size = 1; size < LARGE; size++) {
		memset(given, 0xaa, sizeof given);
		assert_int_equal(
		    iosrc__options_write(given, size, known, KNOWN), IOSRC_OK);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(given[i], i < KNOWN ? 0x55 : 0);
		for (size_t i = size; i < LARGE; i++)
			assert_int_equal(given[i], 0xaa);
	}
}

static void test_write_refuses_null_and_sizes_out_of_range(void **state)
{
	unsigned char known[KNOWN] = { 1 };
	unsigned char given[KNOWN] = { 0xaa };

	(void)state;
	assert_int_equal(iosrc__options_write(NULL, KNOWN, known, KNOWN),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc__options_write(given, 0, known, KNOWN),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc__options_write(given,
	                     (size_t)IOSRC__SIZE_MAX + 1, known, KNOWN),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc__options_write(given, SIZE_MAX, known, KNOWN),
	    IOSRC_E_INVALID);
	assert_int_equal(given[0], 0xaa);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_of_nothing_is_all_defaults),
		cmocka_unit_test(
		    test_read_continues_a_shorter_struct_with_zeroes),
		cmocka_unit_test(
		    test_read_takes_a_longer_struct_with_a_zero_tail),
		cmocka_unit_test(
		    test_read_refuses_a_tail_that_it_does_not_know),
		cmocka_unit_test(
		    test_read_refuses_null_with_a_size_and_absurd_sizes),
		cmocka_unit_test(
		    test_write_fills_to_the_smaller_size_and_zeroes),
		cmocka_unit_test(
		    test_write_refuses_null_and_sizes_out_of_range),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
