/* SPDX-License-Identifier: MIT
 *
 * allocations.c: what the linker's --wrap puts in front of malloc, calloc,
 * realloc and free.
 */
#include "tests/support/allocations.h"

#include <errno.h>
#include <stdatomic.h>

static _Atomic size_t live;
static _Atomic unsigned fails_in;
static _Atomic bool failed;

/* The names are the linker's. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

size_t allocations_live(void)
{
	return atomic_load(&live);
}

void allocations_fail(unsigned nth)
{
	atomic_store(&failed, false);
	atomic_store(&fails_in, nth);
}

bool allocations_failed(void)
{
	return atomic_load(&failed);
}

static bool fails_now(void)
{
	unsigned nth = atomic_load(&fails_in);

	while (nth && !atomic_compare_exchange_weak(&fails_in, &nth, nth - 1))
		;
	if (nth != 1)
		return false;
	atomic_store(&failed, true);
	errno = ENOMEM;
	return true;
}

static void *counted(void *block)
{
	if (block)
		atomic_fetch_add(&live, 1);
	return block;
}

void *__wrap_malloc(size_t size)
{
	return fails_now() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
	void *grown;

	if (fails_now())
		return NULL;
	grown = __real_realloc(block, size);
	return block ? grown : counted(grown);
}

void __wrap_free(void *block)
{
	if (block)
		atomic_fetch_sub(&live, 1);
	__real_free(block);
}
