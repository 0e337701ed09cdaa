/* SPDX-License-Identifier: MIT
 *
 * ffi_call.c: one call through libffi: signature, arguments, answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exported.h"
#include "ffi_call.h"

/* libffi widens an answer that is narrower than a register. */
union answer {
	ffi_arg narrow;
	ffi_sarg narrow_signed;
	int64_t wide;
	const char *text;
};

void ffi_prepare(const struct ffi_function *function, ffi_cif *out_cif,
    ffi_type **out_types)
{
	for (unsigned i = 0; i < function->count; i++)
		out_types[i] = function->parameters[i].type;
	assert_int_equal(ffi_prep_cif(out_cif, FFI_DEFAULT_ABI, function->count,
	                     function->result, out_types),
	    FFI_OK);
}

static int64_t number_of(const struct ffi_function *function,
    union answer answer)
{
	if (function->result->size == sizeof answer.wide)
		return answer.wide;
	if (function->result == &ffi_type_uint32)
		return (int64_t)(uint32_t)answer.narrow;
	return (int32_t)answer.narrow_signed;
}

struct ffi_answer ffi_do(const struct ffi_function *function,
    union ffi_argument *arguments)
{
	struct ffi_answer result = { 0, NULL };
	ffi_type *types[FFI_MOST];
	void *values[FFI_MOST];
	union answer answer;
	ffi_cif cif;

	memset(&answer, 0x5a, sizeof answer);
	ffi_prepare(function, &cif, types);
	for (size_t i = 0; i < FFI_MOST; i++)
		values[i] = &arguments[i];
	ffi_call(&cif, exported_function(function->name, function->call),
	    &answer, values);
	if (function->kind == FFI_TEXT)
		result.text = answer.text;
	else
		result.number = number_of(function, answer);
	return result;
}

void ffi_set(const struct ffi_parameter *parameter,
    union ffi_argument *out_argument, uint64_t number)
{
	memset(out_argument, 0, sizeof *out_argument);
	if (parameter->type->size == sizeof out_argument->u64)
		out_argument->u64 = number;
	else
		out_argument->u32 = (uint32_t)number;
}

int ffi_is_pointer(const struct ffi_parameter *parameter)
{
	return parameter->type == &ffi_type_pointer;
}

size_t ffi_index(const char *name)
{
	for (size_t i = 0; i < FFI_COUNT_OF_FUNCTIONS; i++)
		if (strcmp(ffi_functions[i].name, name) == 0)
			return i;
	fail_msg("no function is called %s", name);
	return 0;
}
