/* SPDX-License-Identifier: MIT
 *
 * file.h: handles that a kernel refuses to watch because they are always
 * ready: regular files, directories, /dev/null.
 *
 * Such a source gets a post of the latch instead of a kernel entry: due once
 * per registration, reregister and re-arm in edge mode, at every wait in level
 * mode, once in oneshot mode.
 */
#ifndef IOSRC_FILE_H
#define IOSRC_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "latch.h"
#include "registration.h"

/* Publishes the post's slot and makes the file due. */
uint64_t iosrc__file_publish(iosrc_poller *poller,
    struct iosrc__post_place place, const struct iosrc__registered *what);
void iosrc__file_end(iosrc_poller *poller, struct iosrc__post_place place,
    uint64_t registration);
/* Edge mode: makes the directions due again; answers whether any was not. */
bool iosrc__file_rearm(iosrc_poller *poller, struct iosrc__post_place place,
    uint64_t registration, iosrc_bits directions);
/* What a wait reports of it, 0 for nothing; `*again` when it stays due. */
iosrc_bits iosrc__file_take(iosrc_poller *poller, struct iosrc__post *post,
    uint64_t registration, bool *again);

#endif
