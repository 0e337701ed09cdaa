/* SPDX-License-Identifier: MIT
 *
 * servers.c: one echo server written twice, on epoll by hand ("raw") and on
 * the library's direct I/O ("library"), for test-servers.sh to compare what
 * they ask of the kernel. Client and server take turns in one thread, so that
 * the numbers are the same each time. The client's calls are not the server's:
 * it writes by write and receives by recv.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iosrc_net.h>

#define CONNECTIONS 100
#define ROUNDS 100 /* of one message on each: 10,000 messages */
#define MESSAGE_SIZE 64
#define EVENT_COUNT (CONNECTIONS + 1)

#define check(condition) check_at((condition) != 0, #condition, __LINE__)

static int clients[CONNECTIONS];
static struct sockaddr_in address;

static void check_at(int condition, const char *text, int line)
{
	if (condition)
		return;
	fprintf(stderr, "servers.c:%d: %s\n", line, text);
	exit(1);
}

/* ---- by hand ---- */

static int epoll_handle, listener_handle, handles[CONNECTIONS];
static int handle_count;

static void raw_watch(int fd, uint32_t interest)
{
	struct epoll_event event = { .events = interest | EPOLLET,
		.data.fd = fd };

	check(epoll_ctl(epoll_handle, EPOLL_CTL_ADD, fd, &event) == 0);
}

static void raw_open(void)
{
	socklen_t size = sizeof address;
	int on = 1;

	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener_handle = socket(AF_INET,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	check(listener_handle >= 0);
	check(setsockopt(listener_handle, SOL_SOCKET, SO_REUSEADDR, &on,
	          sizeof on) == 0);
	check(bind(listener_handle, (struct sockaddr *)&address,
	          sizeof address) == 0);
	check(listen(listener_handle, SOMAXCONN) == 0);
	check(getsockname(listener_handle, (struct sockaddr *)&address,
	          &size) == 0);
	epoll_handle = epoll_create1(EPOLL_CLOEXEC);
	check(epoll_handle >= 0);
	raw_watch(listener_handle, EPOLLIN);
}

static void raw_accept(void)
{
	int fd;

	while ((fd = accept4(listener_handle, NULL, NULL,
	            SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		handles[handle_count++] = fd;
		raw_watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
	}
}

static void raw_echo(int fd)
{
	char data[4096];
	ssize_t count;

	while ((count = read(fd, data, sizeof data)) > 0)
		check(send(fd, data, (size_t)count, MSG_NOSIGNAL) == count);
}

static void raw_serve(void)
{
	struct epoll_event events[EVENT_COUNT];
	int i, count = epoll_wait(epoll_handle, events, EVENT_COUNT, -1);

	check(count > 0);
	for (i = 0; i < count; i++) {
		if (events[i].data.fd == listener_handle)
			raw_accept();
		else
			raw_echo(events[i].data.fd);
	}
}

static void raw_close(void)
{
	while (handle_count > 0)
		close(handles[--handle_count]);
	close(listener_handle);
	close(epoll_handle);
}

/* ---- on the library ---- */

static iosrc_poller *poller;
static iosrc_source *listener, *sources[CONNECTIONS];
static int source_count;

static void library_open(void)
{
	iosrc_poller_options options = { .backend = IOSRC_BACKEND_EPOLL };
	iosrc_address where;

	check(!iosrc_address_parse("127.0.0.1:0", SIZE_MAX, &where));
	check(!iosrc_listen(&where, NULL, 0, &listener));
	check(!iosrc_local_address(listener, &where));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)where.port);
	check(!iosrc_poller_create(&options, sizeof options, &poller));
	check(!iosrc_register(listener, poller, 0, IOSRC_READABLE));
}

static void library_accept(void)
{
	iosrc_source *source;

	while (iosrc_accept(listener, NULL, &source) == IOSRC_OK) {
		sources[source_count++] = source;
		check(!iosrc_register(source, poller, (uint64_t)source_count,
		    IOSRC_READABLE | IOSRC_WRITABLE));
	}
}

static void library_echo(iosrc_source *source)
{
	char data[4096];
	int64_t count;

	while ((count = iosrc_read(source, data, sizeof data)) > 0)
		check(iosrc_write(source, data, (size_t)count) == count);
}

static void library_serve(void)
{
	iosrc_event events[EVENT_COUNT];
	int64_t i, count = iosrc_poller_wait(poller, events, EVENT_COUNT, -1);

	check(count > 0);
	for (i = 0; i < count; i++) {
		if (events[i].token == 0)
			library_accept();
		else
			library_echo(sources[events[i].token - 1]);
	}
}

static void library_close(void)
{
	while (source_count > 0)
		check(!iosrc_close(sources[--source_count]));
	check(!iosrc_close(listener));
	check(!iosrc_poller_release(poller));
}

/* ---- the client, and the program ---- */

static void connect_all(void)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		clients[i] = socket(AF_INET, SOCK_STREAM, 0);
		check(connect(clients[i], (struct sockaddr *)&address,
		          sizeof address) == 0);
	}
}

static void send_all(int round)
{
	char data[MESSAGE_SIZE];

	for (int i = 0; i < CONNECTIONS; i++) {
		memset(data, round + i, sizeof data);
		check(write(clients[i], data, sizeof data) == sizeof data);
	}
}

static void receive_all(int round)
{
	char data[MESSAGE_SIZE], expected[MESSAGE_SIZE];

	for (int i = 0; i < CONNECTIONS; i++) {
		memset(expected, round + i, sizeof data);
		check(recv(clients[i], data, sizeof data, MSG_WAITALL) ==
		    sizeof data);
		check(memcmp(data, expected, sizeof data) == 0);
	}
}

static void run(void (*serve)(void))
{
	connect_all();
	serve(); /* accepts them all */
	serve(); /* each is writable */
	for (int round = 0; round < ROUNDS; round++) {
		send_all(round);
		serve();
		receive_all(round);
	}
	for (int i = 0; i < CONNECTIONS; i++)
		close(clients[i]);
}

int main(int count, char **texts)
{
	if (count == 2 && strcmp(texts[1], "raw") == 0) {
		raw_open();
		run(raw_serve);
		raw_close();
	} else if (count == 2 && strcmp(texts[1], "library") == 0) {
		library_open();
		run(library_serve);
		library_close();
	} else {
		return 2;
	}
	return 0;
}
