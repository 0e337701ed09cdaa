/* SPDX-License-Identifier: MIT
 *
 * child.c: one test in a process of its own: this program again, told to run
 * one test here. It writes to a file that its parent reads; a test has passed
 * only if the process ended with 0 and its closing line was written, for a
 * process may end so without having run. The parent ends what goes on too long,
 * at its exit too.
 */
#include "runner.h"

#include "native.h"
#include "unix_only.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MOST ((size_t)1 << 18)
#define GRACE 5 /* seconds beyond the test's own */
#define CLOSING "[  PASSED  ] 1 test(s)."
#define REASON "contract: because: "
#define WARM_UP 2 /* rounds */

static const struct contract_test *running;
static uint32_t backend_running;
static char lacking[CONTRACT_REASON]; /* what the test goes without */

uint32_t contract_backend(void)
{
	return backend_running;
}

/* The parent finds the reason in what was printed. */
static void end_with(int status, const char *reason)
{
	printf("\n" REASON "%s\n", reason);
	fflush(NULL);
	_exit(status);
}

void contract_skip(const char *reason)
{
	end_with(CONTRACT_SKIPPED, reason);
}

/* Told at the end, each thing once. */
void contract_without(const char *what)
{
	size_t size = strlen(lacking);

	if (!strstr(lacking, what))
		snprintf(lacking + size, CONTRACT_REASON - size, "%s%s",
		    size ? ", " : "", what);
}

void contract_in_time(int64_t took_ns, int64_t most_ns)
{
	char reason[CONTRACT_REASON];

	if (took_ns < most_ns)
		return;
	snprintf(reason, sizeof(reason), "took %ld us, at most %ld are in time",
	    (long)(took_ns / 1000), (long)(most_ns / 1000));
	end_with(CONTRACT_LATE, reason);
}

static unsigned seconds(const struct contract_test *test)
{
	unsigned base = test->seconds ? test->seconds : CONTRACT_SECONDS;

	return base * (unsigned)contract_slowness();
}

/* ---- the child ---- */

static void no_allocation_left(size_t live, uint64_t made)
{
	if (contract_allocations_live() == live)
		return;
	contract_allocations_print(made);
	fail_msg("%llu blocks of the library live, %llu before the test",
	    (unsigned long long)contract_allocations_live(),
	    (unsigned long long)live);
}

static void *do_nothing(void *user)
{
	return user;
}

/* Their operations end in the process's pool, which has a port. */
static void warm_up_pipe(iosrc_poller *poller)
{
	iosrc_source *reader, *writer;

	if (iosrc_pipe(&reader, &writer) != IOSRC_OK)
		return;
	assert_ok(iosrc_register(reader, poller, 2, IOSRC_READABLE));
	assert_int_equal(iosrc_write(writer, "x", 1), 1);
	contract_expect(poller, 2);
	assert_ok(iosrc_close(reader));
	assert_ok(iosrc_close(writer));
}

/* What the system opens once for a process, it opens here. */
static void warm_up(void)
{
	iosrc_handle handles[2];
	system_thread thread;
	iosrc_source *source;
	iosrc_poller *poller;
	int i;

	for (i = 0; i < WARM_UP; i++) {
		contract_tcp_pair(handles);
		poller = contract_poller(0);
		source = contract_source(handles[0]);
		assert_ok(iosrc_register(source, poller, 1, IOSRC_WRITABLE));
		contract_expect(poller, 1);
		assert_ok(iosrc_close(source));
		system_close(handles[1]);
		warm_up_pipe(poller);
		assert_ok(iosrc_poller_release(poller));
		assert_int_equal(system_thread_start(&thread, do_nothing, NULL),
		    0);
		assert_int_equal(system_thread_join(thread), 0);
	}
}

static void watched_body(void **state)
{
	struct contract_descriptors open;
	size_t live;
	uint64_t made;

	warm_up();
	assert_true(!getenv("IOSRC_TEST_WAIT_PACKETS") ||
	    native_wait_packets_doubled());
	contract_descriptors_take(&open);
	live = contract_allocations_live();
	made = contract_allocations_made();
	running->body(state);
	no_allocation_left(live, made);
	assert_int_equal(contract_descriptors_compare(&open), 0);
	contract_descriptors_free(&open);
	contract_check_leaks();
	if (lacking[0])
		printf("\n" REASON "%s\n", lacking);
}

int contract_child_here(const struct contract_test *test, uint32_t backend)
{
	struct CMUnitTest one[1];
	WSADATA data;

	running = test;
	backend_running = backend;
	memset(one, 0, sizeof(one));
	one[0].name = test->name;
	one[0].test_func = watched_body;
	if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
		return 1;
	native_start();
	native_wait_packets_start();
	return cmocka_run_group_tests_name("body", one, NULL, NULL) ? 1 : 0;
}

/* ---- the parent ---- */

struct watch {
	HANDLE file; /* what the child prints */
	PROCESS_INFORMATION child;
	DWORD status;
	int timed_out;
};

static HANDLE open_inherited(const WCHAR *name, DWORD access, DWORD how,
    DWORD flags)
{
	SECURITY_ATTRIBUTES inherited = { sizeof(inherited), NULL, TRUE };

	return CreateFileW(name, access,
	    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, &inherited,
	    how, flags, NULL);
}

static HANDLE open_text(void)
{
	WCHAR folder[MAX_PATH + 1], name[MAX_PATH + 1];

	native_must(GetTempPathW(MAX_PATH, folder) > 0, "GetTempPath");
	native_must(GetTempFileNameW(folder, L"ios", 0, name) != 0,
	    "GetTempFileName");
	return open_inherited(name, GENERIC_READ | GENERIC_WRITE, CREATE_ALWAYS,
	    FILE_FLAG_DELETE_ON_CLOSE);
}

/* Neither the caller's backend nor how cmocka is to print is the child's. */
static void tidy_environment(void)
{
	SetEnvironmentVariableW(L"CMOCKA_MESSAGE_OUTPUT", NULL);
	SetEnvironmentVariableW(L"CMOCKA_XML_FILE", NULL);
	SetEnvironmentVariableW(L"IOSRC_BACKEND", NULL);
}

static void start(struct watch *watch, const char *name, const char *backend)
{
	HANDLE null = open_inherited(L"NUL", GENERIC_READ, OPEN_EXISTING, 0);
	WCHAR program[MAX_PATH + 1], line[2 * MAX_PATH];
	STARTUPINFOW how;
	BOOL started;

	memset(&how, 0, sizeof(how));
	how.cb = sizeof(how);
	how.dwFlags = STARTF_USESTDHANDLES;
	how.hStdInput = null;
	how.hStdOutput = how.hStdError = watch->file;
	native_must(GetModuleFileNameW(NULL, program, MAX_PATH) > 0,
	    "GetModuleFileName");
	swprintf(line, 2 * MAX_PATH, L"\"%ls\" --one %hs --backend %hs",
	    program, name, backend);
	tidy_environment();
	started = CreateProcessW(program, line, NULL, NULL, TRUE, 0, NULL, NULL,
	    &how, &watch->child);
	CloseHandle(null);
	native_must(started, "CreateProcess");
}

static void wait_until_end(struct watch *watch, unsigned most)
{
	HANDLE process = watch->child.hProcess;

	if (WaitForSingleObject(process, most * 1000) != WAIT_OBJECT_0) {
		watch->timed_out = 1;
		TerminateProcess(process, 1);
		WaitForSingleObject(process, 10000);
	}
	GetExitCodeProcess(process, &watch->status);
	CloseHandle(watch->child.hThread);
	CloseHandle(process);
}

static char *read_text(HANDLE file)
{
	char *text = calloc(TEXT_MOST, 1);
	DWORD size = 0;

	if (!text)
		return NULL;
	SetFilePointer(file, 0, NULL, FILE_BEGIN);
	if (!ReadFile(file, text, TEXT_MOST - 1, &size, NULL))
		size = 0;
	text[size] = '\0';
	return text;
}

static void find_reason(const char *text, const char *usual, char *reason)
{
	const char *at = strstr(text, REASON);
	size_t size;

	snprintf(reason, CONTRACT_REASON, "%s",
	    at ? at + strlen(REASON) : usual);
	size = strcspn(reason, "\r\n");
	reason[size] = '\0';
}

static enum contract_outcome judge(const struct watch *watch, const char *text,
    char *reason)
{
	int closed = strstr(text, CLOSING) != NULL;

	if (watch->timed_out)
		snprintf(reason, CONTRACT_REASON, "%s after %u s",
		    closed ? "hung at its exit" : "timed out",
		    seconds(running));
	else if (watch->status == CONTRACT_SKIPPED ||
	    watch->status == CONTRACT_LATE) {
		find_reason(text, "no reason was printed", reason);
		return watch->status == CONTRACT_LATE ? CONTRACT_TOO_LATE
		                                      : CONTRACT_SKIP;
	} else if (watch->status == 0 && closed) {
		find_reason(text, "", reason);
		return CONTRACT_PASSED;
	} else
		snprintf(reason, CONTRACT_REASON, "failed (exit status %#lx%s)",
		    watch->status, closed ? "" : ", no closing line");
	return CONTRACT_FAILED;
}

enum contract_outcome contract_child_try(const struct contract_test *test,
    uint32_t backend, char reason[CONTRACT_REASON], char **out_text)
{
	const char *lacks = contract_unix_only(test->body);
	struct watch watch;

	memset(&watch, 0, sizeof(watch));
	running = test;
	backend_running = backend;
	snprintf(reason, CONTRACT_REASON, "%s", lacks ? lacks : "");
	if (lacks)
		return CONTRACT_SKIP;
	watch.file = open_text();
	native_must(watch.file != INVALID_HANDLE_VALUE, "a file to print to");
	start(&watch, test->name, iosrc_backend_name(backend));
	wait_until_end(&watch, seconds(test) + GRACE);
	*out_text = read_text(watch.file);
	CloseHandle(watch.file);
	return judge(&watch, *out_text ? *out_text : "", reason);
}
