/* SPDX-License-Identifier: MIT
 *
 * table.c: which line of the contract holds on which backend. A test names
 * its lines, "contract_S7_E4_..."; a line is proved when every test that
 * names it passed.
 */
#include "runner.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LINES 128

struct tally {
	unsigned passed, skipped, failed;
	char reason[CONTRACT_REASON]; /* of the first skip */
	char lack[CONTRACT_REASON];   /* of the first that went without */
};

static struct tally tallies[LINES][CONTRACT_BACKENDS];

static int find_line(const char *name, size_t size)
{
	int i;

	for (i = 0; contract_lines[i].name; i++)
		if (strlen(contract_lines[i].name) == size &&
		    strncmp(contract_lines[i].name, name, size) == 0)
			return i;
	return -1;
}

/* The size of a line's name at the start of the text, else 0. */
static size_t line_name(const char *text)
{
	size_t size = 1;

	if (!isupper((unsigned char)text[0]))
		return 0;
	while (isdigit((unsigned char)text[size]))
		size++;
	return size > 1 && text[size] == '_' ? size : 0;
}

static void note(struct tally *tally, enum contract_outcome outcome,
    const char *reason)
{
	if (outcome == CONTRACT_PASSED && tally->lack[0] == '\0')
		snprintf(tally->lack, sizeof(tally->lack), "%s", reason);
	if (outcome == CONTRACT_PASSED)
		tally->passed++;
	else if (outcome == CONTRACT_FAILED)
		tally->failed++;
	else if (tally->skipped++ == 0)
		snprintf(tally->reason, sizeof(tally->reason), "%s", reason);
}

void contract_table_note(const char *test, uint32_t backend,
    enum contract_outcome outcome, const char *reason)
{
	const char *at = test + strlen("contract_");
	size_t size;

	while ((size = line_name(at)) > 0) {
		int line = find_line(at, size);

		if (line >= 0)
			note(&tallies[line][backend], outcome, reason);
		at += size + 1;
	}
}

static void verdict(const struct tally *tally, const char *later, char *out,
    size_t size)
{
	if (tally->failed > 0)
		snprintf(out, size, "FAILED");
	else if (tally->passed > 0 && tally->lack[0])
		snprintf(out, size, "proved (without %s%s%s)", tally->lack,
		    tally->skipped > 0 ? "; in part skipped: " : "",
		    tally->skipped > 0 ? tally->reason : "");
	else if (tally->passed > 0 && tally->skipped > 0)
		snprintf(out, size, "proved (in part skipped: %s)",
		    tally->reason);
	else if (tally->passed > 0)
		snprintf(out, size, "proved");
	else if (tally->skipped > 0)
		snprintf(out, size, "skipped: %s", tally->reason);
	else
		snprintf(out, size, "not covered: %s",
		    later ? later : "no test of it was run");
}

static void print_row(FILE *out, int line, const uint32_t *backends,
    size_t count)
{
	char text[2 * CONTRACT_REASON + 40];
	size_t i;

	fprintf(out, "%-4s | %-49s", contract_lines[line].name,
	    contract_lines[line].title);
	for (i = 0; i < count; i++) {
		verdict(&tallies[line][backends[i]], contract_lines[line].later,
		    text, sizeof(text));
		fprintf(out, " | %-*s", i + 1 < count ? 8 : 0, text);
	}
	fputc('\n', out);
}

static void print_total(FILE *out, uint32_t backend)
{
	unsigned proved = 0, failed = 0, lines = 0;
	int i;

	for (i = 0; contract_lines[i].name; i++, lines++) {
		const struct tally *tally = &tallies[i][backend];

		failed += tally->failed > 0;
		proved += tally->failed == 0 && tally->passed > 0;
	}
	fprintf(out,
	    "%s: %u of %u lines proved, %u FAILED, %u skipped or "
	    "not covered\n",
	    iosrc_backend_name(backend), proved, lines, failed,
	    lines - proved - failed);
}

void contract_table_print(void *stream, const uint32_t *backends, size_t count)
{
	FILE *out = stream;
	size_t i;
	int line;

	fprintf(out,
	    "\nlibiosrc %s: which lines of the contract hold\n"
	    "%-4s | %-49s",
	    iosrc_version_string(), "line", "");
	for (i = 0; i < count; i++)
		fprintf(out, " | %-*s", i + 1 < count ? 8 : 0,
		    iosrc_backend_name(backends[i]));
	fputc('\n', out);
	for (line = 0; contract_lines[line].name; line++)
		print_row(out, line, backends, count);
	for (i = 0; i < count; i++)
		print_total(out, backends[i]);
}
