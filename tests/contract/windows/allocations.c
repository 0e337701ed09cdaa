/* SPDX-License-Identifier: MIT
 *
 * allocations.c: counts the library's own allocations, from outside, by the
 * functions here in its import table (imports.c): each call counts, and each
 * block comes back here.
 */
#include "runner.h"

#include "native.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static _Atomic size_t live;
static _Atomic uint64_t made;
static _Atomic uint64_t failing; /* number of the allocation to fail */
static int counted;

/* ---- what the library calls ---- */

static int may_be_made(void)
{
	uint64_t number = atomic_fetch_add(&made, 1) + 1;

	if (number != atomic_load(&failing))
		return 1;
	errno = ENOMEM;
	return 0;
}

static void *kept(void *block)
{
	if (block)
		atomic_fetch_add(&live, 1);
	return block;
}

static void *__cdecl count_malloc(size_t size)
{
	return may_be_made() ? kept(malloc(size)) : NULL;
}

static void *__cdecl count_calloc(size_t count, size_t size)
{
	return may_be_made() ? kept(calloc(count, size)) : NULL;
}

static void *__cdecl count_realloc(void *old, size_t size)
{
	void *block;

	if (!may_be_made())
		return NULL;
	block = realloc(old, size);
	if (block && !old)
		atomic_fetch_add(&live, 1);
	return block;
}

static void __cdecl count_free(void *block)
{
	if (block)
		atomic_fetch_sub(&live, 1);
	free(block);
}

static void *__cdecl count_aligned(size_t size, size_t alignment)
{
	return may_be_made() ? kept(_aligned_malloc(size, alignment)) : NULL;
}

static void __cdecl count_aligned_free(void *block)
{
	if (block)
		atomic_fetch_sub(&live, 1);
	_aligned_free(block);
}

typedef void (*function)(void);

static const struct native_import counters[] = {
	{ "malloc", (function)count_malloc },
	{ "calloc", (function)count_calloc },
	{ "realloc", (function)count_realloc },
	{ "free", (function)count_free },
	{ "_aligned_malloc", (function)count_aligned },
	{ "_aligned_free", (function)count_aligned_free },
};

void contract_allocations_start(void)
{
	counted = native_import(counters,
	              sizeof(counters) / sizeof(counters[0])) >= 2;
}

/* ---- counts ---- */

int contract_allocations_counted(void)
{
	return counted;
}

size_t contract_allocations_live(void)
{
	return atomic_load(&live);
}

uint64_t contract_allocations_made(void)
{
	return atomic_load(&made);
}

void contract_allocations_fail(uint64_t nth)
{
	atomic_store(&failing, nth ? atomic_load(&made) + nth : 0);
}

void contract_allocations_print(uint64_t since)
{
	print_error("%llu allocations were made by the test\n",
	    (unsigned long long)(atomic_load(&made) - since));
}
