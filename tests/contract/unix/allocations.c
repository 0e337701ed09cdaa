/* SPDX-License-Identifier: MIT
 *
 * allocations.c: counts the library's own allocations, from outside.
 *
 * The program defines malloc and its like, so the shared library calls these.
 * A block counts when the caller's code lies in the library; its address is
 * kept in a hash set until it is freed. Nothing here allocates. Sanitizers
 * bring an allocator and a leak check of their own: all of this is then off.
 */
#include "runner.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

#ifdef SANITIZED

void contract_allocations_start(void)
{
}

int contract_allocations_counted(void)
{
	return 0;
}

size_t contract_allocations_live(void)
{
	return 0;
}

uint64_t contract_allocations_made(void)
{
	return 0;
}

void contract_allocations_fail(uint64_t nth)
{
	(void)nth;
}

void contract_allocations_print(uint64_t made)
{
	(void)made;
}

#else

#define ROOM ((size_t)1 << 18)
#define GONE UINTPTR_MAX /* an entry whose block was freed */
#define EARLY 4096       /* what dlsym may want before malloc is found */

struct block {
	uintptr_t address; /* 0: never used */
	uintptr_t caller;
	uint64_t number;
};

/* The hash set and its lock, the library's code, the counts. */
static struct block blocks[ROOM];
static size_t used; /* entries that are not 0 */
static atomic_flag locked = ATOMIC_FLAG_INIT;
static uintptr_t code_from, code_to, code_base;
static _Atomic size_t live;
static _Atomic uint64_t made;
static _Atomic uint64_t failing; /* number of the allocation to fail */
static _Atomic int overflowed;

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void *(*real_aligned)(size_t, size_t);
static int (*real_posix)(void **, size_t, size_t);
static void (*real_free)(void *);

static _Alignas(16) char early[EARLY];
static size_t early_used;

/* ---- the set ---- */

static void lock(void)
{
	while (atomic_flag_test_and_set_explicit(&locked, memory_order_acquire))
		continue;
}

static void unlock(void)
{
	atomic_flag_clear_explicit(&locked, memory_order_release);
}

static size_t place(uintptr_t address)
{
	return (size_t)((uint64_t)address * UINT64_C(0x9e3779b97f4a7c15) >>
	           46) &
	    (ROOM - 1);
}

/* Held. The entry of the address, or the free one where it belongs. */
static struct block *entry(uintptr_t address)
{
	struct block *gone = NULL;
	size_t at = place(address);

	for (; blocks[at].address != 0; at = (at + 1) & (ROOM - 1)) {
		if (blocks[at].address == address)
			return &blocks[at];
		if (blocks[at].address == GONE && !gone)
			gone = &blocks[at];
	}
	return gone ? gone : &blocks[at];
}

/* Many are freed for one that is looked up later: so that entries of freed
 * blocks do not fill the set, it is made anew when nothing lives. */
static void tidy(void)
{
	if (atomic_load(&live) == 0 && used > ROOM / 4) {
		memset(blocks, 0, sizeof(blocks));
		used = 0;
	}
}

static void add(void *block, uintptr_t caller, uint64_t number)
{
	struct block *at;

	lock();
	tidy();
	if (used >= ROOM - ROOM / 8) {
		atomic_store(&overflowed, 1);
	} else {
		at = entry((uintptr_t)block);
		used += at->address == 0;
		at->address = (uintptr_t)block;
		at->caller = caller;
		at->number = number;
		atomic_fetch_add(&live, 1);
	}
	unlock();
}

static void drop(void *block)
{
	struct block *at;

	if (!block || atomic_load(&live) == 0)
		return;
	lock();
	at = entry((uintptr_t)block);
	if (at->address == (uintptr_t)block) {
		at->address = GONE;
		atomic_fetch_sub(&live, 1);
	}
	unlock();
}

static int is_ours(const void *caller)
{
	return (uintptr_t)caller >= code_from && (uintptr_t)caller < code_to;
}

/* Counts an allocation before it is made; 0: it is to fail. */
static uint64_t next_number(void)
{
	uint64_t number = atomic_fetch_add(&made, 1) + 1;

	if (number != atomic_load(&failing))
		return number;
	errno = ENOMEM;
	return 0;
}

/* ---- the real ones ---- */

static void find(const char *name, void *out)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(out, &found, sizeof(found));
}

static void find_all(void)
{
	static int finding;

	if (finding)
		return;
	finding = 1;
	find("calloc", &real_calloc);
	find("realloc", &real_realloc);
	find("aligned_alloc", &real_aligned);
	find("posix_memalign", &real_posix);
	find("free", &real_free);
	find("malloc", &real_malloc);
	finding = 0;
}

static void *early_malloc(size_t size)
{
	void *block = early + early_used;

	size = (size + 15) & ~(size_t)15;
	if (size > EARLY - early_used)
		return NULL;
	early_used += size;
	return block;
}

static int is_early(const void *block)
{
	return (uintptr_t)block >= (uintptr_t)early &&
	    (uintptr_t)block < (uintptr_t)early + EARLY;
}

/* ---- malloc and its like ---- */

void *malloc(size_t size)
{
	const void *caller = __builtin_return_address(0);
	uint64_t number = 1;
	void *block;

	if (!real_malloc)
		find_all();
	if (!real_malloc)
		return early_malloc(size);
	if (!is_ours(caller))
		return real_malloc(size);
	number = next_number();
	block = number ? real_malloc(size) : NULL;
	if (block)
		add(block, (uintptr_t)caller, number);
	return block;
}

void *calloc(size_t count, size_t size)
{
	const void *caller = __builtin_return_address(0);
	uint64_t number;
	void *block;

	if (!real_calloc)
		find_all();
	if (!real_calloc)
		return early_malloc(count * size);
	if (!is_ours(caller))
		return real_calloc(count, size);
	number = next_number();
	block = number ? real_calloc(count, size) : NULL;
	if (block)
		add(block, (uintptr_t)caller, number);
	return block;
}

static void *move_early(void *old, size_t size)
{
	size_t most = (size_t)(early + EARLY - (char *)old);
	void *block = malloc(size);

	if (block)
		memcpy(block, old, size < most ? size : most);
	return block;
}

void *realloc(void *old, size_t size)
{
	const void *caller = __builtin_return_address(0);
	uint64_t number = 0;
	void *block;

	if (is_early(old))
		return move_early(old, size);
	if (!real_realloc)
		find_all();
	if (is_ours(caller)) {
		number = next_number();
		if (number == 0)
			return NULL;
	}
	drop(old);
	block = real_realloc(old, size);
	if (block && number)
		add(block, (uintptr_t)caller, number);
	else if (!block && number && old && size)
		add(old, (uintptr_t)caller, number);
	return block;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	const void *caller = __builtin_return_address(0);
	uint64_t number;
	void *block;

	if (!real_aligned)
		find_all();
	if (!is_ours(caller))
		return real_aligned(alignment, size);
	number = next_number();
	block = number ? real_aligned(alignment, size) : NULL;
	if (block)
		add(block, (uintptr_t)caller, number);
	return block;
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	const void *caller = __builtin_return_address(0);
	uint64_t number;
	int error;

	if (!real_posix)
		find_all();
	if (!is_ours(caller))
		return real_posix(out, alignment, size);
	number = next_number();
	error = number ? real_posix(out, alignment, size) : ENOMEM;
	if (error == 0)
		add(*out, (uintptr_t)caller, number);
	return error;
}

void free(void *block)
{
	if (!block || is_early(block))
		return;
	if (!real_free)
		find_all();
	drop(block);
	real_free(block);
}

/* ---- the library's code ---- */

static int find_library(struct dl_phdr_info *info, size_t size, void *user)
{
	const char *slash = strrchr(info->dlpi_name, '/');
	const char *name = slash ? slash + 1 : info->dlpi_name;
	unsigned i;

	(void)size;
	(void)user;
	if (strncmp(name, "libiosrc.", 9) != 0)
		return 0;
	code_base = (uintptr_t)info->dlpi_addr;
	for (i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t from = code_base + info->dlpi_phdr[i].p_vaddr;

		if (info->dlpi_phdr[i].p_type != PT_LOAD ||
		    !(info->dlpi_phdr[i].p_flags & PF_X))
			continue;
		code_from = from;
		code_to = from + info->dlpi_phdr[i].p_memsz;
	}
	return 1;
}

void contract_allocations_start(void)
{
	dl_iterate_phdr(find_library, NULL);
	pthread_atfork(lock, unlock, unlock);
}

/* ---- counts ---- */

int contract_allocations_counted(void)
{
	return code_to != 0 && !atomic_load(&overflowed);
}

size_t contract_allocations_live(void)
{
	return contract_allocations_counted() ? atomic_load(&live) : 0;
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
	size_t at;

	for (at = 0; at < ROOM; at++) {
		const struct block *block = &blocks[at];

		if (block->address == 0 || block->address == GONE ||
		    block->number <= since)
			continue;
		print_error("not freed: allocation %llu at %#lx, made by "
		            "libiosrc+%#lx\n",
		    (unsigned long long)block->number,
		    (unsigned long)block->address,
		    (unsigned long)(block->caller - code_base));
	}
}

#endif
