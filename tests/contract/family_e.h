/* SPDX-License-Identifier: MIT
 *
 * family_e.h: the tests of family E that do not stand beside its table, and
 * the many sources that two of its files need.
 */
#ifndef CONTRACT_FAMILY_E_H
#define CONTRACT_FAMILY_E_H

#include "suite.h"

#define HERD 100

/* Stream pairs on one poller; the token is the index. */
struct herd {
	iosrc_poller *poller;
	unsigned count;
	iosrc_source *sources[HERD];
	iosrc_handle peers[HERD];
	unsigned seen[HERD];
};

void herd_open(struct herd *herd, unsigned count, iosrc_bits interest);
void herd_close(struct herd *herd);

void contract_E1_drained_edge_fires_for_new_data(void **state);
void contract_E1_filled_edge_fires_when_there_is_room(void **state);
void contract_E2_undrained_edge_stays_quiet(void **state);
void contract_E2_writable_edge_reports_once(void **state);
void contract_E2_reregister_reports_undrained_edge_again(void **state);
void contract_E3_1_2_and_100_writes_before_a_wait(void **state);
void contract_E4_fewer_bytes_after_drain_fire_unix(void **state);
void contract_E4_fewer_bytes_after_drain_fire_tcp(void **state);
void contract_E4_fewer_bytes_after_drain_fire_pipe(void **state);
void contract_E4_equal_bytes_after_drain_fire(void **state);
void contract_E5_peek_that_would_block_arms_again(void **state);
void contract_E5_peek_that_succeeds_consumes_nothing(void **state);
void contract_E6_accept_after_drained_accept_gets_its_event(void **state);
void contract_E6_empty_datagram_is_readable(void **state);
void contract_E5_recv_peek_that_would_block_arms_again(void **state);
void contract_E5_recv_peek_that_succeeds_consumes_nothing(void **state);
void contract_E6_second_accept_by_call_gets_its_event(void **state);
void contract_E6_empty_datagrams_by_send_and_recv(void **state);

void contract_E9_oneshot_goes_to_one_of_four_threads(void **state);
void contract_E9_oneshot_both_ways_goes_to_one_of_four_threads(void **state);
void contract_E9_each_event_ends_one_of_the_waits_that_are_left(void **state);
void contract_E10_exclusive_wakes_some_but_not_all(void **state);
void contract_E10_exclusive_refuses_what_it_cannot_be_joined_with(void **state);
void contract_E11_echo_load_has_almost_no_spurious_event_unix(void **state);
void contract_E11_echo_load_has_almost_no_spurious_event_tcp(void **state);
void contract_E11_a_spurious_event_is_harmless(void **state);
void contract_E12_flood_does_not_starve_slow_sources_edge(void **state);
void contract_E12_flood_does_not_starve_slow_sources_level(void **state);
void contract_E13_small_capacity_edge_none_twice_none_lost(void **state);
void contract_E13_small_capacity_oneshot_none_twice_none_lost(void **state);
void contract_E13_small_capacity_level_none_lost(void **state);
void contract_E13_new_activity_between_small_waits_is_kept(void **state);
void contract_E14_random_activity_one_event_per_registration(void **state);
void contract_E15_oneshot_one_handler_at_a_time(void **state);
void contract_E15_two_threads_drain_one_edge_source(void **state);

#endif
