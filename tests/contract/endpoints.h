/* SPDX-License-Identifier: MIT
 *
 * endpoints.h: connected pairs and listeners, made by the calls of
 * iosrc_net.h alone, for the families that test them. Every call here fails
 * the test when it fails.
 */
#ifndef CONTRACT_ENDPOINTS_H
#define CONTRACT_ENDPOINTS_H

#include "suite.h"

#include <iosrc_net.h>

enum net_kind {
	NET_TCP,
	NET_TCP6,
	NET_UNIX,
	NET_PAIR,
	NET_SEQPACKET,
	NET_PAIR_SEQPACKET,
	NET_UDP,
	NET_UDP6,
	NET_UNIX_DATAGRAM,
	NET_PAIR_DATAGRAM,
	NET_PIPE, /* a reads, b writes */
	NET_KINDS
};

extern const char *const net_names[NET_KINDS];

/* Two ends that are connected to each other; a has accepted. */
struct net {
	enum net_kind kind;
	iosrc_source *a, *b;
};

/* Does the system have this kind? If not, the test goes on without it. */
int net_has(enum net_kind kind);
int net_is_stream(enum net_kind kind);   /* of bytes: pipes too */
int net_is_datagram(enum net_kind kind); /* records without a connection */
int net_is_inet6(enum net_kind kind);
uint32_t net_type(enum net_kind kind); /* IOSRC_TYPE_* */

void net_open(enum net_kind kind, struct net *out);
void net_close(struct net *net); /* an end that is NULL was closed before */

/* They skip the test, by name, where the system has none. */
void net_need(enum net_kind kind);
void net_need_abstract(void);
void net_need_inet6(void);

iosrc_address net_address(const char *text);
/* A unix path that nobody uses, in the folder for temporary files. */
iosrc_address net_path(void);
void net_unlink(const iosrc_address *path);
/* Any address of the kind, for a listener or a datagram socket. */
iosrc_address net_anywhere(enum net_kind kind);

iosrc_address net_local(iosrc_source *source);
iosrc_address net_peer(iosrc_source *source);
int net_equal(const iosrc_address *one, const iosrc_address *other);

iosrc_source *net_listen(const iosrc_address *address, uint32_t type);
/* Listens anywhere; the address is the one that was got. */
iosrc_source *net_listener(enum net_kind kind, iosrc_address *out_address);
iosrc_source *net_connect(const iosrc_address *address, uint32_t type);
iosrc_source *net_bind(const iosrc_address *address);
/* Accepts one connection, which may be on its way still. */
iosrc_source *net_accept(iosrc_source *listener, iosrc_address *out_peer);
iosrc_handle net_handle(const iosrc_source *source);
/* Waits until the system itself says that there is something to read. */
void net_await(const iosrc_source *source);
void net_await_urgent(const iosrc_source *source);

iosrc_io_item net_item(const iosrc_source *source, uint32_t opcode,
    uint64_t data, uint64_t size);

#endif
