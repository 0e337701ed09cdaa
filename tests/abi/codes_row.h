/* SPDX-License-Identifier: MIT
 *
 * codes_row.h: what a test knows of a code of the system. codes.h, from the
 * system's folder, has all of them, and names for those that tests speak of.
 */
#ifndef TESTS_ABI_CODES_ROW_H
#define TESTS_ABI_CODES_ROW_H

#include <stdint.h>

#include <iosrc.h>

struct code_row {
	int32_t code;
	iosrc_kind kind;
	const char *name;
};

#define CODE(name, kind) \
	{ \
		name, IOSRC_KIND_##kind, #name \
	}

#endif
