/* SPDX-License-Identifier: MIT
 *
 * uring.c: the ring by plain system calls.
 *
 * Every operation is a recv or a send with MSG_DONTWAIT, so each completes
 * while it is submitted, in order, and none is ever left to a poll or to a
 * worker thread of the kernel. (Without the flag a ring waits for readiness,
 * O_NONBLOCK or not: seen on Linux 6.18.)
 *
 * No liburing: it is one more library to find for what is three calls here,
 * and its rings may not be used by several threads in turn any better. The
 * kernel's interface is written down below because its header is not
 * everywhere where the calls are: musl's compiler wrapper does not see it.
 */
#include <config.h>

#include "sys/uring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lock.h"
#include "source.h"
#include "status.h"

/* ---- the kernel's interface, as of Linux 5.6 and in part later ---- */

struct submission {
	uint8_t opcode;
	uint8_t flags;
	uint16_t priority;
	int32_t fd;
	uint64_t offset;
	uint64_t data;
	uint32_t size;
	uint32_t message_flags;
	uint64_t user_data;
	uint64_t rest[3];
};

struct completion {
	uint64_t user_data;
	int32_t result;
	uint32_t flags;
};

struct submission_offsets {
	uint32_t head, tail, mask, entries, flags, dropped, array, reserved;
	uint64_t user_address;
};

struct completion_offsets {
	uint32_t head, tail, mask, entries, overflow, items, flags, reserved;
	uint64_t user_address;
};

struct parameters {
	uint32_t submissions, completions, flags, thread_cpu, thread_idle,
	    features, workers, reserved[3];
	struct submission_offsets submission;
	struct completion_offsets completion;
};

struct probed_operation {
	uint8_t opcode, reserved;
	uint16_t flags;
	uint32_t reserved_more;
};

#define OPERATIONS 64

struct probe {
	uint8_t last, count;
	uint16_t reserved;
	uint32_t reserved_more[3];
	struct probed_operation operations[OPERATIONS];
};

_Static_assert(sizeof(struct submission) == 64, "submission");
_Static_assert(sizeof(struct completion) == 16, "completion");
_Static_assert(sizeof(struct parameters) == 120, "parameters");
_Static_assert(sizeof(struct probe) == 16 + 8 * OPERATIONS, "probe");

#define OFFSET_RING 0
#define OFFSET_SUBMISSIONS 0x10000000
#define FEATURE_SINGLE_MMAP (UINT32_C(1) << 0)
#define REGISTER_PROBE 8
#define PROBE_SUPPORTED 1
#define ENTER_GETEVENTS 1
#define OPERATION_SEND 26
#define OPERATION_RECV 27

/* ---- the ring ---- */

struct iosrc__uring {
	int fd;
	void *ring; /* both queues' heads and tails, and the completions */
	size_t ring_size;
	struct submission *submissions;
	size_t submissions_size;
	_Atomic uint32_t *submission_tail;
	uint32_t submission_mask;
	_Atomic uint32_t *completion_head;
	_Atomic uint32_t *completion_tail;
	const struct completion *completions;
	uint32_t completion_mask;
};

static int enter(const struct iosrc__uring *uring, uint32_t submit,
    uint32_t complete)
{
	return (int)syscall(SYS_io_uring_enter, uring->fd, submit, complete,
	    ENTER_GETEVENTS, NULL, 0);
}

static bool knows(const struct probe *probe, unsigned opcode)
{
	return opcode < probe->count &&
	    probe->operations[opcode].flags & PROBE_SUPPORTED;
}

static bool knows_operations(int fd)
{
	struct probe probe;

	memset(&probe, 0, sizeof(probe));
	return syscall(SYS_io_uring_register, fd, REGISTER_PROBE, &probe,
	           OPERATIONS) == 0 &&
	    knows(&probe, OPERATION_SEND) && knows(&probe, OPERATION_RECV);
}

/* Memory shared with the kernel. A forked child does not get it, so that it
 * neither touches its parent's ring nor has anything to unmap; where that
 * cannot be had there is no ring. */
static void *map(int fd, size_t size, off_t offset)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_POPULATE, fd, offset);

	if (memory == MAP_FAILED)
		return NULL;
	if (madvise(memory, size, MADV_DONTFORK) == 0)
		return memory;
	munmap(memory, size);
	return NULL;
}

static size_t ring_size(const struct parameters *parameters)
{
	size_t submissions = parameters->submission.array +
	    parameters->submissions * sizeof(uint32_t);
	size_t completions = parameters->completion.items +
	    parameters->completions * sizeof(struct completion);

	return submissions > completions ? submissions : completions;
}

static bool map_both(struct iosrc__uring *uring,
    const struct parameters *parameters)
{
	uring->ring_size = ring_size(parameters);
	uring->submissions_size = parameters->submissions *
	    sizeof(*uring->submissions);
	uring->ring = map(uring->fd, uring->ring_size, OFFSET_RING);
	if (!uring->ring)
		return false;
	uring->submissions = map(uring->fd, uring->submissions_size,
	    OFFSET_SUBMISSIONS);
	if (uring->submissions)
		return true;
	munmap(uring->ring, uring->ring_size);
	return false;
}

static uint32_t *ring_words(const struct iosrc__uring *uring, uint32_t offset)
{
	return (uint32_t *)(void *)((unsigned char *)uring->ring + offset);
}

/* The submission queue names its entries by a table: each place names its own
 * for ever. */
static void find_parts(struct iosrc__uring *uring,
    const struct parameters *parameters)
{
	const struct submission_offsets *in = &parameters->submission;
	const struct completion_offsets *out = &parameters->completion;
	uint32_t *table = ring_words(uring, in->array);

	uring->submission_mask = *ring_words(uring, in->mask);
	uring->submission_tail = (_Atomic uint32_t *)ring_words(uring,
	    in->tail);
	uring->completion_mask = *ring_words(uring, out->mask);
	uring->completion_head = (_Atomic uint32_t *)ring_words(uring,
	    out->head);
	uring->completion_tail = (_Atomic uint32_t *)ring_words(uring,
	    out->tail);
	uring->completions = (const struct completion *)(const void *)
	    ring_words(uring, out->items);
	for (uint32_t i = 0; i < parameters->submissions; i++)
		table[i] = i;
}

/* Close-on-exec is what the kernel makes it. Flags of newer kernels (to run what
 * completes late in the caller alone, to have one issuer) gain nothing where
 * all completes at once, and the second would nail the ring to a thread. */
static bool open_ring(struct iosrc__uring *uring)
{
	struct parameters parameters;

	memset(&parameters, 0, sizeof(parameters));
	uring->fd = (int)syscall(SYS_io_uring_setup, IOSRC__URING_MOST,
	    &parameters);
	if (uring->fd < 0)
		return false;
	if (parameters.features & FEATURE_SINGLE_MMAP &&
	    knows_operations(uring->fd) && map_both(uring, &parameters)) {
		find_parts(uring, &parameters);
		return true;
	}
	close(uring->fd);
	return false;
}

struct iosrc__uring *iosrc__uring_open(void)
{
	struct iosrc__uring *uring = calloc(1, sizeof(*uring));

	if (!uring || open_ring(uring))
		return uring;
	free(uring);
	return NULL;
}

void iosrc__uring_close(struct iosrc__uring *uring, bool forked)
{
	if (!forked) {
		munmap(uring->submissions, uring->submissions_size);
		munmap(uring->ring, uring->ring_size);
	}
	close(uring->fd);
	free(uring);
}

/* ---- what may go through it ---- */

bool iosrc__uring_takes(iosrc_source *source)
{
	const uint32_t barred = IOSRC__SOURCE_STREAM | IOSRC__SOURCE_BLOCKING;
	uint32_t traits = atomic_load_explicit(&source->traits,
	    memory_order_relaxed);
	int flags;

	if (traits & barred)
		return false;
	if (traits & IOSRC__SOURCE_NONBLOCKING)
		return true;
	flags = fcntl((int)source->handle, F_GETFL);
	traits = flags >= 0 && flags & O_NONBLOCK ? IOSRC__SOURCE_NONBLOCKING
	                                          : IOSRC__SOURCE_BLOCKING;
	atomic_fetch_or_explicit(&source->traits, traits, memory_order_relaxed);
	return traits == IOSRC__SOURCE_NONBLOCKING;
}

/* ---- a run ---- */

/* Fields that are not written here stay zero, as the kernel gave them. */
void iosrc__uring_queue(struct iosrc__uring *uring, uint32_t nth,
    iosrc_handle handle, iosrc_bits direction, const void *data, size_t size)
{
	uint32_t tail = atomic_load_explicit(uring->submission_tail,
	    memory_order_relaxed);
	struct submission *entry =
	    &uring->submissions[(tail + nth) & uring->submission_mask];

	entry->opcode = direction == IOSRC_READABLE ? OPERATION_RECV
	                                            : OPERATION_SEND;
	entry->fd = (int32_t)handle;
	entry->data = (uintptr_t)data;
	entry->size = (uint32_t)size;
	entry->message_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
	entry->user_data = nth;
}

/* Answers how many the kernel took. It may stop behind one that fails. */
static uint32_t submit(struct iosrc__uring *uring, uint32_t count)
{
	uint32_t submitted = 0;

	atomic_store_explicit(uring->submission_tail,
	    atomic_load_explicit(uring->submission_tail, memory_order_relaxed) +
	        count,
	    memory_order_release);
	while (submitted < count) {
		int taken = enter(uring, count - submitted, count - submitted);

		if (taken > 0)
			submitted += (uint32_t)taken;
		else if (taken == 0 || errno != EINTR)
			break;
	}
	return submitted;
}

static uint32_t reap(struct iosrc__uring *uring, int32_t *out_codes)
{
	uint32_t head = atomic_load_explicit(uring->completion_head,
	    memory_order_relaxed);
	uint32_t tail = atomic_load_explicit(uring->completion_tail,
	    memory_order_acquire);
	uint32_t count = tail - head;

	for (; head != tail; head++) {
		const struct completion *done =
		    &uring->completions[head & uring->completion_mask];

		out_codes[done->user_data] = done->result;
	}
	atomic_store_explicit(uring->completion_head, head,
	    memory_order_release);
	return count;
}

uint32_t iosrc__uring_run(struct iosrc__uring *uring, uint32_t count,
    int32_t *out_codes)
{
	uint32_t submitted = submit(uring, count);
	uint32_t done = reap(uring, out_codes);
	unsigned attempt = 0;

	/* The buffers are the kernel's until all of them are done, even if it
	 * now refuses to be asked: no operation waits for anything. */
	while (done < submitted) {
		if (enter(uring, 0, submitted - done) < 0 && errno != EINTR)
			iosrc__lock_pause(attempt++);
		done += reap(uring, out_codes);
	}
	return submitted;
}

bool iosrc__uring_answer(iosrc_source *source, int32_t code,
    int64_t *out_answer)
{
	if (code >= 0) {
		*out_answer = code;
		return true;
	}
	switch (-code) {
	case ENOTSOCK:
		atomic_fetch_or_explicit(&source->traits, IOSRC__SOURCE_STREAM,
		    memory_order_relaxed);
		return false;
	case ECANCELED:
	case EINTR:
		return false;
	default:
		*out_answer = iosrc__status_from_errno(-code);
		return true;
	}
}
