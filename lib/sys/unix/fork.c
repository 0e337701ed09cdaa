/* SPDX-License-Identifier: MIT
 *
 * fork.c: the page that a fork wipes, and the process id where none is.
 */
#include <config.h>

#include "sys/fork.h"

#include <sys/mman.h>
#include <unistd.h>

#ifdef MADV_WIPEONFORK

/* qemu-user answers success to any advice and wipes nothing: advice that no
 * kernel knows must be refused before the real one is believed. */
static bool wiped_on_fork(void *page, size_t size)
{
	return madvise(page, size, -1) != 0 &&
	    madvise(page, size, MADV_WIPEONFORK) == 0;
}

#else

static bool wiped_on_fork(void *page, size_t size)
{
	(void)page;
	(void)size;
	return false;
}

#endif

/* Never written, so that it can stand for a page that was wiped. */
static const _Atomic uint32_t no_page = 0;

uint32_t iosrc__process_id(void)
{
	return (uint32_t)getpid();
}

void iosrc__fork_mark_set(struct iosrc__fork_mark *mark)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *page;

	mark->process = iosrc__process_id();
	mark->page = (_Atomic uint32_t *)(uintptr_t)&no_page;
	mark->page_size = 0;
	page = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return;
	if (!wiped_on_fork(page, size)) {
		munmap(page, size);
		return;
	}
	mark->page = page;
	mark->page_size = size;
	atomic_store_explicit(mark->page, 1, memory_order_relaxed);
}

void iosrc__fork_mark_free(struct iosrc__fork_mark *mark)
{
	if (mark->page_size)
		munmap(mark->page, mark->page_size);
}

bool iosrc__fork_process_changed(const struct iosrc__fork_mark *mark)
{
	return mark->process != iosrc__process_id();
}
