/* SPDX-License-Identifier: MIT
 *
 * batch.c: many registrations or many I/O calls in one crossing.
 *
 * Each item gets what the single call would have answered, and one that fails
 * stops no other. Items are read and written at the caller's stride, so that
 * structs may grow.
 */
#include <stdbool.h>

#include <iosrc.h>

#include "backend.h"
#include "io.h"
#include "options.h"
#include "poller.h"
#include "socket.h"

/* The nth item of the caller's array. */
static void *item_at(void *items, size_t item_size, size_t n)
{
	return (unsigned char *)items + n * item_size;
}

/* The stride of a struct that begins with a known one: no smaller, and such
 * that each item is aligned when the first one is. */
static bool is_stride(size_t item_size, size_t known_size, size_t alignment)
{
	return item_size >= known_size && item_size <= IOSRC__SIZE_MAX &&
	    item_size % alignment == 0;
}

/* The array as a whole: NULL and counts; and that no item carries, in a tail
 * which this version does not know, anything but zeroes. */
static iosrc_status check_items(void *items, size_t count, size_t item_size,
    size_t known_size)
{
	if (!items || count == 0 || count > IOSRC__SIZE_MAX ||
	    count > SIZE_MAX / item_size)
		return IOSRC_E_INVALID;
	if (item_size == known_size)
		return IOSRC_OK;
	for (size_t n = 0; n < count; n++) {
		const unsigned char *item = item_at(items, item_size, n);

		for (size_t i = known_size; i < item_size; i++)
			if (item[i])
				return IOSRC_E_UNSUPPORTED;
	}
	return IOSRC_OK;
}

/* ---- register_many ---- */

static int64_t register_each(iosrc_poller *poller, iosrc_register_item *items,
    size_t count, size_t item_size)
{
	int64_t succeeded = 0;

	for (size_t n = 0; n < count; n++) {
		iosrc_register_item *item = item_at(items, item_size, n);

		item->out_status = item->reserved
		    ? IOSRC_E_UNSUPPORTED
		    : iosrc_register(item->source, poller, item->token,
		          item->interest);
		succeeded += item->out_status == IOSRC_OK;
	}
	return succeeded;
}

/* May batches of this poller go past libc, and is there a way? */
static bool goes_directly(const iosrc_poller *poller)
{
	return poller->flags & IOSRC_POLLER_IO_URING &&
	    poller->backend->begin_many;
}

int64_t iosrc_register_many(iosrc_poller *poller, iosrc_register_item *items,
    size_t count, size_t item_size)
{
	int64_t succeeded;
	iosrc_status status;

	if (!poller ||
	    !is_stride(item_size, sizeof(*items),
	        _Alignof(iosrc_register_item)))
		return IOSRC_E_INVALID;
	status = check_items(items, count, item_size, sizeof(*items));
	if (status < 0)
		return status;
	status = iosrc__poller_check(poller);
	if (status < 0)
		return status;
	if (!goes_directly(poller))
		return register_each(poller, items, count, item_size);
	/* The first one goes through libc, so that a sanitizer there sees what
	 * the caller did before in front of every event. */
	succeeded = register_each(poller, items, 1, item_size);
	return succeeded +
	    poller->backend->begin_many(poller, item_at(items, item_size, 1),
	        count - 1, item_size);
}

/* ---- io_many ---- */

/* The memory that items may point into; base NULL: they carry addresses. */
struct memory {
	unsigned char *base;
	size_t size;
};

/* Where an item's data is; false when it reaches outside. */
static bool item_data(const struct memory *memory, const iosrc_io_item *item,
    unsigned char **out_data)
{
	if (item->size > IOSRC__SIZE_MAX)
		return false;
	if (!memory->base) {
		*out_data = (unsigned char *)(uintptr_t)item->data;
		return item->data <= UINTPTR_MAX &&
		    (item->data != 0 || item->size == 0);
	}
	if (item->data > memory->size || item->size > memory->size - item->data)
		return false;
	*out_data = memory->base + item->data;
	return true;
}

/* The flags that an opcode takes; false: it is not known. */
static bool opcode_flags(uint32_t opcode, iosrc_flags *out_flags)
{
	switch (opcode) {
	case IOSRC_OP_READ:
	case IOSRC_OP_WRITE:
		*out_flags = 0;
		return true;
	case IOSRC_OP_RECV:
		*out_flags = IOSRC__RECV_FLAGS;
		return true;
	case IOSRC_OP_SEND:
		*out_flags = IOSRC__SEND_FLAGS;
		return true;
	default:
		return false;
	}
}

static bool is_known(const iosrc_io_item *item)
{
	iosrc_flags flags;

	return opcode_flags(item->opcode, &flags) && !(item->flags & ~flags) &&
	    !item->reserved && !item->reserved_more[0] &&
	    !item->reserved_more[1];
}

/* Makes an operation of an item; a status for one that cannot be done. */
static iosrc_status read_item(iosrc_poller *poller, const struct memory *memory,
    iosrc_io_item *item, struct iosrc__io *out)
{
	struct iosrc__registered what;
	unsigned char *data;

	if (!is_known(item))
		return IOSRC_E_UNSUPPORTED;
	if (!item_data(memory, item, &data))
		return IOSRC_E_INVALID;
	if (!iosrc__registration_read(&poller->registrations,
	        item->registration, &what) ||
	    !what.source)
		return IOSRC_E_NOT_REGISTERED;
	out->source = what.source;
	out->slot = iosrc__registration_index(item->registration);
	out->opcode = item->opcode;
	out->data = data;
	out->size = iosrc__io_clamped((size_t)item->size);
	out->item = item;
	return IOSRC_OK;
}

/* A batch whose arguments were checked. */
struct batch {
	iosrc_poller *poller;
	struct memory memory;
	iosrc_io_item *items;
	size_t count;
	size_t item_size;
};

static iosrc_io_item *batch_item(const struct batch *batch, size_t n)
{
	return item_at(batch->items, batch->item_size, n);
}

static int64_t run_in_loop(const struct batch *batch)
{
	int64_t succeeded = 0;

	for (size_t n = 0; n < batch->count; n++) {
		iosrc_io_item *item = batch_item(batch, n);
		struct iosrc__io io;
		int64_t result = read_item(batch->poller, &batch->memory, item,
		    &io);

		item->out_flags = 0;
		item->out_result = result < 0 ? result : iosrc__io_do(&io);
		succeeded += item->out_result >= 0;
	}
	return succeeded;
}

/* The poller's ring is checked out. */
static int64_t run_in_ring(const struct batch *batch)
{
	int64_t succeeded = 0;

	for (size_t n = 0; n < batch->count; n++) {
		iosrc_io_item *item = batch_item(batch, n);
		struct iosrc__io io;

		item->out_flags = 0;
		item->out_result = read_item(batch->poller, &batch->memory,
		    item, &io);
		if (item->out_result >= 0)
			iosrc__ring_add(batch->poller, &io);
	}
	iosrc__ring_give_back(batch->poller);
	for (size_t n = 0; n < batch->count; n++)
		succeeded += batch_item(batch, n)->out_result >= 0;
	return succeeded;
}

int64_t iosrc_io_many(iosrc_poller *poller, iosrc_io_item *items, size_t count,
    size_t item_size, void *memory, size_t memory_size)
{
	struct batch batch = { poller, { memory, memory_size }, items, count,
		item_size };
	iosrc_status status;

	if (!poller ||
	    !is_stride(item_size, sizeof(*items), _Alignof(iosrc_io_item)) ||
	    (!memory && memory_size != 0) || memory_size > IOSRC__SIZE_MAX)
		return IOSRC_E_INVALID;
	status = check_items(items, count, item_size, sizeof(*items));
	if (status < 0)
		return status;
	status = iosrc__poller_check(poller);
	if (status < 0)
		return status;
	return iosrc__ring_take(poller, count) ? run_in_ring(&batch)
	                                       : run_in_loop(&batch);
}
