/* SPDX-License-Identifier: MIT
 *
 * iosrc.c: libiosrc by single calls. IOSRC_BACKEND chooses the backend.
 */
#define _GNU_SOURCE
#include "bench/c/iosrc_loop.h"

static struct loop *lib_open(size_t count, enum mode mode, enum wants wants)
{
	return lib_open_with(0, count, mode, wants);
}

static const struct adapter adapter = {
	.version = iosrc_version_string,
	.open = lib_open,
	.create = lib_create,
	.add = lib_add,
	.modify = lib_modify,
	.remove = lib_remove,
	.destroy = lib_destroy,
	.wait = lib_wait,
	.read = lib_read,
	.write = lib_write,
	.accept = lib_accept,
	.wake = lib_wake,
	.share = lib_share,
};

#include "bench/c/main.h"
