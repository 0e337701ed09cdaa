/* SPDX-License-Identifier: MIT
 *
 * unix_only.c: tests of what Windows does not have. They are in the tables of
 * their families all the same, and here is why they are skipped.
 */
#include "unix_only.h"

#include "family_b.h"
#include "family_n.h"
#include "family_p.h"
#include "family_r.h"
#include "family_s.h"
#include "family_t.h"
#include "family_w.h"
#include "family_x.h"

#include <stddef.h>

#define NO_MODE "a path has no mode on Windows"
#define NO_PIPE_SIGNAL "Windows has no signal of broken pipes"
#define NO_FORK "Windows has no fork"
#define NO_EXPOSING "a port cannot be exposed to another loop"
#define NO_CANCELLATION "Windows threads are not cancelled"
#define NO_FILES "files are not accepted on Windows"
#define NO_KILLING "Windows has no filter that kills for a system call"
#define NO_SIGNAL "Windows has no signals that end a call"
#define NO_HANDLER "Windows has no signal handlers that interrupt a thread"
#define NO_DENYING "Windows has no filter that refuses system calls"
#define NO_LIMIT "Windows has no limit of handles"

#define UNIX_ONLY(test) \
	void test(void **state) \
	{ \
		(void)state; \
		contract_skip(contract_unix_only(test)); \
	} \
	struct unix_only /* so that a line ends with a semicolon */

UNIX_ONLY(contract_B1_register_many_of_a_handle_twice_and_a_file);
UNIX_ONLY(contract_N7_permissions_of_a_path);
UNIX_ONLY(contract_N2_pipes_raise_no_signal);
UNIX_ONLY(contract_P5_every_call_of_a_child_answers_forked);
UNIX_ONLY(contract_P5_io_through_an_inherited_source_works);
UNIX_ONLY(contract_P5_child_ends_everything_in_any_order);
UNIX_ONLY(contract_P5_child_exits_and_leaves_everything);
UNIX_ONLY(contract_P5_child_makes_a_poller_of_its_own);
UNIX_ONLY(contract_P5_grandchild_of_a_child);
UNIX_ONLY(contract_P5_fork_while_a_thread_waits);
UNIX_ONLY(contract_P5_fork_in_the_middle_of_churn);
UNIX_ONLY(contract_X4_fork_mark_denied);
UNIX_ONLY(contract_P4_exposed_poller_in_another_poller);
UNIX_ONLY(contract_P4_exposed_poller_in_a_poll_poller);
UNIX_ONLY(contract_P4_exposed_poller_in_a_foreign_loop);
UNIX_ONLY(contract_P4_exposed_handle_is_close_on_exec);
UNIX_ONLY(contract_P4_nested_pollers_end_in_any_order);
UNIX_ONLY(contract_W8_level_watcher_sees_every_wake);
UNIX_ONLY(contract_W8_poll_watcher_sees_every_wake);
UNIX_ONLY(contract_W8_edge_watcher_sees_every_wake);
UNIX_ONLY(contract_W8_watchers_see_every_event);
UNIX_ONLY(contract_W8_a_wake_from_before_expose_shows);
UNIX_ONLY(contract_W8_what_does_not_fit_still_shows);
UNIX_ONLY(contract_W8_edge_watcher_misses_no_wake_of_threads);
UNIX_ONLY(contract_R7_deregister_is_no_cancellation_point);
UNIX_ONLY(contract_R13_files_report_once_on_an_edge);
UNIX_ONLY(contract_R13_files_report_at_every_wait_in_level);
UNIX_ONLY(contract_R13_files_report_once_in_oneshot);
UNIX_ONLY(contract_R13_no_wait_blocks_while_a_file_is_due);
UNIX_ONLY(contract_R13_a_file_ends_a_blocked_wait);
UNIX_ONLY(contract_R13_a_file_that_ended_is_not_reported);
UNIX_ONLY(contract_R13_each_reregister_of_a_file_reports_once);
UNIX_ONLY(contract_R13_files_and_sockets_share_small_capacity);
UNIX_ONLY(contract_R12_a_file_closed_raw_is_silent);
UNIX_ONLY(contract_R11_a_number_turns_from_file_to_socket_and_back);
UNIX_ONLY(contract_S1_create_makes_no_system_call);
UNIX_ONLY(contract_T4_absurd_timeouts_outlast_signals);
UNIX_ONLY(contract_T5_signals_do_not_end_or_stretch_a_wait);
UNIX_ONLY(contract_T5_signals_in_a_crowd_of_waiting_threads);
UNIX_ONLY(contract_T5_interruptible_ends_at_the_first_signal);
UNIX_ONLY(contract_T5_interruptible_in_a_crowd);
UNIX_ONLY(contract_X7_signals_take_no_event);
UNIX_ONLY(contract_W9_wake_from_a_signal_handler);
UNIX_ONLY(contract_W9_handler_interrupts_every_call);
UNIX_ONLY(contract_W9_wake_in_a_handler_keeps_errno);
UNIX_ONLY(contract_X2_refused_calls_at_poller_create);
UNIX_ONLY(contract_X2_refused_registration_changes_nothing);
UNIX_ONLY(contract_X2_refused_wait_loses_nothing);
UNIX_ONLY(contract_X4_eventfd2_denied_eperm);
UNIX_ONLY(contract_X4_eventfd2_denied_enosys);
UNIX_ONLY(contract_X4_epoll_pwait2_denied_eperm);
UNIX_ONLY(contract_X4_epoll_pwait2_denied_enosys);
UNIX_ONLY(contract_X4_pipe2_denied_eperm);
UNIX_ONLY(contract_X4_pipe2_denied_enosys);
UNIX_ONLY(contract_X4_accept4_denied_eperm);
UNIX_ONLY(contract_X4_accept4_denied_enosys);
UNIX_ONLY(contract_X4_io_uring_setup_denied_eperm);
UNIX_ONLY(contract_X4_io_uring_setup_denied_enosys);
UNIX_ONLY(contract_X7_a_claimed_wake_comes_before_the_error);
UNIX_ONLY(contract_X2_no_descriptor_left_at_poller_create);
UNIX_ONLY(contract_X2_no_descriptor_left_elsewhere);
UNIX_ONLY(contract_X3_accept_without_descriptors_level);
UNIX_ONLY(contract_X3_accept_without_descriptors_edge);
UNIX_ONLY(contract_X3_accept_in_do_io_without_descriptors);
UNIX_ONLY(contract_X3_accept_with_one_descriptor_left);
UNIX_ONLY(contract_X3_making_without_descriptors);
UNIX_ONLY(contract_X3_the_system_has_none_left);

static const struct {
	void (*body)(void **state);
	const char *reason;
} tests[] = {
	{ contract_B1_register_many_of_a_handle_twice_and_a_file, NO_FILES },
	{ contract_N7_permissions_of_a_path, NO_MODE },
	{ contract_N2_pipes_raise_no_signal, NO_PIPE_SIGNAL },
	{ contract_P5_every_call_of_a_child_answers_forked, NO_FORK },
	{ contract_P5_io_through_an_inherited_source_works, NO_FORK },
	{ contract_P5_child_ends_everything_in_any_order, NO_FORK },
	{ contract_P5_child_exits_and_leaves_everything, NO_FORK },
	{ contract_P5_child_makes_a_poller_of_its_own, NO_FORK },
	{ contract_P5_grandchild_of_a_child, NO_FORK },
	{ contract_P5_fork_while_a_thread_waits, NO_FORK },
	{ contract_P5_fork_in_the_middle_of_churn, NO_FORK },
	{ contract_X4_fork_mark_denied, NO_FORK },
	{ contract_P4_exposed_poller_in_another_poller, NO_EXPOSING },
	{ contract_P4_exposed_poller_in_a_poll_poller, NO_EXPOSING },
	{ contract_P4_exposed_poller_in_a_foreign_loop, NO_EXPOSING },
	{ contract_P4_exposed_handle_is_close_on_exec, NO_EXPOSING },
	{ contract_P4_nested_pollers_end_in_any_order, NO_EXPOSING },
	{ contract_W8_level_watcher_sees_every_wake, NO_EXPOSING },
	{ contract_W8_poll_watcher_sees_every_wake, NO_EXPOSING },
	{ contract_W8_edge_watcher_sees_every_wake, NO_EXPOSING },
	{ contract_W8_watchers_see_every_event, NO_EXPOSING },
	{ contract_W8_a_wake_from_before_expose_shows, NO_EXPOSING },
	{ contract_W8_what_does_not_fit_still_shows, NO_EXPOSING },
	{ contract_W8_edge_watcher_misses_no_wake_of_threads, NO_EXPOSING },
	{ contract_R7_deregister_is_no_cancellation_point, NO_CANCELLATION },
	{ contract_R13_files_report_once_on_an_edge, NO_FILES },
	{ contract_R13_files_report_at_every_wait_in_level, NO_FILES },
	{ contract_R13_files_report_once_in_oneshot, NO_FILES },
	{ contract_R13_no_wait_blocks_while_a_file_is_due, NO_FILES },
	{ contract_R13_a_file_ends_a_blocked_wait, NO_FILES },
	{ contract_R13_a_file_that_ended_is_not_reported, NO_FILES },
	{ contract_R13_each_reregister_of_a_file_reports_once, NO_FILES },
	{ contract_R13_files_and_sockets_share_small_capacity, NO_FILES },
	{ contract_R12_a_file_closed_raw_is_silent, NO_FILES },
	{ contract_R11_a_number_turns_from_file_to_socket_and_back, NO_FILES },
	{ contract_S1_create_makes_no_system_call, NO_KILLING },
	{ contract_T4_absurd_timeouts_outlast_signals, NO_SIGNAL },
	{ contract_T5_signals_do_not_end_or_stretch_a_wait, NO_SIGNAL },
	{ contract_T5_signals_in_a_crowd_of_waiting_threads, NO_SIGNAL },
	{ contract_T5_interruptible_ends_at_the_first_signal, NO_SIGNAL },
	{ contract_T5_interruptible_in_a_crowd, NO_SIGNAL },
	{ contract_X7_signals_take_no_event, NO_SIGNAL },
	{ contract_W9_wake_from_a_signal_handler, NO_HANDLER },
	{ contract_W9_handler_interrupts_every_call, NO_HANDLER },
	{ contract_W9_wake_in_a_handler_keeps_errno, NO_HANDLER },
	{ contract_X2_refused_calls_at_poller_create, NO_DENYING },
	{ contract_X2_refused_registration_changes_nothing, NO_DENYING },
	{ contract_X2_refused_wait_loses_nothing, NO_DENYING },
	{ contract_X4_eventfd2_denied_eperm, NO_DENYING },
	{ contract_X4_eventfd2_denied_enosys, NO_DENYING },
	{ contract_X4_epoll_pwait2_denied_eperm, NO_DENYING },
	{ contract_X4_epoll_pwait2_denied_enosys, NO_DENYING },
	{ contract_X4_pipe2_denied_eperm, NO_DENYING },
	{ contract_X4_pipe2_denied_enosys, NO_DENYING },
	{ contract_X4_accept4_denied_eperm, NO_DENYING },
	{ contract_X4_accept4_denied_enosys, NO_DENYING },
	{ contract_X4_io_uring_setup_denied_eperm, NO_DENYING },
	{ contract_X4_io_uring_setup_denied_enosys, NO_DENYING },
	{ contract_X7_a_claimed_wake_comes_before_the_error, NO_DENYING },
	{ contract_X2_no_descriptor_left_at_poller_create, NO_LIMIT },
	{ contract_X2_no_descriptor_left_elsewhere, NO_LIMIT },
	{ contract_X3_accept_without_descriptors_level, NO_LIMIT },
	{ contract_X3_accept_without_descriptors_edge, NO_LIMIT },
	{ contract_X3_accept_in_do_io_without_descriptors, NO_LIMIT },
	{ contract_X3_accept_with_one_descriptor_left, NO_LIMIT },
	{ contract_X3_making_without_descriptors, NO_LIMIT },
	{ contract_X3_the_system_has_none_left, NO_LIMIT },
};

const char *contract_unix_only(void (*body)(void **state))
{
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (tests[i].body == body)
			return tests[i].reason;
	return NULL;
}
