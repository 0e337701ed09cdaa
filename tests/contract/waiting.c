/* SPDX-License-Identifier: MIT
 *
 * waiting.c: pollers of the backend under test, and waits that end.
 */
#include "runner.h"

iosrc_poller *contract_poller(iosrc_flags flags)
{
	iosrc_poller_options options = { flags, contract_backend() };
	iosrc_poller *poller = NULL;

	assert_ok(iosrc_poller_create(&options, sizeof(options), &poller));
	assert_non_null(poller);
	return poller;
}

int contract_can(uint64_t capability)
{
	iosrc_poller *poller = contract_poller(0);
	uint64_t has = iosrc_poller_capabilities(poller);

	assert_ok(iosrc_poller_release(poller));
	return (has & capability) == capability;
}

int64_t contract_now(void)
{
	return system_now();
}

iosrc_event contract_expect(iosrc_poller *poller, uint64_t token)
{
	iosrc_event event = { 0, 0, 0, 0 };
	int64_t count = iosrc_poller_wait(poller, &event, 1,
	    CONTRACT_SOON * (int64_t)contract_slowness());

	if (count != 1)
		fail_msg("wait answered %lld, expected the event of %#llx",
		    (long long)count, (unsigned long long)token);
	if (event.token != token)
		fail_msg("event of %#llx (ready %#x), expected that of %#llx",
		    (unsigned long long)event.token, (unsigned)event.ready,
		    (unsigned long long)token);
	assert_int_not_equal(event.registration, 0);
	assert_int_not_equal(event.ready, 0);
	assert_int_equal(event.reserved, 0);
	return event;
}

void contract_expect_quiet(iosrc_poller *poller)
{
	iosrc_event event = { 0, 0, 0, 0 };
	int64_t count = iosrc_poller_wait(poller, &event, 1, CONTRACT_QUIET);

	if (count != 0)
		fail_msg("wait answered %lld (token %#llx, ready %#x), "
		         "expected quiet",
		    (long long)count, (unsigned long long)event.token,
		    (unsigned)event.ready);
}

iosrc_poller_counters contract_counters(iosrc_poller *poller)
{
	iosrc_poller_counters counters;

	assert_ok(iosrc_poller_stats(poller, &counters, sizeof(counters)));
	return counters;
}
