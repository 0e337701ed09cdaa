/* SPDX-License-Identifier: MIT
 *
 * ffi_call.h: calls of the library through libffi alone, by the signatures of
 * ffi_table.h.
 */
#ifndef TESTS_ABI_FFI_CALL_H
#define TESTS_ABI_FFI_CALL_H

#include "ffi_table.h"

#define FFI_COUNT_OF_FUNCTIONS (sizeof ffi_functions / sizeof *ffi_functions)
#define FFI_MOST \
	(sizeof ffi_functions->parameters / sizeof *ffi_functions->parameters)

union ffi_argument {
	void *pointer;
	void (*function)(void);
	size_t size;
	int32_t i32;
	uint32_t u32;
	int64_t i64;
	uint64_t u64;
	iosrc_handle handle;
};

/* One of the two, as the function has it. */
struct ffi_answer {
	int64_t number;
	const char *text;
};

void ffi_prepare(const struct ffi_function *function, ffi_cif *out_cif,
    ffi_type **out_types);
struct ffi_answer ffi_do(const struct ffi_function *function,
    union ffi_argument *arguments);

/* A number of the parameter's own width, cut to it. */
void ffi_set(const struct ffi_parameter *parameter,
    union ffi_argument *out_argument, uint64_t number);
int ffi_is_pointer(const struct ffi_parameter *parameter);
/* Where a function is in the table. */
size_t ffi_index(const char *name);

#endif
