/* SPDX-License-Identifier: MIT
 *
 * family_x.h: tests of family X that live beside its table: the walk over
 * every entry, and faults.
 */
#ifndef CONTRACT_FAMILY_X_H
#define CONTRACT_FAMILY_X_H

#include "suite.h"

/* A poller on the backend under test, if there is one to be had. */
static inline iosrc_status try_create(iosrc_poller **out)
{
	iosrc_poller_options options = { 0, contract_backend() };

	*out = NULL;
	return iosrc_poller_create(&options, sizeof(options), out);
}

void contract_X1_source_calls(void **state);
void contract_X1_interests_and_directions(void **state);
void contract_X1_direct_io(void **state);
void contract_X1_poller_calls(void **state);
void contract_X1_waker_calls(void **state);
void contract_X1_batches(void **state);
void contract_X1_statuses_and_library(void **state);
void contract_X1_what_null_may_be_given_to(void **state);
void contract_X1_address_calls(void **state);
void contract_X1_addresses_out_of_range(void **state);
void contract_X1_endpoints_without_arguments(void **state);
void contract_X1_options_of_listen(void **state);
void contract_X1_options_of_connect(void **state);
void contract_X1_options_of_bind_datagram(void **state);
void contract_X1_socket_calls(void **state);
void contract_X1_errors_options_and_groups(void **state);
void contract_X1_nothing_to_send_or_receive(void **state);
void contract_X1_socket_calls_on_a_closed_handle(void **state);

void contract_X2_no_descriptor_left_at_poller_create(void **state);
void contract_X2_no_descriptor_left_elsewhere(void **state);
void contract_X2_poller_create_without_memory(void **state);
void contract_X2_every_allocation_failing_once(void **state);
void contract_X2_refused_calls_at_poller_create(void **state);
void contract_X2_refused_registration_changes_nothing(void **state);
void contract_X2_refused_wait_loses_nothing(void **state);
void contract_X2_making_without_memory(void **state);
void contract_X2_accept_without_memory(void **state);
void contract_X3_accept_without_descriptors_level(void **state);
void contract_X3_accept_without_descriptors_edge(void **state);
void contract_X3_accept_in_do_io_without_descriptors(void **state);
void contract_X3_accept_with_one_descriptor_left(void **state);
void contract_X3_making_without_descriptors(void **state);
void contract_X3_the_system_has_none_left(void **state);
void contract_X4_eventfd2_denied_eperm(void **state);
void contract_X4_eventfd2_denied_enosys(void **state);
void contract_X4_epoll_pwait2_denied_eperm(void **state);
void contract_X4_epoll_pwait2_denied_enosys(void **state);
void contract_X4_pipe2_denied_eperm(void **state);
void contract_X4_pipe2_denied_enosys(void **state);
void contract_X4_accept4_denied_eperm(void **state);
void contract_X4_accept4_denied_enosys(void **state);
void contract_X4_io_uring_setup_denied_eperm(void **state);
void contract_X4_io_uring_setup_denied_enosys(void **state);
void contract_X4_fork_mark_denied(void **state);
void contract_X6_endpoint_options_of_any_size(void **state);
void contract_X7_a_claimed_wake_comes_before_the_error(void **state);
void contract_X7_signals_take_no_event(void **state);

#endif
