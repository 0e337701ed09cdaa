/* SPDX-License-Identifier: MIT
 *
 * family_n_bulk.c: N3, 16 MiB through each pair of calls, in edge mode. Both
 * ends are driven by events alone, so a direction that is not armed again
 * stops the flow; every byte is compared with what belongs at its place.
 */
#include "family_n.h"

#include "endpoints.h"
#include "family_rig.h"

#include <string.h>

#define WHOLE ((uint64_t)16 << 20)
#define PERIOD 1000003u /* a prime: no buffer size divides it */
#define PIECE 50000u    /* most bytes of one call */
#define RECORD 3000u    /* most bytes of one record */

static unsigned char pattern[PERIOD + PIECE];

static void pattern_make(void)
{
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
	size_t i;

	for (i = 0; i < PERIOD; i++)
		pattern[i] = (unsigned char)(rig_random(&seed) >> 32);
	memcpy(pattern + PERIOD, pattern, PIECE);
}

static const unsigned char *pattern_at(uint64_t position)
{
	return pattern + position % PERIOD;
}

static void check_pattern(const void *data, size_t size, uint64_t position)
{
	if (memcmp(data, pattern_at(position), size) != 0)
		fail_msg("wrong bytes within %llu at %llu",
		    (unsigned long long)size, (unsigned long long)position);
}

/* ---- one connection ---- */

struct flow;

/* Moves at most size bytes from or to the flow's position. */
typedef int64_t (*mover)(struct flow *flow, size_t size);

struct flow {
	struct net net;
	uint64_t sent, received, whole;
	uint64_t seed;
	size_t most;
	mover put, get;
	int sending, receiving; /* directions that may make progress */
};

static size_t some(struct flow *flow, uint64_t left)
{
	size_t size = 1 + rig_random(&flow->seed) % flow->most;

	return size < left ? size : (size_t)left;
}

/* ---- the calls ---- */

static int64_t put_write(struct flow *flow, size_t size)
{
	return iosrc_write(flow->net.b, pattern_at(flow->sent), size);
}

static int64_t put_send(struct flow *flow, size_t size)
{
	return iosrc_send(flow->net.b, pattern_at(flow->sent), size, 0);
}

static int64_t put_writev(struct flow *flow, size_t size)
{
	uintptr_t data = (uintptr_t)pattern_at(flow->sent);
	iosrc_buffer buffers[3] = { { (void *)data, size / 3 }, { NULL, 0 },
		{ (void *)(data + size / 3), size - size / 3 } };

	return iosrc_writev(flow->net.b, buffers, 3);
}

static unsigned char got[PIECE];

static int64_t get_read(struct flow *flow, size_t size)
{
	return iosrc_read(flow->net.a, got, size);
}

static int64_t get_readv(struct flow *flow, size_t size)
{
	iosrc_buffer buffers[3] = { { got, size / 4 }, { NULL, 0 },
		{ got + size / 4, size - size / 4 } };

	return iosrc_readv(flow->net.a, buffers, 3);
}

static int64_t get_recv(struct flow *flow, size_t size)
{
	iosrc_flags flags = 77;
	int64_t count;

	if (size % 2)
		return iosrc_recv(flow->net.a, got, size, 0, NULL);
	count = iosrc_recv(flow->net.a, got, size, 0, &flags);
	assert_int_equal(flags, count < 0 ? 77 : 0);
	return count;
}

/* Looks first, then takes what it saw: not less, not other. */
static int64_t get_peek(struct flow *flow, size_t size)
{
	int64_t seen = iosrc_recv(flow->net.a, got, size, IOSRC_RECV_PEEK,
	    NULL);

	if (seen <= 0)
		return seen;
	check_pattern(got, (size_t)seen, flow->received);
	memset(got, 0, (size_t)seen);
	if (net_is_stream(flow->net.kind))
		size = (size_t)seen;
	assert_int_equal(iosrc_recv(flow->net.a, got, size, 0, NULL), seen);
	return seen;
}

static int64_t get_recv_from(struct flow *flow, size_t size)
{
	iosrc_address peer;
	iosrc_flags flags = 77;
	int64_t count = iosrc_recv_from(flow->net.a, got, size, 0, &peer,
	    &flags);

	if (count >= 0)
		assert_int_equal(flags, 0);
	return count;
}

/* ---- driving one connection ---- */

static int may_block(int64_t count)
{
	if (count < 0 && count != IOSRC_E_WOULD_BLOCK)
		fail_msg("%s", iosrc_status_name((iosrc_status)count));
	return count < 0;
}

static void send_all(struct flow *flow)
{
	while (flow->sent < flow->whole) {
		int64_t count = flow->put(flow,
		    some(flow, flow->whole - flow->sent));

		if (may_block(count))
			return;
		assert_true(count > 0);
		flow->sent += (uint64_t)count;
	}
	assert_ok(iosrc_close(flow->net.b));
	flow->net.b = NULL;
}

/* Answers whether the end came. Asks for a whole record where there are any,
 * and takes a short count for drained where the header allows it. */
static int receive_all(struct flow *flow, iosrc_bits ready)
{
	int is_stream = net_is_stream(flow->net.kind);

	for (;;) {
		size_t size = is_stream ? some(flow, flow->most) : flow->most;
		int64_t count = flow->get(flow, size);

		if (may_block(count))
			return 0;
		if (count == 0)
			return 1;
		check_pattern(got, (size_t)count, flow->received);
		flow->received += (uint64_t)count;
		assert_true(flow->received <= flow->sent);
		if (is_stream && count < (int64_t)size &&
		    flow->get != get_peek &&
		    !(ready & (IOSRC_READ_CLOSED | IOSRC_ERROR)))
			return 0;
	}
}

static void flow_open(struct flow *flow, enum net_kind kind)
{
	memset(flow, 0, sizeof(*flow));
	net_open(kind, &flow->net);
	flow->whole = contract_scale(WHOLE);
	flow->seed = 0x5eed + (uint64_t)kind;
	flow->most = net_is_stream(kind) ? PIECE : RECORD;
}

static void run(enum net_kind kind, mover put, mover get)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_event event;
	struct flow flow;
	int ended = 0;

	flow_open(&flow, kind);
	flow.put = put;
	flow.get = get;
	assert_ok(iosrc_register(flow.net.a, poller, 0, IOSRC_READABLE));
	assert_ok(iosrc_register(flow.net.b, poller, 1, IOSRC_WRITABLE));
	while (!ended) {
		if (rig_wait(poller, &event, 1,
		        5000 * (int64_t)contract_slowness()) != 1)
			fail_msg("%s stopped at %llu sent, %llu received",
			    net_names[kind], (unsigned long long)flow.sent,
			    (unsigned long long)flow.received);
		if (event.token == 0)
			ended = receive_all(&flow, event.ready);
		else if (flow.net.b)
			send_all(&flow);
	}
	assert_true(flow.sent == flow.whole);
	assert_true(flow.received == flow.whole);
	net_close(&flow.net);
	assert_ok(iosrc_poller_release(poller));
}

static void on_sockets(mover put, mover get)
{
	pattern_make();
	run(NET_TCP, put, get);
	if (net_has(NET_UNIX))
		run(NET_UNIX, put, get);
	run(NET_PAIR, put, get);
	if (net_has(NET_SEQPACKET))
		run(NET_SEQPACKET, put, get);
	if (net_has(NET_PAIR_SEQPACKET))
		run(NET_PAIR_SEQPACKET, put, get);
}

void contract_N3_whole_by_read_and_write(void **state)
{
	(void)state;
	on_sockets(put_write, get_read);
	run(NET_PIPE, put_write, get_read);
}

void contract_N3_whole_by_readv_and_writev(void **state)
{
	(void)state;
	on_sockets(put_writev, get_readv);
	run(NET_PIPE, put_writev, get_readv);
}

void contract_N3_whole_by_send_and_recv(void **state)
{
	(void)state;
	on_sockets(put_send, get_recv);
}

void contract_N3_whole_by_send_and_peek(void **state)
{
	(void)state;
	on_sockets(put_send, get_peek);
}

void contract_N3_whole_by_send_and_recv_from(void **state)
{
	(void)state;
	on_sockets(put_send, get_recv_from);
}

/* ---- many connections in batches ---- */

#define LANES 32
#define GETS 2 /* items that read from one lane, in array order */
#define ROOM 2048u

struct lanes {
	iosrc_poller *poller;
	uint32_t put, get; /* opcodes */
	struct flow flows[LANES];
	uint64_t ended;
	iosrc_io_item items[LANES * (GETS + 1)];
	unsigned lane_of[LANES * (GETS + 1)];
	size_t count;
	unsigned char memory[LANES * (GETS + 1) * ROOM];
};

/* Each lane begins elsewhere in the pattern. */
static uint64_t lane_place(unsigned lane, uint64_t position)
{
	return position + lane * UINT64_C(31337);
}

static iosrc_io_item *lane_item(struct lanes *lanes, unsigned lane,
    const iosrc_source *source, uint32_t opcode, size_t size)
{
	iosrc_io_item *item = &lanes->items[lanes->count];

	*item = net_item(source, opcode, lanes->count * ROOM, size);
	lanes->lane_of[lanes->count++] = lane;
	return item;
}

/* At most one item that sends a lane's bytes: behind a short count the next
 * one's would be out of place. */
static void lanes_fill(struct lanes *lanes)
{
	unsigned lane, k;

	lanes->count = 0;
	for (lane = 0; lane < LANES; lane++) {
		struct flow *flow = &lanes->flows[lane];
		size_t size = some(flow, flow->whole - flow->sent);

		if (flow->sending) {
			memcpy(lanes->memory + lanes->count * ROOM,
			    pattern_at(lane_place(lane, flow->sent)), size);
			lane_item(lanes, lane, flow->net.b, lanes->put, size);
		}
		for (k = 0; flow->receiving && k < GETS; k++)
			lane_item(lanes, lane, flow->net.a, lanes->get, ROOM);
	}
}

static void lane_sent(struct flow *flow, int64_t result)
{
	if (may_block(result)) {
		flow->sending = 0;
		return;
	}
	assert_true(result > 0);
	flow->sent += (uint64_t)result;
	if (flow->sent < flow->whole)
		return;
	flow->sending = 0;
	assert_ok(iosrc_close(flow->net.b));
	flow->net.b = NULL;
}

static void lane_received(struct lanes *lanes, unsigned lane,
    const iosrc_io_item *item)
{
	struct flow *flow = &lanes->flows[lane];

	if (may_block(item->out_result)) {
		flow->receiving = 0;
	} else if (item->out_result == 0) {
		lanes->ended |= UINT64_C(1) << lane;
		flow->receiving = 0;
	} else {
		check_pattern(lanes->memory + item->data,
		    (size_t)item->out_result, lane_place(lane, flow->received));
		flow->received += (uint64_t)item->out_result;
	}
}

static void lanes_settle(struct lanes *lanes)
{
	size_t i;

	for (i = 0; i < lanes->count; i++) {
		const iosrc_io_item *item = &lanes->items[i];
		unsigned lane = lanes->lane_of[i];

		assert_int_equal(item->out_flags, 0);
		if (item->opcode == lanes->put)
			lane_sent(&lanes->flows[lane], item->out_result);
		else
			lane_received(lanes, lane, item);
	}
}

/* Takes events until some lane can move; token: the lane, twice. */
static void lanes_wait(struct lanes *lanes)
{
	iosrc_event events[2 * LANES];
	int64_t count, i;

	count = rig_wait(lanes->poller, events, 2 * LANES,
	    5000 * (int64_t)contract_slowness());
	if (count <= 0)
		fail_msg("the lanes stopped; ended: %llx",
		    (unsigned long long)lanes->ended);
	for (i = 0; i < count; i++) {
		struct flow *flow = &lanes->flows[events[i].token / 2];

		if (events[i].token % 2 && flow->net.b)
			flow->sending = 1;
		else if (events[i].token % 2 == 0)
			flow->receiving = 1;
	}
}

static void lanes_open(struct lanes *lanes, enum net_kind kind,
    iosrc_flags flags)
{
	unsigned i;

	lanes->ended = 0;
	lanes->poller = contract_poller(flags);
	for (i = 0; i < LANES; i++) {
		struct flow *flow = &lanes->flows[i];

		flow_open(flow, kind);
		flow->whole = contract_scale(WHOLE / LANES);
		flow->most = ROOM;
		assert_ok(iosrc_register(flow->net.a, lanes->poller,
		    (uint64_t)2 * i, IOSRC_READABLE));
		assert_ok(iosrc_register(flow->net.b, lanes->poller,
		    (uint64_t)2 * i + 1, IOSRC_WRITABLE));
	}
}

static void lanes_run(enum net_kind kind, uint32_t put, uint32_t get,
    iosrc_flags flags)
{
	static struct lanes lanes;
	unsigned i;

	lanes.put = put;
	lanes.get = get;
	lanes_open(&lanes, kind, flags);
	while (lanes.ended != (UINT64_C(1) << LANES) - 1) {
		lanes_fill(&lanes);
		if (lanes.count == 0) {
			lanes_wait(&lanes);
			continue;
		}
		assert_true(iosrc_io_many(lanes.poller, lanes.items,
		                lanes.count, sizeof(lanes.items[0]),
		                lanes.memory, sizeof(lanes.memory)) >= 0);
		lanes_settle(&lanes);
	}
	for (i = 0; i < LANES; i++) {
		assert_true(lanes.flows[i].received == lanes.flows[i].whole);
		net_close(&lanes.flows[i].net);
	}
	assert_ok(iosrc_poller_release(lanes.poller));
}

static void batches(uint32_t put, uint32_t get, iosrc_flags flags)
{
	pattern_make();
	lanes_run(NET_TCP, put, get, flags);
	if (net_has(NET_UNIX))
		lanes_run(NET_UNIX, put, get, flags);
	if (net_has(NET_PAIR_SEQPACKET))
		lanes_run(NET_PAIR_SEQPACKET, put, get, flags);
}

void contract_N3_whole_by_batches_of_read_and_write(void **state)
{
	(void)state;
	batches(IOSRC_OP_WRITE, IOSRC_OP_READ, 0);
	lanes_run(NET_PIPE, IOSRC_OP_WRITE, IOSRC_OP_READ, 0);
}

void contract_N3_whole_by_batches_of_recv_and_send(void **state)
{
	(void)state;
	batches(IOSRC_OP_SEND, IOSRC_OP_RECV, 0);
}

/* Where there is no ring this is the loop once more. */
void contract_N3_whole_by_batches_through_a_ring(void **state)
{
	(void)state;
	batches(IOSRC_OP_WRITE, IOSRC_OP_READ, IOSRC_POLLER_IO_URING);
	batches(IOSRC_OP_SEND, IOSRC_OP_RECV, IOSRC_POLLER_IO_URING);
	lanes_run(NET_PIPE, IOSRC_OP_WRITE, IOSRC_OP_READ,
	    IOSRC_POLLER_IO_URING);
}
