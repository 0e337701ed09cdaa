/* SPDX-License-Identifier: MIT
 *
 * unix_only.h: why a test cannot be run on Windows.
 */
#ifndef CONTRACT_WINDOWS_UNIX_ONLY_H
#define CONTRACT_WINDOWS_UNIX_ONLY_H

/* NULL: it can. */
const char *contract_unix_only(void (*body)(void **state));

#endif
