/* SPDX-License-Identifier: MIT
 *
 * group.c: opening and closing handles of AFD, and places in them.
 */
#include <config.h>

#include "sys/windows/group.h"

#include <stdlib.h>

#include "sys/windows/nt.h"
#include "sys/windows/nt_status.h"
#include "sys/windows/port.h"

/* Any name below \Device\Afd opens the driver without making a socket. */
static const WCHAR afd_path[] = L"\\Device\\Afd\\Iosrc";

static iosrc_status open_afd(HANDLE *out_afd)
{
	UNICODE_STRING name = { sizeof(afd_path) - sizeof(afd_path[0]),
		sizeof(afd_path), (WCHAR *)(uintptr_t)afd_path };
	OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes),
		.ObjectName = &name };
	IO_STATUS_BLOCK done;
	NTSTATUS status = NtCreateFile(out_afd, SYNCHRONIZE, &attributes, &done,
	    NULL, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, 0, NULL, 0);

	return IOSRC__NT_SUCCEEDED(status) ? IOSRC_OK
	                                   : iosrc__status_from_nt(status);
}

/* ---- those with room ---- */

static void link_group(struct iosrc__group *group)
{
	struct iosrc__group *head = &group->groups->with_room;

	group->before = head;
	group->behind = head->behind;
	head->behind->before = group;
	head->behind = group;
}

static void unlink_group(struct iosrc__group *group)
{
	group->before->behind = group->behind;
	group->behind->before = group->before;
}

static void free_group(struct iosrc__group *group)
{
	CloseHandle(group->afd);
	free(group);
}

void iosrc__groups_close(struct iosrc__groups *groups)
{
	struct iosrc__group *head = &groups->with_room;

	while (head->behind != head) {
		struct iosrc__group *group = head->behind;

		unlink_group(group);
		if (group->used == 0)
			free_group(group);
	}
}

/* ---- places ---- */

static iosrc_status make_group(struct iosrc__groups *groups)
{
	struct iosrc__group *group = calloc(1, sizeof(*group));
	iosrc_status status;

	if (!group)
		return IOSRC_E_NO_MEMORY;
	status = open_afd(&group->afd);
	if (status < 0)
		goto free_group;
	status = iosrc__port_join(groups->port, group->afd, IOSRC__PORT_SOCK);
	if (status < 0)
		goto close_afd;
	group->port = groups->port;
	group->groups = groups;
	link_group(group);
	return IOSRC_OK;

close_afd:
	CloseHandle(group->afd);
free_group:
	free(group);
	return status;
}

iosrc_status iosrc__groups_open(struct iosrc__groups *groups, HANDLE port)
{
	struct iosrc__group *head = &groups->with_room;

	groups->port = port;
	head->before = head->behind = head;
	return make_group(groups);
}

iosrc_status iosrc__group_join(struct iosrc__groups *groups,
    struct iosrc__group **out_group)
{
	struct iosrc__group *head = &groups->with_room;
	iosrc_status status;

	if (head->behind == head) {
		status = make_group(groups);
		if (status < 0)
			return status;
	}
	*out_group = head->behind;
	if (++(*out_group)->used == IOSRC__GROUP_SOCKETS)
		unlink_group(*out_group);
	return IOSRC_OK;
}

/* One that is empty is kept while it is the only one with room, for the socket
 * that comes next. */
void iosrc__group_leave(struct iosrc__group *group)
{
	struct iosrc__group *head = &group->groups->with_room;

	if (group->used-- == IOSRC__GROUP_SOCKETS)
		link_group(group);
	if (group->used != 0 ||
	    (head->behind == group && group->behind == head))
		return;
	unlink_group(group);
	free_group(group);
}
