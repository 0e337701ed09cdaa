/* SPDX-License-Identifier: MIT
 *
 * proxy.c: a TCP proxy. It takes connections on one address and makes one to
 * another for each of them.
 *
 *	cc proxy.c -o proxy -pthread $(pkg-config --cflags --libs iosrc)
 *	./proxy -t 4 127.0.0.1:8000 127.0.0.1:80
 *
 * Each way of a pair has one buffer of fixed size, which is read into only
 * when it is empty: a side that does not take its data is not sent more, and
 * the other side notices (back-pressure). The end of one way is passed on, and
 * the other way goes on. Each thread is a proxy of its own, as in echo.c. A
 * client whose connection to the target fails is closed, also where the queue
 * of a unix target is just full.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <iosrc_net.h>

#define MOST_THREADS 64
#define BUFFER_SIZE 16384
#define ROUNDS 16          /* of one flow, before the others' turn */
#define PAUSE_NS 100000000 /* of accepting, when we are out of handles */
#define EVENT_COUNT 1024

enum { CLIENT, TARGET };

/* What goes from sources[i] of a pair to the other one. */
struct flow {
	size_t begin, end; /* what was read and is not yet written */
	int is_over;       /* nothing more will be read or written */
	char data[BUFFER_SIZE];
};

struct pair {
	iosrc_source *sources[2];
	struct pair *next, *previous;
	int is_connected;
	struct flow flows[2];
};

/* Tokens: these two, or the address of a pair plus CLIENT or TARGET. */
enum { TOKEN_STOP, TOKEN_LISTENER, FIRST_PAIR };

struct worker {
	pthread_t thread;
	iosrc_poller *poller;
	iosrc_waker *waker;
	iosrc_source *listener;
	int paused;
	struct pair *pairs;
	uint64_t served, refused, bytes[2];
};

static struct worker workers[MOST_THREADS];
static iosrc_address target;

static int64_t check(const char *what, int64_t result)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "proxy: %s: %s\n", what,
	    iosrc_status_name((iosrc_status)result));
	exit(1);
}

/* ---- flows ---- */

/* One call on the way from `from` to the other side. Answers 0 to be called
 * again, 1 when it would block or is over, -1 when the pair is to be closed.
 * A side that cannot be written to ends this flow alone: what it has sent
 * before is still to be read, and reading tells that it is gone. */
static int flow_round(struct worker *worker, struct pair *pair, int from)
{
	struct flow *flow = &pair->flows[from];
	iosrc_source *to = pair->sources[!from];
	int64_t count;

	if (flow->is_over)
		return 1;
	if (flow->begin < flow->end) {
		count = iosrc_send(to, flow->data + flow->begin,
		    flow->end - flow->begin, 0);
		if (count == IOSRC_E_WOULD_BLOCK)
			return 1;
		if (count < 0)
			return flow->is_over = 1;
		flow->begin += (size_t)count;
		worker->bytes[from] += (uint64_t)count;
		return 0;
	}
	count = iosrc_recv(pair->sources[from], flow->data, sizeof flow->data,
	    0, NULL);
	if (count < 0)
		return count == IOSRC_E_WOULD_BLOCK ? 1 : -1;
	flow->begin = 0;
	flow->end = (size_t)count;
	if (count > 0)
		return 0;
	/* This fails only when the other side is gone; see above. */
	(void)iosrc_shutdown(to, IOSRC_WRITABLE);
	return flow->is_over = 1;
}

/* Edge mode: on until it would block, but for no more than some rounds. */
static int flow_run(struct worker *worker, struct pair *pair, int from)
{
	int round, done = 0;

	for (round = 0; round < ROUNDS && !done; round++)
		done = flow_round(worker, pair, from);
	return done;
}

/* ---- pairs ---- */

static iosrc_status pair_watch(struct worker *worker, struct pair *pair,
    int side)
{
	return iosrc_register(pair->sources[side], worker->poller,
	    (uintptr_t)pair + (unsigned)side, IOSRC_READABLE | IOSRC_WRITABLE);
}

static void pair_close(struct worker *worker, struct pair *pair)
{
	if (pair->next)
		pair->next->previous = pair->previous;
	if (pair->previous)
		pair->previous->next = pair->next;
	else
		worker->pairs = pair->next;
	iosrc_close(pair->sources[CLIENT]);
	iosrc_close(pair->sources[TARGET]);
	free(pair);
}

/* From here on the client is ours: it is served or closed. It is watched when
 * the target has answered; until then it waits in the kernel. */
static iosrc_status pair_open(struct worker *worker, iosrc_source *client)
{
	iosrc_connect_options options = { 0 };
	iosrc_status status = IOSRC_E_NO_MEMORY;
	struct pair *pair = malloc(sizeof *pair);

	if (target.family != IOSRC_FAMILY_UNIX)
		options.flags = IOSRC_CONNECT_NO_DELAY;
	if (pair)
		status = iosrc_connect(&target, &options, sizeof options,
		    &pair->sources[TARGET]);
	if (status) {
		worker->refused++;
		iosrc_close(client);
		free(pair);
		return status;
	}
	pair->sources[CLIENT] = client;
	pair->is_connected = 0;
	pair->flows[CLIENT].begin = pair->flows[CLIENT].end = 0;
	pair->flows[TARGET].begin = pair->flows[TARGET].end = 0;
	pair->flows[CLIENT].is_over = pair->flows[TARGET].is_over = 0;
	pair->previous = NULL;
	pair->next = worker->pairs;
	if (pair->next)
		pair->next->previous = pair;
	worker->pairs = pair;

	/* A Unix socket lacks this one, and does not need it. */
	(void)iosrc_set_option(client, IOSRC_OPTION_NO_DELAY, 1);
	status = pair_watch(worker, pair, TARGET);
	if (status)
		pair_close(worker, pair);
	return status;
}

/* A connect is over when the source is writable, and take_error tells how. */
static int pair_connected(struct worker *worker, struct pair *pair)
{
	iosrc_status error;

	if (iosrc_take_error(pair->sources[TARGET], &error) || error ||
	    pair_watch(worker, pair, CLIENT)) {
		worker->refused++;
		return -1;
	}
	worker->served++;
	pair->is_connected = 1;
	return 1;
}

/* Both flows still go on after ROUNDS: let others have their turn. To
 * reregister reports what is ready now once more, in one of the next waits. */
static int pair_go_on_later(struct worker *worker, struct pair *pair)
{
	int side;

	for (side = CLIENT; side <= TARGET; side++)
		if (iosrc_reregister(pair->sources[side], worker->poller,
		        (uintptr_t)pair + (unsigned)side,
		        IOSRC_READABLE | IOSRC_WRITABLE))
			return -1;
	return 0;
}

static void pair_serve(struct worker *worker, struct pair *pair, int side,
    iosrc_bits ready)
{
	int in = 1, out = 1;

	if (!pair->is_connected) {
		if (!(ready & IOSRC_WRITABLE))
			return;
		in = pair_connected(worker, pair);
	}
	/* All but writable is news for who reads, all but readable for who
	 * writes. */
	if (in >= 0 && pair->is_connected && ready & ~IOSRC_WRITABLE)
		in = flow_run(worker, pair, side);
	if (in >= 0 && ready & ~IOSRC_READABLE)
		out = flow_run(worker, pair, !side);
	if (in >= 0 && out >= 0 && !(in && out))
		in = pair_go_on_later(worker, pair);
	if (in < 0 || out < 0 ||
	    (pair->flows[CLIENT].is_over && pair->flows[TARGET].is_over))
		pair_close(worker, pair);
}

/* ---- the listener: see echo.c ---- */

static iosrc_status listener_register(struct worker *worker)
{
	iosrc_bits can = (iosrc_bits)iosrc_poller_capabilities(worker->poller);

	return iosrc_register(worker->listener, worker->poller, TOKEN_LISTENER,
	    IOSRC_READABLE | IOSRC_LEVEL | (IOSRC_EXCLUSIVE & can));
}

static void listener_accept(struct worker *worker)
{
	iosrc_source *client;
	iosrc_status status;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		status = iosrc_accept(worker->listener, NULL, &client);
		if (status == IOSRC_E_WOULD_BLOCK)
			return;
		if (!status)
			status = pair_open(worker, client);
		switch (iosrc_status_kind(status)) {
		case IOSRC_KIND_LIMIT:
		case IOSRC_KIND_NO_MEMORY:
			/* Level mode would report it again and again. */
			worker->paused = 1;
			(void)iosrc_deregister(worker->listener,
			    worker->poller);
			return;
		default: /* served, refused, or it gave up before we came */
			break;
		}
	}
}

/* ---- threads ---- */

/* Answers 0 when the thread shall end. */
static int handle_event(struct worker *worker, const iosrc_event *event)
{
	uintptr_t token = (uintptr_t)event->token;
	int side = (int)(token & 1);

	/* An earlier event of this batch may have closed this one's pair. */
	if (!iosrc_is_current(worker->poller, event->registration))
		return 1;
	if (token >= FIRST_PAIR)
		pair_serve(worker, (void *)(token - (unsigned)side), side,
		    event->ready);
	else if (token == TOKEN_LISTENER)
		listener_accept(worker);
	return token != TOKEN_STOP;
}

static void *worker_run(void *argument)
{
	struct worker *worker = argument;
	iosrc_event events[EVENT_COUNT];
	int64_t count, i;
	int going = 1;

	while (going) {
		count = check("wait",
		    iosrc_poller_wait(worker->poller, events, EVENT_COUNT,
		        worker->paused ? PAUSE_NS : -1));
		if (worker->paused)
			worker->paused = listener_register(worker) != 0;
		for (i = 0; i < count && going; i++)
			going = handle_event(worker, &events[i]);
	}
	while (worker->pairs)
		pair_close(worker, worker->pairs);
	return NULL;
}

/* Each thread has a source of its own, over a duplicate of the one socket. */
static void worker_open(struct worker *worker, const iosrc_source *listener)
{
	check("poller", iosrc_poller_create(NULL, 0, &worker->poller));
	check("waker",
	    iosrc_waker_create(worker->poller, TOKEN_STOP, &worker->waker));
	check("listener",
	    iosrc_create(dup((int)iosrc_source_handle(listener)),
	        IOSRC_HANDLE_SOCKET, &worker->listener));
	check("register", listener_register(worker));
	if (pthread_create(&worker->thread, NULL, worker_run, worker))
		check("thread", IOSRC_E_NO_MEMORY);
}

static void worker_end(struct worker *worker)
{
	check("wake", iosrc_waker_wake(worker->waker));
	pthread_join(worker->thread, NULL);
	printf("thread %d: %" PRIu64 " connections, %" PRIu64
	       " refused, %" PRIu64 " bytes up, %" PRIu64 " bytes down\n",
	    (int)(worker - workers), worker->served, worker->refused,
	    worker->bytes[CLIENT], worker->bytes[TARGET]);
	iosrc_close(worker->listener);
	iosrc_waker_release(worker->waker);
	iosrc_poller_release(worker->poller);
}

/* ---- the program ---- */

static iosrc_source *listen_on(const char *text)
{
	iosrc_listen_options options = { 0 };
	char where[IOSRC_ADDRESS_TEXT_SIZE];
	iosrc_address address;
	iosrc_source *listener;

	check(text, iosrc_address_parse(text, SIZE_MAX, &address));
	if (address.family == IOSRC_FAMILY_UNIX)
		options.flags = IOSRC_LISTEN_UNLINK_STALE;
	check(text,
	    iosrc_listen(&address, &options, sizeof options, &listener));
	check(text, iosrc_local_address(listener, &address));
	check(text, iosrc_address_format(&address, where, sizeof where));
	printf("listening on %s\n", where);
	fflush(stdout);
	return listener;
}

static void raise_handle_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static _Noreturn void usage(int status)
{
	fputs("usage: proxy [-t THREADS] ADDRESS TARGET\n"
	      "Connects whoever comes to ADDRESS with TARGET, until SIGINT or\n"
	      "SIGTERM. Both are 127.0.0.1:7000, [::1]:7000 or unix:/path.\n",
	    status ? stderr : stdout);
	exit(status);
}

int main(int argc, char **argv)
{
	iosrc_source *listener;
	size_t threads = 1, i;
	sigset_t signals;
	int option;

	while ((option = getopt(argc, argv, "t:h")) != -1) {
		if (option != 't')
			usage(option == 'h' ? 0 : 2);
		threads = strtoul(optarg, NULL, 10);
	}
	if (threads < 1 || threads > MOST_THREADS || argc - optind != 2)
		usage(2);
	raise_handle_limit();
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);

	check(argv[optind + 1],
	    iosrc_address_parse(argv[optind + 1], SIZE_MAX, &target));
	listener = listen_on(argv[optind]);
	for (i = 0; i < threads; i++)
		worker_open(&workers[i], listener);
	sigwait(&signals, &option);
	for (i = 0; i < threads; i++)
		worker_end(&workers[i]);
	iosrc_close(listener);
	return 0;
}
