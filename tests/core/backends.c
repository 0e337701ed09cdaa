/* SPDX-License-Identifier: MIT
 *
 * backends.c: the core's list of backends in these tests: the fake, and
 * behind it the one whose kernel keeps edges.
 */
#include "sys/fake.h"

#include <stddef.h>

const struct iosrc__backend *const iosrc__backends[] = {
	&iosrc__fake_backend,
	&iosrc__fake_edges_backend,
	NULL,
};
