/* SPDX-License-Identifier: MIT
 *
 * test_ffi.c: every function is called through libffi, as other languages do,
 * by the signatures that are generated from the headers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exported.h"
#include "ffi_table.h"

#define COUNT (sizeof ffi_functions / sizeof *ffi_functions)
#define MOST \
	(sizeof ffi_functions->parameters / sizeof *ffi_functions->parameters)

/* libffi widens an answer that is narrower than a register. */
union answer {
	ffi_arg narrow;
	ffi_sarg narrow_signed;
	int64_t wide;
	uint64_t wide_unsigned;
	const char *text;
};

static void prepare(const struct ffi_function *function, ffi_cif *cif,
    ffi_type **types)
{
	for (unsigned i = 0; i < function->count; i++)
		types[i] = function->parameters[i].type;
	assert_int_equal(ffi_prep_cif(cif, FFI_DEFAULT_ABI, function->count,
	                     function->result, types),
	    FFI_OK);
}

/* Calls with arguments of which each byte is zero. */
static union answer call_with_zeros(const struct ffi_function *function)
{
	ffi_type *types[MOST];
	void *values[MOST];
	uint64_t zeros[MOST] = { 0 };
	union answer answer;
	ffi_cif cif;

	memset(&answer, 0x5a, sizeof answer);
	prepare(function, &cif, types);
	for (size_t i = 0; i < MOST; i++)
		values[i] = &zeros[i];
	ffi_call(&cif, exported_function(function->name, function->call),
	    &answer, values);
	return answer;
}

static int64_t number(const struct ffi_function *function, union answer answer)
{
	if (function->result->size == sizeof answer.wide)
		return answer.wide;
	if (function->kind == FFI_STATUS)
		return (int32_t)answer.narrow_signed;
	return (int64_t)(uint32_t)answer.narrow;
}

static const struct ffi_function *find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(ffi_functions[i].name, name) == 0)
			return &ffi_functions[i];
	fail_msg("no function is called %s", name);
	return NULL;
}

/* Whether there is a pointer that may not be NULL. */
static int wants_a_pointer(const struct ffi_function *function)
{
	for (unsigned i = 0; i < function->count; i++)
		if (function->parameters[i].pointers &&
		    !function->parameters[i].nullable)
			return 1;
	return 0;
}

static void test_every_signature_is_one(void **state)
{
	ffi_type *types[MOST];
	ffi_cif cif;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		prepare(&ffi_functions[i], &cif, types);
}

static void test_slots_of_the_table_are_the_functions(void **state)
{
	size_t slots = 0;
	iosrc_api api;

	(void)state;
	assert_int_equal(iosrc_api_get(IOSRC_ABI, &api, sizeof api), IOSRC_OK);
	for (size_t i = 0; i < COUNT; i++) {
		const struct ffi_function *function = &ffi_functions[i];
		void (*call)(void);

		if (function->slot < 0)
			continue;
		memcpy(&call,
		    (char *)&api + offsetof(iosrc_api, library_version) +
		        (size_t)function->slot * sizeof call,
		    sizeof call);
		if (call != exported_function(function->name, function->call))
			fail_msg("slot %d is not %s", function->slot,
			    function->name);
		slots++;
	}
	assert_int_equal(sizeof api,
	    offsetof(iosrc_api, library_version) + slots * sizeof(void *));
}

static void test_null_is_invalid_wherever_it_is_not_allowed(void **state)
{
	unsigned refused = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		const struct ffi_function *function = &ffi_functions[i];

		if (function->kind != FFI_STATUS && function->kind != FFI_COUNT)
			continue;
		if (!wants_a_pointer(function))
			continue;
		if (number(function, call_with_zeros(function)) !=
		    IOSRC_E_INVALID)
			fail_msg("%s does not refuse NULL", function->name);
		refused++;
	}
	assert_true(refused > COUNT / 2);
}

static void test_where_null_is_allowed_it_is_answered(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		const struct ffi_function *function = &ffi_functions[i];
		int64_t expected = function->kind == FFI_HANDLE ? -1 : 0;

		if (function->kind == FFI_TEXT || !function->count ||
		    !function->parameters[0].nullable ||
		    wants_a_pointer(function))
			continue;
		assert_int_equal(number(function, call_with_zeros(function)),
		    expected);
	}
}

static void test_answers_come_through_whole(void **state)
{
	const struct ffi_function *version = find("iosrc_version");
	union answer text = call_with_zeros(find("iosrc_version_string"));

	(void)state;
	assert_int_equal(number(version, call_with_zeros(version)),
	    IOSRC_VERSION);
	assert_string_equal(text.text, iosrc_version_string());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_signature_is_one),
		cmocka_unit_test(test_slots_of_the_table_are_the_functions),
		cmocka_unit_test(
		    test_null_is_invalid_wherever_it_is_not_allowed),
		cmocka_unit_test(test_where_null_is_allowed_it_is_answered),
		cmocka_unit_test(test_answers_come_through_whole),
	};

	return cmocka_run_group_tests_name("ffi", tests, NULL, NULL);
}
