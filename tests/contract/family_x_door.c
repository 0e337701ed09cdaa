/* SPDX-License-Identifier: MIT
 *
 * family_x_door.c: a listener that is knocked at, and every call that makes
 * a source with a handle of its own.
 */
#include "family_x_door.h"

#include "family_rig.h"

#include <string.h>

void door_knock(struct door *door, unsigned count)
{
	for (; count > 0; count--)
		door->clients[door->client_count++] = net_connect(
		    &door->address, net_type(door->kind));
}

void door_open(struct door *door, enum net_kind kind, iosrc_bits mode)
{
	memset(door, 0, sizeof(*door));
	door->kind = kind;
	door->poller = contract_poller(0);
	door->listener = net_listener(kind, &door->address);
	assert_ok(iosrc_register(door->listener, door->poller, 1,
	    IOSRC_READABLE | mode));
	door_knock(door, 3);
	net_await(door->listener);
}

void door_accept(struct door *door, unsigned expected)
{
	iosrc_source *served = NULL;

	for (; expected > 0; expected--) {
		served = net_accept(door->listener, NULL);
		assert_ok(iosrc_close(served));
	}
	assert_status(iosrc_accept(door->listener, NULL, &served),
	    IOSRC_E_WOULD_BLOCK);
}

void door_close(struct door *door)
{
	while (door->client_count > 0)
		assert_ok(iosrc_close(door->clients[--door->client_count]));
	assert_ok(iosrc_close(door->listener));
	if (door->address.family == IOSRC_FAMILY_UNIX)
		net_unlink(&door->address);
	assert_ok(iosrc_poller_release(door->poller));
}

/* ---- making ---- */

static iosrc_status make_listener(struct makings *m)
{
	return iosrc_listen(&m->inet, NULL, 0, &m->a);
}

static iosrc_status make_unix_listener(struct makings *m)
{
	iosrc_status status = iosrc_listen(&m->path, NULL, 0, &m->a);

	if (status == IOSRC_OK)
		net_unlink(&m->path);
	return status;
}

static iosrc_status make_connection(struct makings *m)
{
	return iosrc_connect(&m->served, NULL, 0, &m->a);
}

static iosrc_status make_datagrams(struct makings *m)
{
	return iosrc_bind_datagram(&m->inet, NULL, 0, &m->a);
}

static iosrc_status make_pair(struct makings *m)
{
	return iosrc_pair(IOSRC_TYPE_STREAM, &m->a, &m->b);
}

static iosrc_status make_pipe(struct makings *m)
{
	return iosrc_pipe(&m->a, &m->b);
}

const struct making makings[MAKINGS] = { { make_listener, 1, NET_TCP },
	{ make_unix_listener, 1, NET_UNIX }, { make_connection, 1, NET_TCP },
	{ make_datagrams, 1, NET_UDP }, { make_pair, 2, NET_PAIR },
	{ make_pipe, 2, NET_PIPE } };

iosrc_source *makings_open(struct makings *m)
{
	memset(m, 0, sizeof(*m));
	m->inet = net_address("127.0.0.1:0");
	m->path = net_path();
	return net_listener(NET_TCP, &m->served);
}

void makings_end(struct makings *m)
{
	assert_ok(iosrc_close(m->a));
	assert_ok(iosrc_close(m->b));
	m->a = m->b = NULL;
}
