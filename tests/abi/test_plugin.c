/* SPDX-License-Identifier: MIT
 *
 * test_plugin.c: the library as a plugin. Loaded at run time alone (this
 * program is not linked with it), negotiated through iosrc_api_get, loaded
 * and unloaded again and again, and twice at once.
 */
#include <setjmp.h>
#include <stdarg.h>
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

/* One round through the table: that it does work. */
static void use(const iosrc_api *api)
{
	iosrc_event event = { 0, 0, 0, 0 };
	iosrc_poller *poller = NULL;
	iosrc_waker *waker = NULL;

	assert_int_equal(api->poller_create(NULL, 0, &poller), IOSRC_OK);
	assert_int_equal(api->waker_create(poller, 7, &waker), IOSRC_OK);
	assert_int_equal(api->waker_wake(waker), IOSRC_OK);
	assert_int_equal(api->poller_wait(poller, &event, 1, 0), 1);
	assert_int_equal(event.token, 7);
	assert_int_equal(api->waker_release(waker), IOSRC_OK);
	assert_int_equal(api->poller_release(poller), IOSRC_OK);
}

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

	(void)state;
	for (int i = 0; i < 10; i++)
		load_use_unload();
	fds = loading_handles();
	mappings = loading_mappings();
	own = loading_mappings_of(library_path);

	for (int i = 0; i < CYCLES; i++)
		load_use_unload();
	assert_int_equal(loading_handles(), fds);
	assert_int_equal(loading_mappings_of(library_path), own);
	/* A sanitizer or the heap may add a few of its own, once. */
	assert_in_range(loading_mappings(), 0, mappings + 8);
}

/* Each copy answers its own functions, whatever else is in the process: a
 * table that led into the other copy would mix their objects. */
static void expect_apart(bool first_global)
{
	char copy_path[LOADING_PATH_SIZE], path[LOADING_PATH_SIZE];
	void *first, *second;
	iosrc_api one, two;

	loading_copy(library_path, copy_path);
	first = loading_open(library_path, first_global);
	second = loading_open(copy_path, false);
	loading_remove_loaded(copy_path);

	get_table(first, &one);
	get_table(second, &two);
	for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
		void *function = slot_of(&two, &slots[i]);

		if (function == slot_of(&one, &slots[i]))
			fail_msg("%s of the copy is that of the first",
			    slots[i].function);
		loading_path_of(function, path);
		assert_string_equal(path, copy_path);
	}
	use(&one);
	use(&two);
	loading_close(first);
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
	};

	if (!find_library()) {
		/* test-symbols.sh fails when that is not meant to be. */
		printf("skipped: no shared library at %s\n", library_path);
		return 77;
	}
	return cmocka_run_group_tests_name("plugin", tests, NULL, NULL);
}
