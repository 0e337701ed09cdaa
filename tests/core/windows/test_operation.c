/* SPDX-License-Identifier: MIT
 *
 * test_operation.c: which packets are those of operations of our own. Foreign
 * ones are named by addresses that nothing may be read from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sys/windows/operation.h"

#define MANY 500 /* several in each row */

/* As the system writes it before it sends the packet. */
static void end(struct iosrc__operation *operation)
{
	operation->overlapped.Internal = 0;
}

static void test_each_is_taken_once(void **state)
{
	struct iosrc__operation *all = calloc(MANY, sizeof(*all));

	(void)state;
	assert_non_null(all);
	for (int i = 0; i < MANY; i++)
		iosrc__operation_begin(&all[i]);
	for (int i = MANY - 1; i >= 0; i--) {
		end(&all[i]);
		assert_ptr_equal(iosrc__operation_take(&all[i].overlapped),
		    &all[i]);
		assert_null(iosrc__operation_take(&all[i].overlapped));
		assert_false(iosrc__operation_forget(&all[i]));
	}
	free(all);
}

static void test_foreign_ones_are_not_looked_into(void **state)
{
	struct iosrc__operation operation;

	(void)state;
	iosrc__operation_begin(&operation);
	for (uintptr_t address = 0; address < 4096; address += 16)
		assert_null(iosrc__operation_take((const OVERLAPPED *)address));
	assert_true(iosrc__operation_forget(&operation));
}

/* Its memory was somebody else's when that packet was sent. */
static void test_a_packet_of_older_memory_is_foreign(void **state)
{
	struct iosrc__operation operation;

	(void)state;
	iosrc__operation_begin(&operation);
	assert_null(iosrc__operation_take(&operation.overlapped));
	end(&operation);
	assert_ptr_equal(iosrc__operation_take(&operation.overlapped),
	    &operation);
}

static void test_what_is_forgotten_is_not_taken(void **state)
{
	struct iosrc__operation operation;

	(void)state;
	iosrc__operation_begin(&operation);
	end(&operation);
	assert_true(iosrc__operation_forget(&operation));
	assert_null(iosrc__operation_take(&operation.overlapped));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_is_taken_once),
		cmocka_unit_test(test_foreign_ones_are_not_looked_into),
		cmocka_unit_test(test_a_packet_of_older_memory_is_foreign),
		cmocka_unit_test(test_what_is_forgotten_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
