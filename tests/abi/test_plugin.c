/* SPDX-License-Identifier: MIT
 *
 * test_plugin.c: the library as a plugin. Loaded at run time alone (this
 * program is not linked with it), negotiated through iosrc_api_get, loaded
 * and unloaded again and again with real work each time, and twice at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <iosrc_plugin.h>

#include "loading.h"

#define HEAD_SIZE offsetof(iosrc_api, library_version)
#define FILLER 0xa5
#define CYCLES 1000

typedef iosrc_status(IOSRC_CALL *api_get_fn)(uint32_t abi, iosrc_api *out_table,
    size_t table_size);

struct slot {
	size_t offset;
	const char *function;
};

#define SLOT(slot, function) \
	{ \
		offsetof(iosrc_api, slot), #function \
	}

static const struct slot slots[] = {
	SLOT(library_version, iosrc_version),
	SLOT(version_string, iosrc_version_string),
	SLOT(library_abi, iosrc_abi),
	SLOT(backend_name, iosrc_backend_name),
	SLOT(status_kind, iosrc_status_kind),
	SLOT(status_os, iosrc_status_os),
	SLOT(status_name, iosrc_status_name),
	SLOT(status_message, iosrc_status_message),
	SLOT(status_from_os, iosrc_status_from_os),
	SLOT(status_last_os, iosrc_status_last_os),
	SLOT(create, iosrc_create),
	SLOT(source_handle, iosrc_source_handle),
	SLOT(source_registration, iosrc_source_registration),
	SLOT(register_source, iosrc_register),
	SLOT(reregister, iosrc_reregister),
	SLOT(deregister, iosrc_deregister),
	SLOT(do_io, iosrc_do_io),
	SLOT(rearm, iosrc_rearm),
	SLOT(into_inner, iosrc_into_inner),
	SLOT(close, iosrc_close),
	SLOT(read, iosrc_read),
	SLOT(write, iosrc_write),
	SLOT(readv, iosrc_readv),
	SLOT(writev, iosrc_writev),
	SLOT(poller_create, iosrc_poller_create),
	SLOT(poller_retain, iosrc_poller_retain),
	SLOT(poller_release, iosrc_poller_release),
	SLOT(poller_wait, iosrc_poller_wait),
	SLOT(is_current, iosrc_is_current),
	SLOT(poller_expose, iosrc_poller_expose),
	SLOT(poller_backend, iosrc_poller_backend),
	SLOT(poller_capabilities, iosrc_poller_capabilities),
	SLOT(poller_stats, iosrc_poller_stats),
	SLOT(waker_create, iosrc_waker_create),
	SLOT(waker_wake, iosrc_waker_wake),
	SLOT(waker_retain, iosrc_waker_retain),
	SLOT(waker_release, iosrc_waker_release),
	SLOT(register_many, iosrc_register_many),
	SLOT(io_many, iosrc_io_many),
	SLOT(address_parse, iosrc_address_parse),
	SLOT(address_format, iosrc_address_format),
	SLOT(local_address, iosrc_local_address),
	SLOT(peer_address, iosrc_peer_address),
	SLOT(listen, iosrc_listen),
	SLOT(connect, iosrc_connect),
	SLOT(bind_datagram, iosrc_bind_datagram),
	SLOT(pair, iosrc_pair),
	SLOT(pipe, iosrc_pipe),
	SLOT(accept, iosrc_accept),
	SLOT(recv, iosrc_recv),
	SLOT(send, iosrc_send),
	SLOT(recv_from, iosrc_recv_from),
	SLOT(send_to, iosrc_send_to),
	SLOT(shutdown, iosrc_shutdown),
	SLOT(take_error, iosrc_take_error),
	SLOT(set_option, iosrc_set_option),
	SLOT(get_option, iosrc_get_option),
	SLOT(multicast_join, iosrc_multicast_join),
	SLOT(multicast_leave, iosrc_multicast_leave),
};

static char library_path[LOADING_PATH_SIZE];

static api_get_fn entry_of(void *library)
{
	api_get_fn entry;

	*(void **)&entry = loading_find(library, "iosrc_api_get");
	assert_non_null(entry);
	return entry;
}

static void get_table(void *library, iosrc_api *out_api)
{
	memset(out_api, FILLER, sizeof *out_api);
	assert_int_equal(entry_of(library)(IOSRC_ABI, out_api, sizeof *out_api),
	    IOSRC_OK);
}

static void *slot_of(const iosrc_api *api, const struct slot *slot)
{
	void *function;

	memcpy(&function, (const char *)api + slot->offset, sizeof function);
	return function;
}

static void expect_bytes(const void *from, const void *to, int value)
{
	const unsigned char *byte = from;

	while (byte < (const unsigned char *)to)
		assert_int_equal(*byte++, value);
}

/* ---- real work, through a table alone ---- */

#define SOURCE_TOKEN UINT64_C(0x8000000000000001)
#define WAKER_TOKEN 7
#define LONGEST INT64_C(30000000000)

struct work {
	const iosrc_api *api;
	iosrc_poller *poller;
	iosrc_waker *waker;
	iosrc_source *near, *far; /* near is registered */
	bool woke;
};

static void work_begin(struct work *work, const iosrc_api *api,
    uint32_t backend)
{
	iosrc_poller_options options = { .backend = backend };

	work->api = api;
	assert_int_equal(
	    api->poller_create(&options, sizeof options, &work->poller),
	    IOSRC_OK);
	assert_int_equal(
	    api->waker_create(work->poller, WAKER_TOKEN, &work->waker),
	    IOSRC_OK);
	assert_int_equal(api->pair(IOSRC_TYPE_STREAM, &work->near, &work->far),
	    IOSRC_OK);
	assert_int_equal(api->register_source(work->near, work->poller,
	                     SOURCE_TOKEN, IOSRC_READABLE),
	    IOSRC_OK);
}

static void expect_event(const struct work *work, uint64_t token)
{
	iosrc_event event = { 0, 0, 0, 0 };

	assert_int_equal(
	    work->api->poller_wait(work->poller, &event, 1, LONGEST), 1);
	assert_true(event.token == token);
}

/* A wake and a source, in any order. */
static void expect_both_events(const struct work *work)
{
	iosrc_event events[2];
	int64_t count = 0;

	while (count < 2) {
		int64_t more = work->api->poller_wait(work->poller,
		    events + count, (size_t)(2 - count), LONGEST);

		assert_in_range(more, 1, 2);
		count += more;
	}
	assert_true((events[0].token ^ events[1].token) ==
	    (SOURCE_TOKEN ^ WAKER_TOKEN));
}

static void expect_nothing(const struct work *work)
{
	iosrc_event event;

	assert_int_equal(work->api->poller_wait(work->poller, &event, 1, 0), 0);
}

static void wake(void *user)
{
	struct work *work = user;

	work->woke = work->api->waker_wake(work->waker) == IOSRC_OK;
}

static int64_t IOSRC_CALL read_a_few(iosrc_handle handle, void *user)
{
	const struct work *work = user;
	char data[16];

	(void)handle;
	return work->api->read(work->near, data, sizeof data);
}

static void drain(struct work *work, int64_t expected)
{
	assert_int_equal(
	    work->api->do_io(work->near, IOSRC_READABLE, read_a_few, work),
	    expected);
	assert_int_equal(
	    work->api->do_io(work->near, IOSRC_READABLE, read_a_few, work),
	    IOSRC_E_WOULD_BLOCK);
}

/* Data and wakes come through, also into a wait of another thread. */
static void work_on(struct work *work)
{
	void *thread;

	expect_nothing(work);
	assert_int_equal(work->api->write(work->far, "abc", 3), 3);
	expect_event(work, SOURCE_TOKEN);
	drain(work, 3);
	work->woke = false;
	thread = loading_thread(wake, work);
	expect_event(work, WAKER_TOKEN);
	loading_join(thread);
	assert_true(work->woke);
	expect_nothing(work);
}

static void work_end(struct work *work)
{
	assert_int_equal(work->api->deregister(work->near, work->poller),
	    IOSRC_OK);
	assert_int_equal(work->api->close(work->near), IOSRC_OK);
	assert_int_equal(work->api->close(work->far), IOSRC_OK);
	assert_int_equal(work->api->waker_release(work->waker), IOSRC_OK);
	assert_int_equal(work->api->poller_release(work->poller), IOSRC_OK);
}

/* On each backend that the library has. */
static void use(const iosrc_api *api)
{
	unsigned backends = 0;
	struct work work;

	for (uint32_t backend = 1; backend < 32; backend++) {
		if (!api->backend_name(backend))
			continue;
		work_begin(&work, api, backend);
		work_on(&work);
		work_end(&work);
		backends++;
	}
	assert_in_range(backends, 1, 31);
}

/* ---- the table ---- */

static void test_the_whole_table_is_filled(void **state)
{
	void *library = loading_open(library_path, false);
	iosrc_api api;

	(void)state;
	get_table(library, &api);
	assert_int_equal(api.size, sizeof api);
	assert_int_equal(api.abi, IOSRC_ABI);
	assert_int_equal(api.version, IOSRC_VERSION);
	assert_int_equal(HEAD_SIZE +
	        sizeof slots / sizeof *slots * sizeof(void *),
	    sizeof api);
	for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
		void *function = slot_of(&api, &slots[i]);

		assert_non_null(function);
		assert_ptr_equal(function,
		    loading_find(library, slots[i].function));
	}
	use(&api);
	loading_close(library);
}

static void test_another_abi_is_refused_and_nothing_written(void **state)
{
	const uint32_t others[] = { 0, IOSRC_ABI + 1, UINT32_MAX };
	void *library = loading_open(library_path, false);
	iosrc_api api;

	(void)state;
	memset(&api, FILLER, sizeof api);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		assert_int_equal(entry_of(library)(others[i], &api, sizeof api),
		    IOSRC_E_UNSUPPORTED);
		expect_bytes(&api, &api + 1, FILLER);
	}
	loading_close(library);
}

static void test_null_and_sizes_out_of_range_are_refused(void **state)
{
	const size_t sizes[] = { 0, 1, HEAD_SIZE - 1, (size_t)0x80000000u,
		SIZE_MAX };
	void *library = loading_open(library_path, false);
	iosrc_api api;

	(void)state;
	assert_int_equal(entry_of(library)(IOSRC_ABI, NULL, sizeof api),
	    IOSRC_E_INVALID);
	memset(&api, FILLER, sizeof api);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		assert_int_equal(entry_of(library)(IOSRC_ABI, &api, sizes[i]),
		    IOSRC_E_INVALID);
		expect_bytes(&api, &api + 1, FILLER);
	}
	loading_close(library);
}

static void test_a_smaller_table_is_filled_up_to_its_size(void **state)
{
	void *library = loading_open(library_path, false);
	iosrc_api whole;
	iosrc_api api;

	(void)state;
	get_table(library, &whole);
	for (size_t size = HEAD_SIZE; size <= sizeof api;
	     size += sizeof(void *)) {
		memset(&api, FILLER, sizeof api);
		assert_int_equal(entry_of(library)(IOSRC_ABI, &api, size),
		    IOSRC_OK);
		assert_int_equal(api.size, size);
		assert_memory_equal(&api.abi, &whole.abi,
		    size - sizeof api.size);
		expect_bytes((char *)&api + size, &api + 1, FILLER);
	}
	loading_close(library);
}

static void test_a_newer_host_sees_null_in_the_tail(void **state)
{
	struct {
		iosrc_api api;
		void *newer[3];
		unsigned char behind[8];
	} table;
	void *library = loading_open(library_path, false);

	(void)state;
	memset(&table, FILLER, sizeof table);
	assert_int_equal(entry_of(library)(IOSRC_ABI, &table.api,
	                     offsetof(__typeof__(table), behind)),
	    IOSRC_OK);
	assert_int_equal(table.api.size, sizeof table.api);
	expect_bytes(table.newer, table.behind, 0);
	expect_bytes(table.behind, &table + 1, FILLER);
	use(&table.api);
	loading_close(library);
}

/* ---- loading and unloading ---- */

static int rounds(int full)
{
	const char *percent = getenv("IOSRC_TEST_SCALE");
	int scaled = percent ? full * atoi(percent) / 100 : full;

	return scaled < full / 20 ? full / 20 : scaled;
}

static void load_use_unload(void)
{
	void *library = loading_open(library_path, false);
	iosrc_api api;

	get_table(library, &api);
	use(&api);
	loading_close(library);
}

static void test_loading_and_unloading_leaves_nothing_behind(void **state)
{
	int fds, mappings, own;
	size_t heap;

	(void)state;
	for (int i = 0; i < 10; i++)
		load_use_unload();
	fds = loading_handles();
	mappings = loading_mappings();
	own = loading_mappings_of(library_path);
	heap = loading_heap();

	for (int i = 0; i < rounds(CYCLES); i++)
		load_use_unload();
	assert_int_equal(loading_handles(), fds);
	assert_int_equal(loading_mappings_of(library_path), own);
	/* The heap adds a few of its own, a sanitizer's more than one; the
	 * library would add one a round. */
	assert_in_range(loading_mappings(), 0,
	    mappings + 8 + rounds(CYCLES) / 4);
	assert_in_range(loading_heap(), 0, heap + 4096);
}

/* ---- two copies ---- */

/* Each copy answers its own functions, whatever else is in the process: a
 * table that led into the other copy would mix their objects. */
static void expect_own_functions(const iosrc_api *one, const iosrc_api *two,
    const char *two_path)
{
	for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
		void *function = slot_of(two, &slots[i]);
		char path[LOADING_PATH_SIZE];

		if (function == slot_of(one, &slots[i]))
			fail_msg("%s of the copy is that of the first",
			    slots[i].function);
		loading_path_of(function, path);
		assert_string_equal(path, two_path);
	}
}

/* What comes to the one does not come to the other, which works meanwhile. */
static void work_in_turns(struct work *one, struct work *other)
{
	assert_int_equal(one->api->waker_wake(one->waker), IOSRC_OK);
	assert_int_equal(one->api->write(one->far, "a", 1), 1);
	work_on(other);
	expect_both_events(one);
	drain(one, 1);
	work_on(one);
}

/* Both work at the same time; one goes, the other goes on with the objects
 * that it has. */
static void expect_apart(bool first_global)
{
	char copy_path[LOADING_PATH_SIZE];
	void *first, *second;
	iosrc_api one, two;
	struct work works[2];

	loading_copy(library_path, copy_path);
	first = loading_open(library_path, first_global);
	second = loading_open(copy_path, false);
	loading_remove_loaded(copy_path);

	get_table(first, &one);
	get_table(second, &two);
	expect_own_functions(&one, &two, copy_path);
	work_begin(&works[0], &one, IOSRC_BACKEND_DEFAULT);
	work_begin(&works[1], &two, IOSRC_BACKEND_DEFAULT);
	for (int i = 0; i < 4; i++)
		work_in_turns(&works[i % 2], &works[1 - i % 2]);
	work_end(&works[0]);
	loading_close(first);
	work_on(&works[1]);
	work_end(&works[1]);
	use(&two);
	loading_close(second);
	loading_remove_unloaded(copy_path);
}

static void test_two_local_copies_are_apart(void **state)
{
	(void)state;
	expect_apart(false);
}

static void test_a_copy_stays_apart_from_a_global_one(void **state)
{
	(void)state;
	if (!loading_has_global()) {
		print_message("SKIP: no symbol of a library is global here\n");
		skip();
	}
	expect_apart(true);
}

static void test_copies_come_and_go_beside_one_that_works(void **state)
{
	void *library = loading_open(library_path, false);
	char path[LOADING_PATH_SIZE];
	struct work work;
	iosrc_api api;

	(void)state;
	get_table(library, &api);
	work_begin(&work, &api, IOSRC_BACKEND_DEFAULT);
	for (int i = 0; i < rounds(CYCLES / 10); i++) {
		void *copy;
		iosrc_api other;

		loading_copy(library_path, path);
		copy = loading_open(path, false);
		loading_remove_loaded(path);
		get_table(copy, &other);
		use(&other);
		loading_close(copy);
		loading_remove_unloaded(path);
		work_on(&work);
	}
	work_end(&work);
	loading_close(library);
}

static bool find_library(void)
{
	const char *given = getenv("LIBIOSRC");
	const char *build = getenv("top_builddir");

	if (given)
		snprintf(library_path, sizeof library_path, "%s", given);
	else
		loading_built(build ? build : ".", library_path);
	return loading_is_there(library_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_whole_table_is_filled),
		cmocka_unit_test(
		    test_another_abi_is_refused_and_nothing_written),
		cmocka_unit_test(test_null_and_sizes_out_of_range_are_refused),
		cmocka_unit_test(test_a_smaller_table_is_filled_up_to_its_size),
		cmocka_unit_test(test_a_newer_host_sees_null_in_the_tail),
		cmocka_unit_test(
		    test_loading_and_unloading_leaves_nothing_behind),
		cmocka_unit_test(test_two_local_copies_are_apart),
		cmocka_unit_test(test_a_copy_stays_apart_from_a_global_one),
		cmocka_unit_test(test_copies_come_and_go_beside_one_that_works),
	};

	if (!find_library()) {
		/* test-symbols.sh fails when that is not meant to be. */
		printf("skipped: no shared library at %s\n", library_path);
		return 77;
	}
	return cmocka_run_group_tests_name("plugin", tests, NULL, NULL);
}
