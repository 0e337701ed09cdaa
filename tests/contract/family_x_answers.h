/* SPDX-License-Identifier: MIT
 *
 * family_x_answers.h: tables of calls with what each must answer.
 */
#ifndef CONTRACT_FAMILY_X_ANSWERS_H
#define CONTRACT_FAMILY_X_ANSWERS_H

#include "suite.h"

#include <limits.h>

#define TOO_LARGE ((size_t)INT_MAX + 1)
#define NOBODY ((void *)(uintptr_t)0x5a5a5a5a) /* an output not written */

/* One call and what it must answer. The order in which a table's calls are
 * made is open; none may have an effect. */
struct answer {
	const char *call;
	int64_t got;
	int64_t wanted;
};

#define ANSWER(call, wanted) \
	{ \
#call, (int64_t)(call), (wanted) \
	}
#define INVALID(call) ANSWER(call, IOSRC_E_INVALID)
#define UNSUPPORTED(call) ANSWER(call, IOSRC_E_UNSUPPORTED)

static inline void check_answers(const struct answer *answers, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (answers[i].got != answers[i].wanted)
			fail_msg("%s answered %lld, not %lld", answers[i].call,
			    (long long)answers[i].got,
			    (long long)answers[i].wanted);
}

#define CHECK(answers) \
	check_answers(answers, sizeof(answers) / sizeof((answers)[0]))

#endif
