/* SPDX-License-Identifier: MIT
 *
 * test_ffi_walk.c: every function is called through libffi, on every backend:
 * once as it should be, with real objects, and then with each pointer NULL
 * and each number out of its range in turn, all else valid. What is refused
 * is refused as the header says, changes nothing, and the same call with the
 * right value does its work right afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <stdio.h>

#include <cmocka.h>

#include "ffi_system.h"
#include "ffi_world.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static uint32_t backend;
/* The one in use: too large for a stack. */
static struct world world;
/* Calls of each function that did their work, and calls that were refused. */
static unsigned worked[FFI_COUNT_OF_FUNCTIONS];
static unsigned refused[FFI_COUNT_OF_FUNCTIONS];

/* ---- one call ---- */

static const struct ffi_case *begin(size_t index)
{
	const struct ffi_case *c = ffi_case_of(ffi_functions[index].name);

	if (!c)
		fail_msg("%s is called by no case", ffi_functions[index].name);
	world_make(&world, backend);
	world.function = &ffi_functions[index];
	c->prepare(&world);
	return c;
}

static void call_well(const struct ffi_case *c)
{
	c->check(&world, ffi_do(world.function, world.arguments));
	worked[world.function - ffi_functions]++;
}

/* The status that the header gives for a wrong number. */
static iosrc_status documented(const struct ffi_function *function,
    iosrc_status status)
{
	if (function->errors & FFI_ERROR(status))
		return status;
	if (function->errors & FFI_ERROR(IOSRC_E_UNKNOWN))
		return IOSRC_E_UNKNOWN;
	fail_msg("%s does not say that it can answer %s", function->name,
	    iosrc_status_name(status));
	return 0;
}

/* Calls with the arguments as they are; the answer must be this, and nothing
 * may have changed. */
static void call_badly(unsigned parameter, iosrc_status expected,
    const char *what)
{
	const struct ffi_function *function = world.function;
	static struct world_state before;
	struct ffi_answer answer;
	const char *changed;

	world_save(&world, &before);
	answer = ffi_do(function, world.arguments);
	if (function->kind == FFI_TEXT) {
		if (answer.text)
			fail_msg("%s: %s %s is answered '%s'", function->name,
			    function->parameters[parameter].name, what,
			    answer.text);
	} else if (answer.number != expected) {
		fail_msg("%s: %s %s is answered %lld (%s), not %s",
		    function->name, function->parameters[parameter].name, what,
		    (long long)answer.number,
		    iosrc_status_name((iosrc_status)answer.number),
		    iosrc_status_name(expected));
	}
	changed = world_changed(&world, &before);
	if (changed)
		fail_msg("%s: %s %s: %s changed", function->name,
		    function->parameters[parameter].name, what, changed);
	refused[function - ffi_functions]++;
}

/* One wrong argument, and then the right one. */
static void try_argument(size_t index, unsigned parameter,
    union ffi_argument wrong, iosrc_status expected, const char *what)
{
	const struct ffi_case *c = begin(index);
	union ffi_argument right = world.arguments[parameter];

	world.arguments[parameter] = wrong;
	call_badly(parameter, expected, what);
	world.arguments[parameter] = right;
	call_well(c);
	world_end(&world);
}

/* SIZE_MAX is the one size that says "up to the NUL"; and a handle may be any
 * number, or of another type, as the system has them. */
static bool means_something(const char *function, unsigned parameter,
    uint64_t number)
{
	if (strcmp(function, "iosrc_address_parse") == 0)
		return number == SIZE_MAX;
	if (strcmp(function, "iosrc_create") != 0)
		return false;
	return parameter == 0
	    ? system_may_be_handle(number)
	    : system_has_waitables && number == IOSRC_HANDLE_WAITABLE;
}

static void try_number(size_t index, unsigned parameter, uint64_t number,
    iosrc_status status)
{
	const struct ffi_function *function = &ffi_functions[index];
	union ffi_argument wrong;
	char what[32];

	if (means_something(function->name, parameter, number))
		return;
	ffi_set(&function->parameters[parameter], &wrong, number);
	snprintf(what, sizeof what, "%#llx", (unsigned long long)number);
	try_argument(index, parameter, wrong,
	    function->kind == FFI_TEXT ? 0 : documented(function, status),
	    what);
}

/* ---- every call ---- */

static void test_each_function_has_one_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < FFI_COUNT_OF_FUNCTIONS; i++)
		assert_non_null(ffi_case_of(ffi_functions[i].name));
	assert_int_equal(ffi_case_count(), FFI_COUNT_OF_FUNCTIONS);
}

static void work_once(size_t index)
{
	call_well(begin(index));
	world_end(&world);
}

/* What a system opens once for a process, it opens in the first round. */
static void test_each_function_does_its_work(void **state)
{
	(void)state;
	for (size_t i = 0; i < FFI_COUNT_OF_FUNCTIONS; i++)
		work_once(i);
	for (size_t i = 0; i < FFI_COUNT_OF_FUNCTIONS; i++) {
		unsigned handles = system_handles();

		work_once(i);
		if (system_handles() != handles)
			fail_msg("%s leaves a handle open",
			    ffi_functions[i].name);
	}
}

/* ---- NULL ---- */

/* Where NULL needs a size of 0: with one it is refused, without one it is an
 * empty buffer, or all defaults. */
static void try_null_with_length(size_t index, unsigned parameter)
{
	const struct ffi_function *function = &ffi_functions[index];
	union ffi_argument null = { .pointer = NULL };
	unsigned length = 0;

	try_argument(index, parameter, null, IOSRC_E_INVALID, "NULL");

	while (strcmp(function->parameters[length].name,
	           function->parameters[parameter].length) != 0)
		length++;
	begin(index);
	world.arguments[parameter] = null;
	ffi_set(&function->parameters[length], &world.arguments[length], 0);
	assert_true(ffi_do(function, world.arguments).number >= 0);
	worked[index]++;
	for (unsigned i = 0; i < function->count; i++) {
		if (function->parameters[i].ownership != FFI_OWNED)
			continue;
		if (strcmp(function->parameters[i].base, "iosrc_poller") == 0)
			iosrc_poller_release(world.out.poller);
		else
			iosrc_close(world.out.sources[0]);
	}
	world_end(&world);
}

/* Where NULL means something by itself: nothing is consumed, nothing told. */
static void try_null_alone(size_t index, unsigned parameter)
{
	const struct ffi_function *function = &ffi_functions[index];
	union ffi_argument null = { .pointer = NULL };
	const struct ffi_case *c;

	if (parameter == 0) {
		try_argument(index, parameter, null,
		    function->kind == FFI_HANDLE ? -1 : 0, "NULL");
		return;
	}
	c = begin(index);
	world.arguments[parameter] = null;
	call_well(c);
	world_end(&world);
}

static void test_null_in_each_place(void **state)
{
	union ffi_argument null = { .pointer = NULL };

	(void)state;
	for (size_t i = 0; i < FFI_COUNT_OF_FUNCTIONS; i++) {
		const struct ffi_function *function = &ffi_functions[i];

		for (unsigned k = 0; k < function->count; k++) {
			const struct ffi_parameter *parameter =
			    &function->parameters[k];

			if (!ffi_is_pointer(parameter))
				continue;
			if (!parameter->nullable)
				try_argument(i, k, null,
				    documented(function, IOSRC_E_INVALID),
				    "NULL");
			else if (parameter->length)
				try_null_with_length(i, k);
			else
				try_null_alone(i, k);
		}
	}
}

/* ---- numbers ---- */

static int is_signed(const struct ffi_parameter *parameter)
{
	return parameter->type == &ffi_type_sint32 ||
	    parameter->type == &ffi_type_sint64;
}

/* The largest number of the parameter's width. */
static uint64_t largest(const struct ffi_parameter *parameter)
{
	unsigned bits = (unsigned)parameter->type->size * 8;

	return UINT64_MAX >> (64 - bits + (unsigned)is_signed(parameter));
}

static void try_range(size_t index, unsigned k)
{
	const struct ffi_function *function = &ffi_functions[index];
	const struct ffi_parameter *parameter = &function->parameters[k];
	uint64_t most = largest(parameter);
	uint64_t wrong[8];
	unsigned count = 0;

	if (is_signed(parameter) || parameter->lowest > 0)
		wrong[count++] = (uint64_t)(parameter->lowest - 1);
	if (is_signed(parameter))
		wrong[count++] = ~most;
	if (parameter->lowest > 1)
		wrong[count++] = 0;
	if (parameter->step > 1)
		wrong[count++] = (uint64_t)parameter->lowest + 1;
	if (most > parameter->highest) {
		wrong[count++] = parameter->highest + 1;
		wrong[count++] = most;
	}
	if (most > 0x80000000u && parameter->highest < 0x7fffffff)
		wrong[count++] = 0x80000000u;
	for (unsigned i = 0; i < count; i++)
		try_number(index, k, wrong[i], IOSRC_E_INVALID);
	assert_true(count > 0);
}

static void try_one_of(size_t index, unsigned k)
{
	const struct ffi_parameter *parameter =
	    &ffi_functions[index].parameters[k];

	if (parameter->lowest > 0)
		try_number(index, k, (uint64_t)(parameter->lowest - 1),
		    IOSRC_E_UNSUPPORTED);
	try_number(index, k, parameter->highest + 1, IOSRC_E_UNSUPPORTED);
	try_number(index, k, 0x80000000u, IOSRC_E_UNSUPPORTED);
	try_number(index, k, UINT32_MAX, IOSRC_E_UNSUPPORTED);
}

static void try_bits(size_t index, unsigned k)
{
	const struct ffi_parameter *parameter =
	    &ffi_functions[index].parameters[k];

	for (unsigned i = 0; i < 32; i++) {
		uint32_t bit = UINT32_C(1) << i;

		if (bit & parameter->accepted)
			continue;
		try_number(index, k, bit,
		    bit & parameter->known ? IOSRC_E_INVALID
		                           : IOSRC_E_UNSUPPORTED);
		/* One that is right does not excuse it. */
		try_number(index, k, bit | (parameter->accepted & 1u),
		    bit & parameter->known ? IOSRC_E_INVALID
		                           : IOSRC_E_UNSUPPORTED);
	}
}

static void test_numbers_out_of_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < FFI_COUNT_OF_FUNCTIONS; i++) {
		const struct ffi_function *function = &ffi_functions[i];

		for (unsigned k = 0; k < function->count; k++) {
			switch (function->parameters[k].role) {
			case FFI_RANGE:
				try_range(i, k);
				break;
			case FFI_ONE_OF:
				try_one_of(i, k);
				break;
			case FFI_BITS:
				try_bits(i, k);
				break;
			case FFI_POINTER:
			case FFI_ANY:
				break;
			}
		}
	}
}

/* What only the text of a header says. */
static const struct {
	const char *function;
	unsigned parameter;
	uint32_t number;
	iosrc_status expected;
} said[] = {
	{ "iosrc_register", 3, IOSRC_READABLE | IOSRC_LEVEL | IOSRC_ONESHOT,
	    IOSRC_E_INVALID },
	{ "iosrc_reregister", 3, IOSRC_READABLE | IOSRC_LEVEL | IOSRC_ONESHOT,
	    IOSRC_E_INVALID },
	{ "iosrc_register", 3, IOSRC_EXCLUSIVE | IOSRC_ONESHOT,
	    IOSRC_E_UNSUPPORTED },
	{ "iosrc_reregister", 3, IOSRC_READABLE | IOSRC_EXCLUSIVE,
	    IOSRC_E_UNSUPPORTED },
	{ "iosrc_shutdown", 1, 0, IOSRC_E_INVALID },
	{ "iosrc_create", 1, IOSRC_HANDLE_WAITABLE, IOSRC_E_UNSUPPORTED },
};

static void test_contradictions(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(said); i++)
		try_number(ffi_index(said[i].function), said[i].parameter,
		    said[i].number, said[i].expected);
}

static void test_two_outputs_in_one_place(void **state)
{
	const char *const functions[] = { "iosrc_pair", "iosrc_pipe" };

	(void)state;
	for (size_t i = 0; i < LENGTH(functions); i++) {
		size_t index = ffi_index(functions[i]);
		const struct ffi_function *function = &ffi_functions[index];
		union ffi_argument same;

		begin(index);
		same = world.arguments[function->count - 1];
		world_end(&world);
		try_argument(index, function->count - 2, same, IOSRC_E_INVALID,
		    "twice");
	}
}

/* ---- values of options ---- */

static iosrc_status set_through_ffi(iosrc_source *source, uint32_t option,
    int64_t value)
{
	union ffi_argument arguments[FFI_MOST];

	memset(arguments, 0, sizeof arguments);
	arguments[0].pointer = source;
	arguments[1].u32 = option;
	arguments[2].i64 = value;
	return (iosrc_status)ffi_do(
	    &ffi_functions[ffi_index("iosrc_set_option")], arguments)
	    .number;
}

/* An endpoint that lacks the option says so, whatever the value. */
static unsigned refuse_value(const struct ffi_option *option, int64_t value)
{
	iosrc_source *const sources[] = { world.client, world.datagram };
	unsigned invalid = 0;

	for (size_t i = 0; i < LENGTH(sources); i++) {
		iosrc_status status = set_through_ffi(sources[i],
		    option->option, value);

		if (status == IOSRC_E_INVALID)
			invalid++;
		else if (status != IOSRC_E_UNSUPPORTED)
			fail_msg("option %u takes %lld: %s", option->option,
			    (long long)value, iosrc_status_name(status));
	}
	return invalid;
}

static void test_values_of_options_out_of_range(void **state)
{
	unsigned tried = 0;

	(void)state;
	world_make(&world, backend);
	world_connect(&world);
	for (size_t i = 0; i < LENGTH(ffi_options); i++) {
		const struct ffi_option *option = &ffi_options[i];
		const int64_t wrong[] = { option->lowest - 1,
			option->highest + 1, INT64_MIN, INT64_MAX };

		/* These two are inet6's alone. */
		if (option->option == IOSRC_OPTION_HOP_LIMIT ||
		    option->option == IOSRC_OPTION_V6_ONLY)
			continue;
		for (size_t k = 0; k < LENGTH(wrong); k++)
			if (!refuse_value(option, wrong[k]))
				fail_msg("nothing has option %u",
				    option->option);
		tried++;
	}
	assert_int_equal(tried, LENGTH(ffi_options) - 2);
	world_end(&world);
}

static void test_values_of_options_of_inet6(void **state)
{
	iosrc_address address;
	iosrc_source *source;

	(void)state;
	assert_int_equal(iosrc_address_parse("[::]:0", SIZE_MAX, &address),
	    IOSRC_OK);
	if (iosrc_bind_datagram(&address, NULL, 0, &source) != IOSRC_OK) {
		printf("SKIP: no inet6 here\n");
		skip();
	}
	for (size_t i = 0; i < LENGTH(ffi_options); i++) {
		const struct ffi_option *option = &ffi_options[i];

		if (option->option != IOSRC_OPTION_HOP_LIMIT &&
		    option->option != IOSRC_OPTION_V6_ONLY)
			continue;
		assert_int_equal(
		    set_through_ffi(source, option->option, option->lowest - 1),
		    IOSRC_E_INVALID);
		assert_int_equal(set_through_ffi(source, option->option,
		                     option->highest + 1),
		    IOSRC_E_INVALID);
	}
	assert_int_equal(iosrc_close(source), IOSRC_OK);
}

/* ---- the count ---- */

static int has_a_way_to_be_refused(const struct ffi_function *function)
{
	for (unsigned i = 0; i < function->count; i++)
		if (function->parameters[i].role != FFI_ANY)
			return 1;
	return 0;
}

static void test_nothing_was_left_out(void **state)
{
	unsigned calls = 0, refusals = 0;

	(void)state;
	for (size_t i = 0; i < FFI_COUNT_OF_FUNCTIONS; i++) {
		const struct ffi_function *function = &ffi_functions[i];

		if (!worked[i])
			fail_msg("%s did no work", function->name);
		if (has_a_way_to_be_refused(function) && !refused[i])
			fail_msg("%s was never refused", function->name);
		calls += worked[i];
		refusals += refused[i];
	}
	printf("%s: %zu functions, %u calls that worked, %u refused\n",
	    iosrc_backend_name(backend), FFI_COUNT_OF_FUNCTIONS, calls,
	    refusals);
	memset(worked, 0, sizeof worked);
	memset(refused, 0, sizeof refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_function_has_one_case),
		cmocka_unit_test(test_each_function_does_its_work),
		cmocka_unit_test(test_null_in_each_place),
		cmocka_unit_test(test_numbers_out_of_range),
		cmocka_unit_test(test_contradictions),
		cmocka_unit_test(test_two_outputs_in_one_place),
		cmocka_unit_test(test_values_of_options_out_of_range),
		cmocka_unit_test(test_values_of_options_of_inet6),
		cmocka_unit_test(test_nothing_was_left_out),
	};
	int failed = 0;

	for (uint32_t i = 1; i < 32; i++) {
		const char *name = iosrc_backend_name(i);

		if (!name)
			continue;
		backend = i;
		failed += cmocka_run_group_tests_name(name, tests, NULL, NULL);
	}
	return failed;
}
