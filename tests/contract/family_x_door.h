/* SPDX-License-Identifier: MIT
 *
 * family_x_door.h: what accepts and what makes, for the tests of what they do
 * when something runs out.
 */
#ifndef CONTRACT_FAMILY_X_DOOR_H
#define CONTRACT_FAMILY_X_DOOR_H

#include "endpoints.h"

#define CLIENTS 8

struct door {
	enum net_kind kind;
	iosrc_poller *poller;
	iosrc_source *listener;
	iosrc_address address;
	iosrc_source *clients[CLIENTS];
	unsigned client_count;
};

/* Three have knocked, and the listener is registered under token 1. */
void door_open(struct door *door, enum net_kind kind, iosrc_bits mode);
void door_knock(struct door *door, unsigned count);
/* Exactly so many connections wait to be accepted. */
void door_accept(struct door *door, unsigned expected);
void door_close(struct door *door);

struct makings {
	iosrc_address inet, path, served;
	iosrc_source *a, *b;
};

#define MAKINGS 6
extern const struct making {
	iosrc_status (*make)(struct makings *m);
	unsigned handles;
	enum net_kind kind; /* the system may not have it */
} makings[MAKINGS];

/* Answers a listener that the makings connect to. */
iosrc_source *makings_open(struct makings *m);
void makings_end(struct makings *m);

#endif
