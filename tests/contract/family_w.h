/* SPDX-License-Identifier: MIT
 *
 * family_w.h: tests of family W that live beside its table: those of many
 * threads, and those where a foreign loop or a signal handler takes part.
 */
#ifndef CONTRACT_FAMILY_W_H
#define CONTRACT_FAMILY_W_H

#include "suite.h"

static inline iosrc_waker *waker_of(iosrc_poller *poller, uint64_t token)
{
	iosrc_waker *waker = NULL;

	assert_ok(iosrc_waker_create(poller, token, &waker));
	assert_non_null(waker);
	return waker;
}

void contract_W1_a_wake_ends_a_blocked_wait(void **state);
void contract_W1_each_woken_thread_wakes_the_next(void **state);
void contract_W2_no_wake_is_lost_one_waiter(void **state);
void contract_W2_no_wake_is_lost_three_waiters(void **state);
void contract_W2_no_wake_is_lost_beside_source_traffic(void **state);
void contract_W2_what_was_written_before_a_wake_is_seen(void **state);
void contract_W5_release_while_others_wake(void **state);
void contract_W5_last_reference_is_dropped_by_any_thread(void **state);
void contract_W5_poller_is_released_while_others_wake(void **state);
void contract_W6_a_wake_of_a_blocked_thread_enters_the_kernel(void **state);
void contract_W8_expose_is_refused_where_there_is_none(void **state);
void contract_W8_level_watcher_sees_every_wake(void **state);
void contract_W8_poll_watcher_sees_every_wake(void **state);
void contract_W8_edge_watcher_sees_every_wake(void **state);
void contract_W8_watchers_see_every_event(void **state);
void contract_W8_a_wake_from_before_expose_shows(void **state);
void contract_W8_what_does_not_fit_still_shows(void **state);
void contract_W8_edge_watcher_misses_no_wake_of_threads(void **state);
void contract_W9_wake_from_a_signal_handler(void **state);
void contract_W9_handler_interrupts_every_call(void **state);
void contract_W9_wake_in_a_handler_keeps_errno(void **state);

#endif
