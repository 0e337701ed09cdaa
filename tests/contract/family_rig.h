/* SPDX-License-Identifier: MIT
 *
 * family_rig.h: what the families E, V and T share: one registered source
 * with a plain peer, drains that keep the readiness state right on every
 * backend (the library sees each would-block), callbacks for iosrc_do_io and
 * a few lines about time and threads. Nothing here asserts from a thread.
 */
#ifndef CONTRACT_FAMILY_RIG_H
#define CONTRACT_FAMILY_RIG_H

#include "suite.h"

#include <stdatomic.h>

#define RIG_TOKEN UINT64_C(0xfeedface00000001)
#define RIG_BOTH (IOSRC_READABLE | IOSRC_WRITABLE)
#define RIG_CLOSED (IOSRC_READ_CLOSED | IOSRC_WRITE_CLOSED)

enum rig_kind { RIG_UNIX, RIG_TCP, RIG_PIPE, RIG_KINDS };
#define RIG_SOCKETS RIG_PIPE /* the kinds below it go both ways */

/* The source is the end under test, of a pipe the reading one. */
struct rig {
	iosrc_poller *poller;
	iosrc_source *source;
	iosrc_handle peer;
};

struct rig_io {
	void *data;
	size_t size;
	iosrc_handle result;
};

static inline void rig_handles(enum rig_kind kind, iosrc_handle fds[2])
{
	if (kind == RIG_UNIX)
		contract_pair(IOSRC_TYPE_STREAM, fds);
	else if (kind == RIG_TCP)
		contract_tcp_pair(fds);
	else
		contract_pipe(fds);
}

static inline iosrc_source *rig_watch(iosrc_poller *poller, iosrc_handle fd,
    uint64_t token, iosrc_bits interest)
{
	iosrc_source *source = contract_source(fd);

	assert_ok(iosrc_register(source, poller, token, interest));
	return source;
}

static inline void rig_open(struct rig *rig, enum rig_kind kind,
    iosrc_bits interest)
{
	iosrc_handle fds[2];

	rig_handles(kind, fds);
	rig->poller = contract_poller(0);
	rig->source = rig_watch(rig->poller, fds[0], RIG_TOKEN, interest);
	rig->peer = fds[1];
}

static inline void rig_shut(struct rig *rig)
{
	assert_ok(iosrc_close(rig->source));
	if (rig->peer >= 0)
		system_close(rig->peer);
	assert_ok(iosrc_poller_release(rig->poller));
}

static inline void rig_each_kind(void (*body)(enum rig_kind kind))
{
	unsigned kind;

	for (kind = 0; kind < RIG_KINDS; kind++)
		body((enum rig_kind)kind);
}

static inline iosrc_event rig_expect(struct rig *rig)
{
	return contract_expect(rig->poller, RIG_TOKEN);
}

static inline iosrc_handle rig_handle(const struct rig *rig)
{
	return iosrc_source_handle(rig->source);
}

static inline void rig_again(struct rig *rig, iosrc_bits interest)
{
	assert_ok(
	    iosrc_reregister(rig->source, rig->poller, RIG_TOKEN, interest));
}

static inline int64_t rig_wait(iosrc_poller *poller, iosrc_event *events,
    size_t capacity, int64_t timeout_ms)
{
	return iosrc_poller_wait(poller, events, capacity,
	    timeout_ms * CONTRACT_MS);
}

/* Reads to would-block or end through the library; also from a thread. */
static inline size_t rig_pull(iosrc_source *source, int64_t *out_last)
{
	char data[4096];
	size_t total = 0;
	int64_t got;

	while ((got = iosrc_read(source, data, sizeof(data))) > 0)
		total += (size_t)got;
	*out_last = got;
	return total;
}

static inline size_t rig_drain(iosrc_source *source)
{
	int64_t last;
	size_t total = rig_pull(source, &last);

	assert_true(last == 0 || last == IOSRC_E_WOULD_BLOCK);
	return total;
}

/* Takes `size` bytes and the would-block behind them; what is still under way
 * on a real network brings events of its own. */
static inline void rig_take(struct rig *rig, size_t size)
{
	size_t got = rig_drain(rig->source);

	while (got < size) {
		rig_expect(rig);
		got += rig_drain(rig->source);
	}
	assert_int_equal(got, size);
}

static inline int64_t IOSRC_CALL rig_io_read(iosrc_handle handle, void *user)
{
	struct rig_io *io = user;

	return system_read(handle, io->data, io->size);
}

static inline int64_t IOSRC_CALL rig_io_peek(iosrc_handle handle, void *user)
{
	struct rig_io *io = user;

	return system_recv(handle, io->data, io->size, IOSRC_RECV_PEEK);
}

/* The connection, or -1, goes into `result`. */
static inline int64_t IOSRC_CALL rig_io_accept(iosrc_handle handle, void *user)
{
	struct rig_io *io = user;
	iosrc_status status;

	io->result = system_accept(handle, &status);
	return status;
}

/* To the port that stands in `result`. */
static inline int64_t IOSRC_CALL rig_io_connect(iosrc_handle handle, void *user)
{
	struct rig_io *io = user;

	return system_connect(handle, (uint16_t)io->result);
}

/* Accepts one connection through the source, or answers -1 for would-block. */
static inline iosrc_handle rig_accept(iosrc_source *source)
{
	struct rig_io io = { NULL, 0, -1 };
	int64_t status = iosrc_do_io(source, IOSRC_READABLE, rig_io_accept,
	    &io);

	assert_true(status == 0 || status == IOSRC_E_WOULD_BLOCK);
	return io.result;
}

static inline iosrc_handle rig_client(uint16_t port)
{
	iosrc_handle handle = system_socket(IOSRC_TYPE_STREAM);
	iosrc_status status = system_connect(handle, port);

	assert_true(status == IOSRC_OK || system_is_under_way(status));
	return handle;
}

/* A port of the loopback at which nobody is. */
static inline uint16_t rig_dead_port(uint32_t type)
{
	iosrc_handle handle = system_socket(type);
	uint16_t port;

	assert_ok(system_bind(handle, 0));
	port = system_port(handle);
	system_close(handle);
	return port;
}

static inline uint64_t rig_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static inline void rig_start(system_thread *thread, void *(*body)(void *),
    void *user)
{
	assert_int_equal(system_thread_start(thread, body, user), 0);
}

/* Few rounds may be over before a thread beside them has had a processor: they
 * go on until it has done something. */
static inline int rig_is_untouched(_Atomic uint64_t *done, int64_t began)
{
	return atomic_load(done) == 0 &&
	    contract_now() - began <
	    CONTRACT_SOON * (int64_t)contract_slowness();
}

#endif
