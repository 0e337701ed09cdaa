/* SPDX-License-Identifier: MIT
 *
 * api.c: the table for hosts that load the library with dlopen. What it
 * holds, one slot a function, is generated: api_table.h.
 */
#include "api_table.h"
#include "options.h"

iosrc_status iosrc_api_get(uint32_t abi, iosrc_api *out_table,
    size_t table_size)
{
	size_t filled = sizeof all_calls;

	if (!out_table || table_size < offsetof(iosrc_api, library_version))
		return IOSRC_E_INVALID;
	if (table_size > IOSRC__SIZE_MAX)
		return IOSRC_E_INVALID;
	if (abi != IOSRC_ABI)
		return IOSRC_E_UNSUPPORTED;

	if (filled > table_size)
		filled = table_size;
	iosrc__options_write(out_table, table_size, &all_calls, filled);
	out_table->size = filled;
	return IOSRC_OK;
}
