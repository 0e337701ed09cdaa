/* SPDX-License-Identifier: MIT
 *
 * handle_flags.h: the flags of handles that the library opens.
 */
#ifndef IOSRC_UNIX_HANDLE_FLAGS_H
#define IOSRC_UNIX_HANDLE_FLAGS_H

#include <iosrc.h>

/* Non-blocking and close-on-exec, where the call that opened it could not be
 * asked for both. */
iosrc_status iosrc__handle_set_flags(iosrc_handle handle);

#endif
