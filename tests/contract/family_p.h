/* SPDX-License-Identifier: MIT
 *
 * family_p.h: tests of family P that live beside its table: those of several
 * threads, of nested pollers, and of forked children; and a child's checks.
 */
#ifndef CONTRACT_FAMILY_P_H
#define CONTRACT_FAMILY_P_H

#include "suite.h"

/* Runs `body` in a forked child with an alarm of its own and fails the test
 * unless it comes to its end. A child checks by child_check alone: cmocka's
 * assertions belong to the process above it. */
void child_run(void (*body)(void *user), void *user);
void child_check_at(int condition, const char *text, int line);
#define child_check(condition) \
	child_check_at((condition) != 0, #condition, __LINE__)

void contract_P2_last_release_by_any_thread(void **state);
void contract_P2_releases_beside_waits_and_wakes(void **state);
void contract_P3_each_event_goes_to_one_of_four_threads_edge(void **state);
void contract_P3_each_event_goes_to_one_of_four_threads_oneshot(void **state);
void contract_P3_each_event_goes_to_some_thread_level(void **state);
void contract_P3_no_event_waits_while_a_thread_is_blocked(void **state);
void contract_P4_exposed_poller_in_another_poller(void **state);
void contract_P4_exposed_poller_in_a_poll_poller(void **state);
void contract_P4_exposed_poller_in_a_foreign_loop(void **state);
void contract_P4_exposed_handle_is_close_on_exec(void **state);
void contract_P4_nested_pollers_end_in_any_order(void **state);
void contract_P5_every_call_of_a_child_answers_forked(void **state);
void contract_P5_io_through_an_inherited_source_works(void **state);
void contract_P5_child_ends_everything_in_any_order(void **state);
void contract_P5_child_exits_and_leaves_everything(void **state);
void contract_P5_child_makes_a_poller_of_its_own(void **state);
void contract_P5_grandchild_of_a_child(void **state);
void contract_P5_fork_while_a_thread_waits(void **state);
void contract_P5_fork_in_the_middle_of_churn(void **state);

#endif
