/* SPDX-License-Identifier: MIT
 *
 * family_n_mode.c: N7, the permissions of a path.
 */
#include "family_n.h"

#include "endpoints.h"
#include "family_rig.h"

#include <string.h>
#include <sys/stat.h>

void contract_N7_permissions_of_a_path(void **state)
{
	static const struct {
		uint32_t asked;
		mode_t mask, wanted;
	} cases[] = { { 0600, 0, 0600 }, { 0777, 077, 0777 },
		{ 0660, 0777, 0660 }, { 0, 027, 0750 }, { 0100, 0, 0100 } };
	iosrc_listen_options options;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		iosrc_address path = net_path();
		mode_t before = umask(cases[i].mask);
		iosrc_source *listener;
		char name[257] = "";
		struct stat info;

		memset(&options, 0, sizeof(options));
		options.mode = cases[i].asked;
		assert_ok(
		    iosrc_listen(&path, &options, sizeof(options), &listener));
		assert_int_equal(umask(before), cases[i].mask);
		memcpy(name, path.data, path.size);
		assert_int_equal(stat(name, &info), 0);
		assert_int_equal(info.st_mode & 0777, cases[i].wanted);
		assert_true(S_ISSOCK(info.st_mode));
		assert_ok(iosrc_close(listener));
		net_unlink(&path);
	}
}
