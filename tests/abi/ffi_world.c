/* SPDX-License-Identifier: MIT
 *
 * ffi_world.c: makes, watches and ends what the cases of the walk call with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ffi_system.h"
#include "ffi_world.h"

#define PATTERN 0xa5

/* ---- cases ---- */

static const struct ffi_case *const lists[] = {
	ffi_core_cases,
	ffi_poller_cases,
	ffi_net_cases,
};

const struct ffi_case *ffi_case_of(const char *name)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		for (const struct ffi_case *c = lists[i]; c->name; c++)
			if (strcmp(c->name, name) == 0)
				return c;
	return NULL;
}

size_t ffi_case_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		for (const struct ffi_case *c = lists[i]; c->name; c++)
			count++;
	return count;
}

/* ---- objects ---- */

static iosrc_source *bound_datagram(void)
{
	iosrc_address address;
	iosrc_source *source;

	assert_int_equal(iosrc_address_parse("127.0.0.1:0", SIZE_MAX, &address),
	    IOSRC_OK);
	assert_int_equal(iosrc_bind_datagram(&address, NULL, 0, &source),
	    IOSRC_OK);
	return source;
}

void world_make(struct world *world, uint32_t backend)
{
	memset(world, 0, sizeof *world);
	memset(&world->out, PATTERN, sizeof world->out);
	world->backend = backend;
	world->handle = -1;
	world->poller_options.backend = backend;
	assert_int_equal(iosrc_poller_create(&world->poller_options,
	                     sizeof world->poller_options, &world->poller),
	    IOSRC_OK);
	assert_int_equal(
	    iosrc_waker_create(world->poller, WORLD_WAKER_TOKEN, &world->waker),
	    IOSRC_OK);
	assert_int_equal(
	    iosrc_pair(IOSRC_TYPE_STREAM, &world->near, &world->far), IOSRC_OK);
	assert_int_equal(iosrc_register(world->near, world->poller, WORLD_TOKEN,
	                     IOSRC_READABLE),
	    IOSRC_OK);
	assert_int_equal(
	    iosrc_pair(IOSRC_TYPE_STREAM, &world->spare, &world->beyond),
	    IOSRC_OK);
	world->datagram = bound_datagram();
	world->other = bound_datagram();
}

void world_connect(struct world *world)
{
	assert_int_equal(
	    iosrc_address_parse("127.0.0.1:0", SIZE_MAX, &world->address),
	    IOSRC_OK);
	assert_int_equal(
	    iosrc_listen(&world->address, NULL, 0, &world->listener), IOSRC_OK);
	assert_int_equal(iosrc_local_address(world->listener, &world->address),
	    IOSRC_OK);
	assert_int_equal(
	    iosrc_connect(&world->address, NULL, 0, &world->client), IOSRC_OK);
	/* A connection that is reset leaves no port behind. */
	assert_int_equal(
	    iosrc_set_option(world->client, IOSRC_OPTION_LINGER, 0), IOSRC_OK);
}

void world_end(struct world *world)
{
	iosrc_source *sources[] = { world->near, world->far, world->spare,
		world->beyond, world->datagram, world->other, world->client,
		world->listener };

	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		assert_int_equal(iosrc_close(sources[i]), IOSRC_OK);
	if (world->handle >= 0)
		system_close(world->handle);
	assert_int_equal(iosrc_waker_release(world->waker), IOSRC_OK);
	assert_int_equal(iosrc_poller_release(world->poller), IOSRC_OK);
}

void world_await(iosrc_source *source)
{
	system_await(iosrc_source_handle(source));
}

void world_send_text(iosrc_source *from, iosrc_source *to)
{
	assert_int_equal(iosrc_write(from, WORLD_TEXT, WORLD_TEXT_SIZE),
	    WORLD_TEXT_SIZE);
	world_await(to);
}

void world_expect_text(iosrc_source *source)
{
	char data[WORLD_TEXT_SIZE + 1];

	world_await(source);
	assert_int_equal(iosrc_read(source, data, sizeof data),
	    WORLD_TEXT_SIZE);
	assert_memory_equal(data, WORLD_TEXT, WORLD_TEXT_SIZE);
}

/* ---- what may not change ---- */

void world_save(const struct world *world, struct world_state *out_state)
{
	memset(out_state, 0, sizeof *out_state);
	memcpy(&out_state->bytes, world, sizeof *world);
	out_state->handles = system_handles();
	assert_int_equal(iosrc_poller_stats(world->poller, &out_state->counters,
	                     sizeof out_state->counters),
	    IOSRC_OK);
	out_state->registrations[0] = iosrc_source_registration(world->near);
	out_state->registrations[1] = iosrc_source_registration(world->spare);
	out_state->registrations[2] = iosrc_source_registration(world->beyond);
}

const char *world_changed(const struct world *world,
    const struct world_state *state)
{
	struct world_state now;

	world_save(world, &now);
	if (memcmp(&now.bytes, &state->bytes, sizeof now.bytes) != 0)
		return "the memory";
	if (now.handles != state->handles)
		return "the open handles";
	if (memcmp(&now.counters, &state->counters, sizeof now.counters) != 0)
		return "the poller's counters";
	if (memcmp(now.registrations, state->registrations,
	        sizeof now.registrations) != 0)
		return "a registration";
	return NULL;
}
