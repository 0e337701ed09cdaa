/* SPDX-License-Identifier: MIT
 *
 * family_b_file.c: register_many of what goes another way than to the kernel.
 */
#include "family_rig.h"

#include "family_b.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

/* A pipe, its handle once more, and a file: the second takes over from the
 * first, and the third, which the kernel may refuse, is always ready. */
static void a_handle_twice_and_a_file(iosrc_flags flags)
{
	iosrc_poller *poller = contract_poller(flags);
	bool files = contract_can(IOSRC_CAN_POLL_FILES);
	iosrc_register_item items[3];
	iosrc_source *first;
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	iosrc_handle fds[2];

	assert_true(file >= 0);
	memset(items, 0, sizeof(items));
	contract_pipe(fds);
	first = contract_source(fds[0]);
	items[0] = (iosrc_register_item){ .token = 1,
		.interest = IOSRC_READABLE,
		.source = first };
	items[1] = (iosrc_register_item){ .token = 2,
		.interest = IOSRC_READABLE,
		.source = contract_source(fds[0]) };
	items[2] = (iosrc_register_item){ .token = 3,
		.interest = IOSRC_READABLE,
		.source = contract_source(file) };
	assert_int_equal(
	    iosrc_register_many(poller, items, 3, sizeof(items[0])), 2 + files);
	assert_int_equal(iosrc_source_registration(first), 0);
	if (files)
		contract_expect(poller, 3);
	contract_write(fds[1], "x", 1);
	contract_expect(poller, 2);
	assert_ok(iosrc_into_inner(first, NULL));
	assert_ok(iosrc_close(items[1].source));
	assert_ok(iosrc_close(items[2].source));
	system_close(fds[1]);
	assert_ok(iosrc_poller_release(poller));
}

void contract_B1_register_many_of_a_handle_twice_and_a_file(void **state)
{
	(void)state;
	a_handle_twice_and_a_file(0);
	a_handle_twice_and_a_file(IOSRC_POLLER_IO_URING);
}
