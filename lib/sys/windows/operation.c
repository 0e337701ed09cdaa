/* SPDX-License-Identifier: MIT
 *
 * operation.c: a table of those under way, by address: the process's, for a
 * packet on the pool's port names its OVERLAPPED and nothing else. One that was
 * sent for memory which has become ours since is told by the operation's
 * status, which says that it has not ended.
 */
#include <config.h>

#include "sys/windows/operation.h"

#include <stddef.h>
#include <stdint.h>

#include "sys/windows/nt.h"

#define ROWS 64

struct row {
	SRWLOCK lock; /* zero: as SRWLOCK_INIT */
	struct iosrc__operation *first;
};

static struct row under_way[ROWS];

/* Memory of this size comes in steps of 16. */
static struct row *row_of(const OVERLAPPED *overlapped)
{
	uintptr_t address = (uintptr_t)overlapped;

	return &under_way[(address >> 4 ^ address >> 10) % ROWS];
}

/* Where the row refers to it, or the end of the row. */
static struct iosrc__operation **find(struct row *row,
    const OVERLAPPED *overlapped)
{
	struct iosrc__operation **at = &row->first;

	while (*at && &(*at)->overlapped != overlapped)
		at = &(*at)->next;
	return at;
}

void iosrc__operation_begin(struct iosrc__operation *operation)
{
	struct row *row = row_of(&operation->overlapped);

	operation->overlapped = (OVERLAPPED){
		.Internal = (ULONG_PTR)IOSRC__NT_PENDING,
	};
	AcquireSRWLockExclusive(&row->lock);
	operation->next = row->first;
	row->first = operation;
	ReleaseSRWLockExclusive(&row->lock);
}

bool iosrc__operation_forget(struct iosrc__operation *operation)
{
	struct row *row = row_of(&operation->overlapped);
	struct iosrc__operation **at;
	bool known;

	AcquireSRWLockExclusive(&row->lock);
	at = find(row, &operation->overlapped);
	known = *at != NULL;
	if (known)
		*at = operation->next;
	ReleaseSRWLockExclusive(&row->lock);
	return known;
}

struct iosrc__operation *iosrc__operation_take(const OVERLAPPED *overlapped)
{
	struct row *row = row_of(overlapped);
	struct iosrc__operation **at, *found;

	AcquireSRWLockExclusive(&row->lock);
	at = find(row, overlapped);
	found = *at;
	if (found && !HasOverlappedIoCompleted(&found->overlapped))
		found = NULL;
	if (found)
		*at = found->next;
	ReleaseSRWLockExclusive(&row->lock);
	return found;
}
