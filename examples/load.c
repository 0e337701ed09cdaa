/* SPDX-License-Identifier: MIT
 *
 * load.c: a load client for an echo server. It opens all its connections, then
 * sends each of them message after message, and compares every byte that comes
 * back with what it must be. Each message has its own bytes, so that a byte
 * lost, doubled or taken to another connection does not go unseen.
 *
 *	cc load.c -o load $(pkg-config --cflags --libs iosrc)
 *	./load -n 1000 -m 100 127.0.0.1:7000
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <iosrc_net.h>

#define MOST_ADDRESSES 16
#define EVENT_COUNT 1024
#define CHUNK_SIZE 16384
#define BURST 64 /* connections being opened at once */
#define SECOND UINT64_C(1000000000)
#define TICK_NS 100000000 /* how often the progress is looked at */
#define STALL_NS (10 * SECOND)
#define BUCKET_COUNT 2048

enum state { UNOPENED, CONNECTING, CONNECTED, TALKING, ENDING, ENDED };

static const char *const state_names[] = { "unopened", "connecting",
	"connected", "talking", "ending", "ended" };

struct connection {
	iosrc_source *source;
	enum state state;
	uint64_t message; /* which one is under way */
	size_t size;      /* of that message */
	size_t sent, received;
	uint64_t started_ns;
};

static struct {
	iosrc_address addresses[MOST_ADDRESSES];
	size_t address_count, connection_count, message_count;
	size_t least_size, most_size;
} settings = { .connection_count = 100,
	.message_count = 100,
	.least_size = 64,
	.most_size = 1024 };

static struct {
	size_t opened, connecting, connected, ended;
	uint64_t messages, bytes;
	uint64_t buckets[BUCKET_COUNT], slowest_ns;
} total;

static iosrc_poller *poller;
static struct connection *connections;

static int64_t check(const char *what, int64_t result)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "load: %s: %s\n", what,
	    iosrc_status_name((iosrc_status)result));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

/* ---- what is sent ---- */

/* A number that follows from its place alone (the end of splitmix64). */
static uint64_t mix(uint64_t number, uint64_t message, uint64_t index)
{
	uint64_t x = (number + 1) * UINT64_C(0x9e3779b97f4a7c15) +
	    (message + 1) * UINT64_C(0xd1b54a32d192ed03) +
	    (index + 1) * UINT64_C(0x8cb92ba72f3d8dd7);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* The bytes of a message from an offset on; eight come from one number. */
static void fill_pattern(unsigned char *out, size_t size, uint64_t number,
    uint64_t message, size_t offset)
{
	uint64_t word = mix(number, message, offset / 8);
	size_t i;

	for (i = 0; i < size; i++, offset++) {
		if (offset % 8 == 0)
			word = mix(number, message, offset / 8);
		out[i] = (unsigned char)(word >> offset % 8 * 8);
	}
}

static size_t message_size(uint64_t number, uint64_t message)
{
	size_t range = settings.most_size - settings.least_size + 1;

	return settings.least_size + mix(number, message, UINT64_MAX) % range;
}

/* ---- latencies: 32 buckets for each power of two, so 3 % fine ---- */

static void note_latency(uint64_t ns)
{
	uint64_t value = ns;
	size_t index = 0;

	for (; value >= 64; value /= 2)
		index += 32;
	total.buckets[index + value]++;
	if (total.slowest_ns < ns)
		total.slowest_ns = ns;
}

static double percentile_ms(double share)
{
	uint64_t rank = (uint64_t)((double)total.messages * share);
	uint64_t ns = total.slowest_ns;
	size_t i;

	for (i = 0; i < BUCKET_COUNT; i++) {
		size_t shift = i < 64 ? 0 : i / 32 - 1;

		if (rank < total.buckets[i]) {
			ns = (uint64_t)(i - shift * 32 + 1) << shift;
			break;
		}
		rank -= total.buckets[i];
	}
	return (double)(ns < total.slowest_ns ? ns : total.slowest_ns) / 1e6;
}

/* ---- a connection ---- */

static _Noreturn void give_up(const struct connection *c, const char *what,
    iosrc_status status)
{
	fprintf(stderr,
	    "connection %zu, message %" PRIu64 ", byte %zu of %zu: %s%s%s\n",
	    (size_t)(c - connections), c->message, c->received, c->size, what,
	    status ? ": " : "", status ? iosrc_status_name(status) : "");
	exit(1);
}

static void begin_message(struct connection *c)
{
	c->size = message_size((uint64_t)(c - connections), c->message);
	c->sent = c->received = 0;
	c->started_ns = now_ns();
}

static void end_message(struct connection *c)
{
	note_latency(now_ns() - c->started_ns);
	total.messages++;
	c->message++;
	if (c->message < settings.message_count) {
		begin_message(c);
		return;
	}

	/* The server shall see our end, and we its end and nothing before. */
	c->state = ENDING;
	c->size = c->sent = c->received = 0;
	check("shutdown", iosrc_shutdown(c->source, IOSRC_WRITABLE));
}

/* Answers whether some bytes went out. */
static int send_some(struct connection *c)
{
	unsigned char bytes[CHUNK_SIZE];
	size_t size = c->size - c->sent;
	int64_t count;

	if (size == 0)
		return 0;
	if (size > sizeof bytes)
		size = sizeof bytes;
	fill_pattern(bytes, size, (uint64_t)(c - connections), c->message,
	    c->sent);
	count = iosrc_write(c->source, bytes, size);
	if (count == IOSRC_E_WOULD_BLOCK)
		return 0;
	if (count < 0)
		give_up(c, "cannot send", (iosrc_status)count);
	c->sent += (size_t)count;
	return 1;
}

/* Answers whether some bytes came in. Never asks for more than this message
 * has left, so one byte too many shows up as a wrong one. */
static int receive_some(struct connection *c)
{
	unsigned char bytes[CHUNK_SIZE], expected[CHUNK_SIZE];
	size_t size = c->size - c->received;
	int64_t count;

	if (size == 0 || size > sizeof bytes)
		size = size ? sizeof bytes : 1;
	count = iosrc_read(c->source, bytes, size);
	if (count == IOSRC_E_WOULD_BLOCK)
		return 0;
	if (count < 0)
		give_up(c, "cannot receive", (iosrc_status)count);
	if (count == 0 && c->state != ENDING)
		give_up(c, "the server ended too early", IOSRC_OK);
	if (count > 0 && c->received + (size_t)count > c->sent)
		give_up(c, "more came back than was sent", IOSRC_OK);
	if (count == 0) {
		c->state = ENDED;
		total.ended++;
		iosrc_close(c->source);
		return 0;
	}
	fill_pattern(expected, (size_t)count, (uint64_t)(c - connections),
	    c->message, c->received);
	if (memcmp(bytes, expected, (size_t)count) != 0)
		give_up(c, "a wrong byte came back", IOSRC_OK);
	total.bytes += (uint64_t)count;
	c->received += (size_t)count;
	if (c->received == c->size)
		end_message(c);
	return 1;
}

/* Sends and receives by turns, for neither side may wait for the other to have
 * taken all. Edge mode: it is over when both would block. */
static void talk(struct connection *c)
{
	int moved;

	do {
		moved = send_some(c);
		moved |= receive_some(c);
	} while (moved);
}

/* ---- opening connections ---- */

static void check_connected(struct connection *c)
{
	iosrc_status error;

	check("take_error", iosrc_take_error(c->source, &error));
	if (error)
		give_up(c, "cannot connect", error);
	c->state = CONNECTED;
	total.connecting--;
	total.connected++;
}

/* Answers 0 when the queue of a Unix listener is full: no event will tell when
 * it is not, so try again a little later. */
static int open_connection(struct connection *c)
{
	size_t number = (size_t)(c - connections);
	const iosrc_address *address =
	    &settings.addresses[number % settings.address_count];
	iosrc_connect_options options = { 0 };
	iosrc_status status;

	if (address->family != IOSRC_FAMILY_UNIX)
		options.flags = IOSRC_CONNECT_NO_DELAY;
	status = iosrc_connect(address, &options, sizeof options, &c->source);
	if (status == IOSRC_E_WOULD_BLOCK)
		return 0;
	if (status)
		give_up(c, "cannot connect", status);
	check("register",
	    iosrc_register(c->source, poller, number,
	        IOSRC_READABLE | IOSRC_WRITABLE));
	c->state = CONNECTING;
	total.opened++;
	total.connecting++;
	return 1;
}

/* ---- progress ---- */

static void print_progress(void)
{
	fprintf(stderr,
	    "%s%zu of %zu connected, %" PRIu64 " of %" PRIu64
	    " messages, %.1f MB%s",
	    isatty(STDERR_FILENO) ? "\r" : "", total.connected,
	    settings.connection_count, total.messages,
	    (uint64_t)settings.connection_count * settings.message_count,
	    (double)total.bytes / 1e6,
	    isatty(STDERR_FILENO) && total.ended < settings.connection_count
	        ? ""
	        : "\n");
}

static _Noreturn void report_stall(void)
{
	size_t i, shown = 0;

	fprintf(stderr, "\nstalled: no progress for %d s\n",
	    (int)(STALL_NS / SECOND));
	for (i = 0; i < settings.connection_count && shown < 10; i++) {
		const struct connection *c = &connections[i];

		if (c->state == ENDED || c->state == UNOPENED)
			continue;
		fprintf(stderr,
		    "connection %zu is %s: message %" PRIu64
		    ", sent %zu, received %zu of %zu\n",
		    i, state_names[c->state], c->message, c->sent, c->received,
		    c->size);
		shown++;
	}
	exit(1);
}

/* A line a second, ten on a terminal; and an end to waiting for nothing. */
static void watch_progress(void)
{
	static uint64_t moved_ns, printed_ns, seen;
	uint64_t now = now_ns();
	uint64_t sum = total.connected + total.bytes + total.ended;

	if (sum != seen || !moved_ns) {
		seen = sum;
		moved_ns = now;
	}
	if (now - moved_ns > STALL_NS)
		report_stall();
	if (!printed_ns)
		printed_ns = now;
	if (now - printed_ns > (isatty(STDERR_FILENO) ? TICK_NS : SECOND)) {
		printed_ns = now;
		print_progress();
	}
}

static void print_result(double seconds)
{
	double all_bytes = (double)total.bytes;

	print_progress();
	printf("%zu connections, %" PRIu64 " messages of %zu to %zu bytes, "
	       "%.1f MB each way, on %s\n",
	    settings.connection_count, total.messages, settings.least_size,
	    settings.most_size, all_bytes / 1e6,
	    iosrc_backend_name(iosrc_poller_backend(poller)));
	printf("%.2f s, %.0f messages a second, %.1f MB a second each way\n",
	    seconds, (double)total.messages / seconds,
	    all_bytes / 1e6 / seconds);
	printf("latency in ms: p50 %.3f, p90 %.3f, p99 %.3f, max %.3f\n",
	    percentile_ms(0.5), percentile_ms(0.9), percentile_ms(0.99),
	    (double)total.slowest_ns / 1e6);
	puts("every byte came back, none was lost, none was wrong");
}

/* ---- the program ---- */

static void handle_event(const iosrc_event *event)
{
	struct connection *c;

	/* One that was closed may have left an event in this batch. */
	if (!iosrc_is_current(poller, event->registration))
		return;
	c = &connections[event->token];
	if (c->state == CONNECTING && event->ready & IOSRC_WRITABLE)
		check_connected(c);
	else if (c->state == TALKING || c->state == ENDING)
		talk(c);
}

static void wait_once(int64_t timeout_ns)
{
	iosrc_event events[EVENT_COUNT];
	int64_t count = check("wait",
	    iosrc_poller_wait(poller, events, EVENT_COUNT, timeout_ns));
	int64_t i;

	for (i = 0; i < count; i++)
		handle_event(&events[i]);
	watch_progress();
}

static void connect_all(void)
{
	int full;

	while (total.connected < settings.connection_count) {
		full = 0;
		while (!full && total.connecting < BURST &&
		    total.opened < settings.connection_count)
			full = !open_connection(&connections[total.opened]);
		wait_once(full ? TICK_NS / 100 : TICK_NS);
	}
}

static void talk_all(void)
{
	size_t i;

	for (i = 0; i < settings.connection_count; i++) {
		connections[i].state = TALKING;
		begin_message(&connections[i]);
		talk(&connections[i]);
	}
	while (total.ended < settings.connection_count)
		wait_once(TICK_NS);
}

static _Noreturn void usage(int status)
{
	fputs("usage: load [-n CONNECTIONS] [-m MESSAGES] [-s LEAST[-MOST]]\n"
	      "            ADDRESS...\n"
	      "Sends messages of LEAST to MOST bytes on each connection to an\n"
	      "echo server and checks every byte. With several addresses,\n"
	      "connections alternate. The defaults are 100 connections, 100\n"
	      "messages, 64-1024 bytes.\n",
	    status ? stderr : stdout);
	exit(status);
}

static size_t number(const char *text, char **out_end, size_t least)
{
	unsigned long value = strtoul(text, out_end, 10);

	if (*text < '0' || *text > '9' || value < least || value > INT32_MAX)
		usage(2);
	return value;
}

static void parse_option(int option, char *text)
{
	char *end = text;

	if (option == 'n')
		settings.connection_count = number(text, &end, 1);
	else if (option == 'm')
		settings.message_count = number(text, &end, 1);
	else if (option == 's')
		settings.most_size = settings.least_size = number(text, &end,
		    1);
	else
		usage(option == 'h' ? 0 : 2);
	if (option == 's' && *end == '-')
		settings.most_size = number(end + 1, &end, settings.least_size);
	if (*end)
		usage(2);
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "n:m:s:h")) != -1)
		parse_option(option, optarg);
	if (optind == argc || argc - optind > MOST_ADDRESSES)
		usage(2);
	for (; optind < argc; optind++)
		check(argv[optind],
		    iosrc_address_parse(argv[optind], SIZE_MAX,
		        &settings.addresses[settings.address_count++]));
}

static void raise_handle_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int main(int argc, char **argv)
{
	uint64_t started_ns;

	parse(argc, argv);
	raise_handle_limit();
	check("poller", iosrc_poller_create(NULL, 0, &poller));
	connections = calloc(settings.connection_count, sizeof *connections);
	if (!connections)
		check("connections", IOSRC_E_NO_MEMORY);

	connect_all();
	started_ns = now_ns();
	talk_all();
	print_result((double)(now_ns() - started_ns) / 1e9);

	free(connections);
	iosrc_poller_release(poller);
	return 0;
}
