/* SPDX-License-Identifier: MIT
 *
 * io.h: one I/O call and its re-arming, for the direct calls and the batches.
 */
#ifndef IOSRC_IO_H
#define IOSRC_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <iosrc.h>

#include "options.h"
#include "source.h"
#include "sys/direct_io.h"

/* The rest of settling, where the poller has to be told. */
int64_t iosrc__io_report(iosrc_source *source, iosrc_bits direction,
    int64_t answer);

/* What a call of the system means for its direction; answers the answer.
 * `asked` is the length that the system was given; with 0 no count is short.
 * Inline, for mostly there is nobody to tell. */
static inline int64_t iosrc__io_settle(iosrc_source *source,
    iosrc_bits direction, int64_t answer, size_t asked)
{
	if (!iosrc__source_reports(source) || answer == 0 ||
	    (answer > 0 && (size_t)answer >= asked))
		return answer;
	return iosrc__io_report(source, direction, answer);
}

static inline size_t iosrc__io_clamped(size_t size)
{
	return size > IOSRC__DIRECT_IO_MAX ? IOSRC__DIRECT_IO_MAX : size;
}

static inline bool iosrc__io_is_buffer(const void *data, size_t size)
{
	return size <= IOSRC__SIZE_MAX && (data || size == 0);
}

int64_t iosrc__io_read(iosrc_source *source, void *out_data, size_t size);
int64_t iosrc__io_write(iosrc_source *source, const void *data, size_t size);

/* One operation of a batch, checked. */
struct iosrc__io {
	iosrc_source *source;
	uint32_t slot;   /* of its registration */
	uint32_t opcode; /* one that is known */
	void *data;
	size_t size;
	iosrc_io_item *item; /* its flags, and where its answer goes */
};

/* Does it by a call of its own. */
int64_t iosrc__io_do(const struct iosrc__io *io);

static inline iosrc_bits iosrc__io_direction(const struct iosrc__io *io)
{
	return io->opcode == IOSRC_OP_READ || io->opcode == IOSRC_OP_RECV
	    ? IOSRC_READABLE
	    : IOSRC_WRITABLE;
}

/* Would a plain recv or send do what the single call does? Not for a read of
 * nothing, which takes no datagram off a socket, nor for what tells flags. */
static inline bool iosrc__io_fits_ring(const struct iosrc__io *io)
{
	return io->size != 0 && io->opcode != IOSRC_OP_RECV && !io->item->flags;
}

#endif
