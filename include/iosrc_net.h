/* SPDX-License-Identifier: MIT */
/**
 * iosrc_net.h: addresses, endpoints and socket calls on top of iosrc.h. All
 * that is said there holds here: statuses, threads, ownership, sizes.
 *
 * A TCP server and client without a socket call of one's own:
 *
 *	iosrc_address address;
 *	iosrc_source *listener, *client, *served;
 *
 *	iosrc_address_parse("127.0.0.1:0", SIZE_MAX, &address);
 *	iosrc_listen(&address, NULL, 0, &listener);
 *	iosrc_local_address(listener, &address);
 *	iosrc_connect(&address, NULL, 0, &client);
 *	iosrc_accept(listener, NULL, &served);
 *
 * Register the sources with a poller, as those of iosrc_create. Accept when
 * the listener is readable, until it answers IOSRC_E_WOULD_BLOCK. A connect
 * has ended when the source is writable: iosrc_take_error tells how.
 *
 * Handles that these calls open are non-blocking, are not inherited by
 * programs that are executed (close-on-exec) and raise no SIGPIPE on sockets;
 * for pipes see direct I/O in iosrc.h. They are open to setsockopt(2) and the
 * like by iosrc_source_handle.
 *
 * There is no resolution of names here: getaddrinfo(3) blocks, and how to
 * wait for it is the program's choice. What it answers goes into an
 * iosrc_address by way of text (getnameinfo(3), NI_NUMERICHOST), or as it is,
 * as IOSRC_FAMILY_OTHER.
 *
 * ON WINDOWS
 *
 * Where Winsock has another word for what Unix knows, Unix's is answered, and
 * iosrc_status_os answers Winsock's nearest code: a datagram that was cut is a
 * count with IOSRC_OUT_TRUNCATED, a read after a shutdown of one's own is the
 * end, a connection that either side gave up is CONNECTION_RESET, a datagram
 * that nobody took is CONNECTION_REFUSED, and told to connected sockets alone.
 * iosrc_pair makes two sockets of the loopback interface, whose addresses are
 * inet; there is no SEQPACKET. A unix path is UTF-8 and has no mode; unix has
 * streams alone and no abstract names. IOSRC_LISTEN_REUSE_PORT is for
 * datagrams (SO_REUSEADDR): of those for one host one socket gets all. The
 * times and the count of keep-alive need Windows 10 1709. What the system lacks
 * is UNSUPPORTED. Winsock is started by the first socket that the library opens
 * (WSAStartup), for good; who hands in sockets of one's own has started it.
 */
#ifndef IOSRC_NET_H
#define IOSRC_NET_H

#include <iosrc.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- addresses ---- */

/** No address: a datagram's sender where the system tells none. */
#define IOSRC_FAMILY_NONE          0u
/** IPv4, ip(7): 4 bytes in network order. */
#define IOSRC_FAMILY_INET          1u
/** IPv6, ipv6(7): 16 bytes in network order. */
#define IOSRC_FAMILY_INET6         2u
/** A path, unix(7), without a closing NUL; size 0 is unnamed. */
#define IOSRC_FAMILY_UNIX          3u
/** A name in Linux's abstract namespace, unix(7), without the leading NUL. */
#define IOSRC_FAMILY_UNIX_ABSTRACT 4u
/** A named pipe of Windows: all of \\.\pipe\NAME, in UTF-8. */
#define IOSRC_FAMILY_PIPE          5u
/** Any other: data holds the system's own struct sockaddr. Not portable. */
#define IOSRC_FAMILY_OTHER         255u

/** An address. 288 bytes, alignment 4, everywhere. Make it by
 * iosrc_address_parse, or zero it whole and fill it in: then unused bytes are
 * zero, and two addresses are equal when their bytes are. A field that the
 * family does not use is zero. */
typedef struct iosrc_address {
	uint32_t family;      /**< IOSRC_FAMILY_* */
	uint32_t port;        /**< host order; inet and inet6, at most 65535 */
	uint32_t scope;       /**< inet6: index of the interface, or 0 */
	uint32_t flow;        /**< inet6: flow information, host order */
	uint32_t size;        /**< bytes used in data */
	uint32_t reserved[3]; /**< zero, else UNSUPPORTED */
	uint8_t data[256];    /**< as the family says; the rest is zero */
} iosrc_address;

/** Room in bytes for any text of iosrc_address_format. */
#define IOSRC_ADDRESS_TEXT_SIZE 1088

/* ---- endpoints: options, all zero is the default ---- */

/** A stream of bytes: TCP, or unix(7) SOCK_STREAM. */
#define IOSRC_TYPE_STREAM    0u
/** Datagrams: UDP, or unix(7) SOCK_DGRAM. */
#define IOSRC_TYPE_DATAGRAM  1u
/** Records in order: unix(7) SOCK_SEQPACKET. */
#define IOSRC_TYPE_SEQPACKET 2u

/** Options of iosrc_listen. 16 bytes. */
typedef struct iosrc_listen_options {
	iosrc_flags flags; /**< IOSRC_LISTEN_* */
	uint32_t type;     /**< IOSRC_TYPE_STREAM or _SEQPACKET */
	uint32_t backlog;  /**< 0 is the system's largest, SOMAXCONN */
	uint32_t mode;     /**< permission bits of a unix path, at most 0777,
	                    * whatever the umask; 0 leaves it to the umask */
} iosrc_listen_options;

/** Several sockets share address and port: socket(7) SO_REUSEPORT. Inet. */
#define IOSRC_LISTEN_REUSE_PORT    0x00000001u
/** Inet6 alone, no inet (ipv6(7) IPV6_V6ONLY). Without it an inet6 socket
 * takes both, whatever the system's default. */
#define IOSRC_LISTEN_V6_ONLY       0x00000002u
/** Remove a unix path first when it is a socket on which nobody answers. Two
 * programs that do so at the same moment can take it from one another. */
#define IOSRC_LISTEN_UNLINK_STALE  0x00000004u
/** No reuse of an address: socket(7) SO_REUSEADDR stays off. Without it a
 * stream server can be started again at once; datagrams never reuse. */
#define IOSRC_LISTEN_EXCLUSIVE_USE 0x00000008u

/** Options of iosrc_connect. 296 bytes. */
typedef struct iosrc_connect_options {
	iosrc_flags flags;    /**< IOSRC_CONNECT_* */
	uint32_t type;        /**< IOSRC_TYPE_* */
	iosrc_address source; /**< bound first; family 0 is none */
} iosrc_connect_options;

/** Small writes leave at once: tcp(7) TCP_NODELAY. */
#define IOSRC_CONNECT_NO_DELAY 0x00000001u

/** Options of iosrc_bind_datagram. 8 bytes. */
typedef struct iosrc_datagram_options {
	iosrc_flags flags; /**< IOSRC_LISTEN_REUSE_PORT, _V6_ONLY,
	                    * _UNLINK_STALE or _EXCLUSIVE_USE */
	uint32_t reserved; /**< zero, else UNSUPPORTED */
} iosrc_datagram_options;

/* ---- flags of socket calls ---- */

/** Leave what is read in the queue: recv(2) MSG_PEEK. */
#define IOSRC_RECV_PEEK     0x00000001u
/** Read out-of-band data: recv(2) MSG_OOB. */
#define IOSRC_RECV_OOB      0x00000002u
/** Send out-of-band data: send(2) MSG_OOB. */
#define IOSRC_SEND_OOB      0x00000002u
/** The datagram was longer than the room; the rest of it is lost. */
#define IOSRC_OUT_TRUNCATED 0x00000001u

/* ---- options of sockets ----
 * Switches are 0 or 1. An option that the endpoint's family or type lacks is
 * UNSUPPORTED, a value out of its range INVALID.
 */

/** Small writes leave at once, a switch: tcp(7) TCP_NODELAY. TCP. */
#define IOSRC_OPTION_NO_DELAY            1u
/** Probe a silent peer, a switch: socket(7) SO_KEEPALIVE. TCP. */
#define IOSRC_OPTION_KEEP_ALIVE          2u
/** Seconds of silence before the first probe, 1 to 32767: tcp(7)
 * TCP_KEEPIDLE. */
#define IOSRC_OPTION_KEEP_ALIVE_IDLE     3u
/** Seconds between probes, 1 to 32767: tcp(7) TCP_KEEPINTVL. */
#define IOSRC_OPTION_KEEP_ALIVE_INTERVAL 4u
/** Probes before the connection is dropped, 1 to 127: tcp(7) TCP_KEEPCNT. */
#define IOSRC_OPTION_KEEP_ALIVE_COUNT    5u
/** Seconds, at most 65535, that unsent data is kept after close; 0 resets the
 * connection, -1 is off, the default: socket(7) SO_LINGER. TCP. */
#define IOSRC_OPTION_LINGER              6u
/** Time to live of what is sent, 1 to 255: ip(7) IP_TTL. Inet. */
#define IOSRC_OPTION_TTL                 7u
/** The same of inet6, 1 to 255: ipv6(7) IPV6_UNICAST_HOPS. */
#define IOSRC_OPTION_HOP_LIMIT           8u
/** Allow broadcasts, a switch: socket(7) SO_BROADCAST. Inet datagrams. */
#define IOSRC_OPTION_BROADCAST           9u
/** Bytes that may wait to be read, from 1: socket(7) SO_RCVBUF. The system
 * rounds it and has limits of its own. */
#define IOSRC_OPTION_RECV_BUFFER         10u
/** Bytes that may wait to be sent, from 1: socket(7) SO_SNDBUF. */
#define IOSRC_OPTION_SEND_BUFFER         11u
/** Whether inet6 takes no inet, a switch: ipv6(7) IPV6_V6ONLY. It can be set
 * before the socket is bound alone, so IOSRC_LISTEN_V6_ONLY is for that. */
#define IOSRC_OPTION_V6_ONLY             12u
/** Own multicasts come back, a switch: ip(7) IP_MULTICAST_LOOP, ipv6(7)
 * IPV6_MULTICAST_LOOP. Datagrams. */
#define IOSRC_OPTION_MULTICAST_LOOP      13u
/** Time to live of multicasts, 0 to 255: ip(7) IP_MULTICAST_TTL, ipv6(7)
 * IPV6_MULTICAST_HOPS. Datagrams. */
#define IOSRC_OPTION_MULTICAST_TTL       14u
/** Index of the interface that multicasts leave by (if_nametoindex(3)), at
 * most 2^31-1; 0 is the system's choice: ip(7) IP_MULTICAST_IF, ipv6(7)
 * IPV6_MULTICAST_IF. Datagrams. Linux does not tell it for inet: the source
 * remembers what was set through it. */
#define IOSRC_OPTION_MULTICAST_INTERFACE 15u

/* ---- addresses ---- */

/**
 * Makes an address of text.
 *
 * The forms, of which iosrc_address_format is the inverse:
 *
 *	127.0.0.1:80        inet: four decimal numbers and a port
 *	[fe80::1%2]:80      inet6 (RFC 4291), if need be with the index of an
 *	                    interface (not its name), and a port
 *	unix:/run/x         a path; "unix:" alone is unnamed
 *	unix:@name          an abstract name; a path that begins with @ is
 *	                    written unix:\x40... or unix:./@...
 *	pipe:\\.\pipe\x     a named pipe of Windows
 *
 * In a path or an abstract name \xHH, two hexadecimal digits, is that byte;
 * any other backslash is itself. Numbers have no leading zeroes, no sign and
 * no blanks. No names are resolved and no system call is made. Whether the
 * system has the family, and room for a path as long, shows when the address
 * is used.
 *
 * @param text in,borrowed: the text
 * @param size in,bytes: its length; SIZE_MAX says that it ends with NUL
 * @param out_address out,borrowed: the address
 * @return a status
 * @error IOSRC_E_INVALID an argument is NULL, the size is above 2^31-1 and
 *   not SIZE_MAX, or the text is no address
 * @error IOSRC_E_NO_SPACE the path or name is longer than 256 bytes
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_address_parse(const char *text,
    size_t size, iosrc_address *out_address);

/**
 * Stores the text of an address.
 *
 * Bytes of a path or an abstract name that are no printable ASCII are written
 * \xHH, and so is a backslash that would be read so. Flow information has no
 * text. The text ends with NUL; IOSRC_ADDRESS_TEXT_SIZE is always enough.
 *
 * @param address in,borrowed: the address
 * @param out_text out,borrowed: where the text is stored
 * @param size in,bytes: the room, with that for the NUL
 * @return the bytes stored, without the closing NUL
 * @error IOSRC_E_INVALID an argument is NULL, size is above 2^31-1, or the
 *   address is none: family NONE, or a field out of its range
 * @error IOSRC_E_UNSUPPORTED the family is OTHER or not known, or a reserved
 *   field is not zero
 * @error IOSRC_E_NO_SPACE the room is too small; nothing is stored
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_address_format(const iosrc_address *address,
    char *out_text, size_t size);

/**
 * Answers the address that a socket is bound to (getsockname(2)).
 *
 * Tells the port that the system chose for port 0.
 *
 * @param source in,borrowed: the source
 * @param out_address out,borrowed: the address; family OTHER where the library
 *   has no name for it
 * @return a status
 * @error IOSRC_E_INVALID an argument is NULL
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @error IOSRC_KIND_LIMIT no buffer space
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_local_address(iosrc_source *source,
    iosrc_address *out_address);

/**
 * Answers the address that a socket is connected to (getpeername(2)).
 *
 * @param source in,borrowed: the source
 * @param out_address out,borrowed: the address; an unnamed unix peer has size
 *   0
 * @return a status
 * @error IOSRC_E_INVALID an argument is NULL
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @error IOSRC_KIND_NOT_CONNECTED the socket is not connected, or not yet
 * @error IOSRC_KIND_LIMIT no buffer space
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_peer_address(iosrc_source *source,
    iosrc_address *out_address);

/* ---- endpoints ---- */

/**
 * Opens a socket that listens (bind(2), listen(2)).
 *
 * The address family picks the protocol. A unix path stays when the source is
 * closed; IOSRC_LISTEN_UNLINK_STALE removes it the next time.
 *
 * @param address in,borrowed: where; port 0 lets the system choose
 * @param options in,borrowed,nullable: NULL is all defaults
 * @param options_size in,bytes: sizeof *options; 0 is all defaults
 * @param out_source out,owned: the source, to be ended by iosrc_close or
 *   iosrc_into_inner
 * @return a status
 * @error IOSRC_E_INVALID address or out_source is NULL, options is NULL and
 *   its size is not 0, a size is above 2^31-1, a field of the address or of
 *   the options is out of its range, the type is DATAGRAM, a unix address is
 *   unnamed, a flag or mode is for another family, or REUSE_PORT and
 *   EXCLUSIVE_USE come together
 * @error IOSRC_E_UNSUPPORTED a flag, type or family is not known, the family
 *   lacks the type, a reserved field is not zero, the options go on with
 *   something that this version does not know, or the system lacks the family
 * @error IOSRC_E_NO_SPACE the path or name is longer than the system takes
 * @error IOSRC_E_NO_MEMORY no memory
 * @error IOSRC_KIND_ADDRESS_IN_USE the address is taken
 * @error IOSRC_KIND_ADDRESS_INVALID the address is not of this host
 * @error IOSRC_KIND_PERMISSION a port or path that the user may not take
 * @error IOSRC_KIND_NOT_FOUND the path's folder does not exist
 * @error IOSRC_KIND_LIMIT no handle is free (EMFILE, ENFILE)
 * @error IOSRC_KIND_NO_MEMORY the kernel has no memory
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_listen(const iosrc_address *address,
    const iosrc_listen_options *options, size_t options_size,
    iosrc_source **out_source);

/**
 * Opens a socket and begins to connect it (connect(2)).
 *
 * Success says that the connect is done or in progress: when the source is
 * writable, iosrc_take_error tells how it ended. What is refused at once is
 * answered here, and there is no source then. A datagram socket is connected
 * at once; type DATAGRAM fixes the peer of iosrc_send and iosrc_recv.
 *
 * @param address in,borrowed: the peer
 * @param options in,borrowed,nullable: NULL is all defaults
 * @param options_size in,bytes: sizeof *options; 0 is all defaults
 * @param out_source out,owned: the source, to be ended by iosrc_close or
 *   iosrc_into_inner
 * @return a status
 * @error IOSRC_E_WOULD_BLOCK the queue of a unix listener is full: try again
 *   later
 * @error IOSRC_E_INVALID address or out_source is NULL, options is NULL and
 *   its size is not 0, a size is above 2^31-1, a field of an address is out of
 *   its range, a unix address is unnamed, the source address is of another
 *   family, or NO_DELAY is for what is no TCP
 * @error IOSRC_E_UNSUPPORTED as iosrc_listen
 * @error IOSRC_E_NO_SPACE as iosrc_listen
 * @error IOSRC_E_NO_MEMORY no memory
 * @error IOSRC_KIND_CONNECTION_REFUSED nobody listens there
 * @error IOSRC_KIND_NOT_FOUND the path does not exist
 * @error IOSRC_KIND_INVALID the path is that of a socket of another type
 * @error IOSRC_KIND_UNREACHABLE no way leads there
 * @error IOSRC_KIND_PERMISSION the path's mode, or a rule of the system
 * @error IOSRC_KIND_ADDRESS_IN_USE the source address is taken
 * @error IOSRC_KIND_ADDRESS_INVALID the source address is not of this host,
 *   or no port is free
 * @error IOSRC_KIND_LIMIT no handle is free (EMFILE, ENFILE)
 * @error IOSRC_KIND_NO_MEMORY the kernel has no memory
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_connect(const iosrc_address *address,
    const iosrc_connect_options *options, size_t options_size,
    iosrc_source **out_source);

/**
 * Opens a datagram socket and binds it (bind(2)).
 *
 * A unix address that is unnamed leaves it unbound: it can send, and nobody
 * can answer.
 *
 * @param address in,borrowed: where; port 0 lets the system choose
 * @param options in,borrowed,nullable: NULL is all defaults
 * @param options_size in,bytes: sizeof *options; 0 is all defaults
 * @param out_source out,owned: the source, to be ended by iosrc_close or
 *   iosrc_into_inner
 * @return a status
 * @error IOSRC_E_INVALID address or out_source is NULL, options is NULL and
 *   its size is not 0, a size is above 2^31-1, a field of the address is out
 *   of its range, a flag is for another family, or REUSE_PORT and
 *   EXCLUSIVE_USE come together
 * @error IOSRC_E_UNSUPPORTED as iosrc_listen
 * @error IOSRC_E_NO_SPACE as iosrc_listen
 * @error IOSRC_E_NO_MEMORY no memory
 * @error IOSRC_KIND_ADDRESS_IN_USE the address is taken
 * @error IOSRC_KIND_ADDRESS_INVALID the address is not of this host
 * @error IOSRC_KIND_PERMISSION a port or path that the user may not take
 * @error IOSRC_KIND_NOT_FOUND the path's folder does not exist
 * @error IOSRC_KIND_LIMIT no handle is free (EMFILE, ENFILE)
 * @error IOSRC_KIND_NO_MEMORY the kernel has no memory
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_bind_datagram(
    const iosrc_address *address, const iosrc_datagram_options *options,
    size_t options_size, iosrc_source **out_source);

/**
 * Makes two sockets that are connected to each other (socketpair(2)).
 *
 * @param type in: IOSRC_TYPE_*
 * @param out_a out,owned: one end
 * @param out_b out,owned: the other end
 * @return a status
 * @error IOSRC_E_INVALID an output is NULL, or both are the same
 * @error IOSRC_E_UNSUPPORTED the type is not known
 * @error IOSRC_E_NO_MEMORY no memory
 * @error IOSRC_KIND_LIMIT no handle is free (EMFILE, ENFILE)
 * @error IOSRC_KIND_NO_MEMORY the kernel has no memory
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_pair(uint32_t type,
    iosrc_source **out_a, iosrc_source **out_b);

/**
 * Makes a pipe (pipe2(2)).
 *
 * On Windows it is a named one whose name nobody is told.
 *
 * @param out_reader out,owned: the end to read from
 * @param out_writer out,owned: the end to write to
 * @return a status
 * @error IOSRC_E_INVALID an output is NULL, or both are the same
 * @error IOSRC_E_NO_MEMORY no memory
 * @error IOSRC_KIND_LIMIT no handle is free (EMFILE, ENFILE)
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_pipe(iosrc_source **out_reader,
    iosrc_source **out_writer);

/* ---- socket calls ----
 *
 * They arm directions again as direct I/O does (see iosrc.h): what would
 * block, a short count, and an error unless a closed bit was reported. The
 * short count of a peek does not arm. Out-of-band reading arms
 * IOSRC_PRIORITY. EINTR is retried.
 */

/**
 * Takes one connection from a listener (accept4(2)).
 *
 * Memory is allocated before: no connection is lost to NO_MEMORY. An error of
 * the connection itself (CONNECTION_ABORTED and those of the network) says
 * nothing of the listener: go on accepting until IOSRC_E_WOULD_BLOCK. After
 * LIMIT or NO_MEMORY the connections go on waiting, and no edge tells when
 * there is room again: try later, or use level mode.
 *
 * @param source inout,borrowed: the listener
 * @param out_peer out,borrowed,nullable: the peer's address
 * @param out_source out,owned: the connection, to be ended by iosrc_close or
 *   iosrc_into_inner
 * @return a status
 * @error IOSRC_E_WOULD_BLOCK no connection waits
 * @error IOSRC_E_INVALID source or out_source is NULL
 * @error IOSRC_E_NO_MEMORY no memory
 * @error IOSRC_KIND_CONNECTION_ABORTED the connection ended while it waited
 * @error IOSRC_KIND_LIMIT no handle is free (EMFILE, ENFILE): the connection
 *   goes on waiting
 * @error IOSRC_KIND_NO_MEMORY the kernel has no memory
 * @error IOSRC_KIND_INVALID the socket does not listen
 * @error IOSRC_KIND_UNSUPPORTED the socket has no connections
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @error IOSRC_KIND_PERMISSION a rule of the system forbids the connection
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_accept(iosrc_source *source,
    iosrc_address *out_peer, iosrc_source **out_source);

/**
 * Receives from a socket, once (recv(2)).
 *
 * @param source inout,borrowed: the source
 * @param out_data out,borrowed,nullable: where the bytes go; NULL only when
 *   size is 0
 * @param size in,bytes: at most 2^31-1
 * @param flags in: IOSRC_RECV_*
 * @param out_flags out,borrowed,nullable: IOSRC_OUT_TRUNCATED or 0
 * @return the bytes stored; 0 at the end of a stream, for an empty datagram,
 *   or when size is 0 and there is something to receive
 * @error IOSRC_E_WOULD_BLOCK nothing to receive now
 * @error IOSRC_E_INVALID source is NULL, out_data is NULL and size is not 0,
 *   or size is above 2^31-1
 * @error IOSRC_E_UNSUPPORTED a flag is not known
 * @error IOSRC_KIND_INVALID IOSRC_RECV_OOB, and nothing urgent has come; a
 *   unix socket that listens
 * @error IOSRC_KIND_UNSUPPORTED the socket has no out-of-band data
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @error IOSRC_KIND_NOT_CONNECTED the socket is not connected
 * @error IOSRC_KIND_CONNECTION_RESET the peer reset the connection
 * @error IOSRC_KIND_CONNECTION_REFUSED as iosrc_read
 * @error IOSRC_KIND_TIMED_OUT the peer does not answer any more
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_recv(iosrc_source *source, void *out_data,
    size_t size, iosrc_flags flags, iosrc_flags *out_flags);

/**
 * Sends to the peer of a socket, once (send(2)).
 *
 * @param source inout,borrowed: the source
 * @param data in,borrowed,nullable: the bytes; NULL only when size is 0
 * @param size in,bytes: at most 2^31-1
 * @param flags in: IOSRC_SEND_*
 * @return the bytes taken, which on a stream may be fewer than size
 * @error IOSRC_E_WOULD_BLOCK no room now
 * @error IOSRC_E_INVALID source is NULL, data is NULL and size is not 0, or
 *   size is above 2^31-1
 * @error IOSRC_E_UNSUPPORTED a flag is not known
 * @error IOSRC_KIND_UNSUPPORTED the socket has no out-of-band data
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @error IOSRC_KIND_BROKEN_PIPE the peer is gone, or a TCP socket is not
 *   connected
 * @error IOSRC_KIND_NOT_CONNECTED the socket is not connected
 * @error IOSRC_KIND_CONNECTION_RESET the peer reset the connection
 * @error IOSRC_KIND_CONNECTION_REFUSED as iosrc_write
 * @error IOSRC_KIND_MESSAGE_SIZE the datagram is too large
 * @error IOSRC_KIND_LIMIT no buffer space
 * @error IOSRC_KIND_TIMED_OUT the peer does not answer any more
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_send(iosrc_source *source, const void *data,
    size_t size, iosrc_flags flags);

/**
 * Receives a datagram and tells from whom, once (recvfrom(2)).
 *
 * @param source inout,borrowed: the source
 * @param out_data out,borrowed,nullable: where the bytes go; NULL only when
 *   size is 0
 * @param size in,bytes: at most 2^31-1
 * @param flags in: IOSRC_RECV_*
 * @param out_peer out,borrowed,nullable: the sender; family NONE where the
 *   system tells none, as on a stream
 * @param out_flags out,borrowed,nullable: IOSRC_OUT_TRUNCATED or 0
 * @return as iosrc_recv
 * @error IOSRC_E_WOULD_BLOCK nothing to receive now
 * @error IOSRC_E_INVALID as iosrc_recv
 * @error IOSRC_E_UNSUPPORTED a flag is not known
 * @error IOSRC_KIND_INVALID as iosrc_recv
 * @error IOSRC_KIND_UNSUPPORTED as iosrc_recv
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @error IOSRC_KIND_NOT_CONNECTED as iosrc_recv
 * @error IOSRC_KIND_CONNECTION_RESET as iosrc_recv
 * @error IOSRC_KIND_CONNECTION_REFUSED a datagram sent before was refused
 *   (udp(7)); later datagrams still arrive
 * @error IOSRC_KIND_TIMED_OUT as iosrc_recv
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_recv_from(iosrc_source *source,
    void *out_data, size_t size, iosrc_flags flags, iosrc_address *out_peer,
    iosrc_flags *out_flags);

/**
 * Sends a datagram to an address, once (sendto(2)).
 *
 * On an unconnected unix socket it may be the peer's queue that is full, and
 * no event tells when it has room: drop the datagram, or try later.
 *
 * @param source inout,borrowed: the source
 * @param data in,borrowed,nullable: the bytes; NULL only when size is 0
 * @param size in,bytes: at most 2^31-1
 * @param flags in: IOSRC_SEND_*
 * @param peer in,borrowed: to whom
 * @return the bytes taken
 * @error IOSRC_E_WOULD_BLOCK no room now
 * @error IOSRC_E_INVALID source or peer is NULL, data is NULL and size is not
 *   0, size is above 2^31-1, or the peer is no address to send to: family
 *   NONE, an unnamed unix one, or a field out of its range
 * @error IOSRC_E_UNSUPPORTED a flag or family is not known, a reserved field
 *   is not zero, or the system lacks the family
 * @error IOSRC_E_NO_SPACE the path or name is longer than the system takes
 * @error IOSRC_KIND_UNSUPPORTED the socket is of another family
 * @error IOSRC_KIND_OTHER a unix socket is connected already (EISCONN); a TCP
 *   socket that is connected does not look at the peer
 * @error IOSRC_KIND_INVALID port 0
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @error IOSRC_KIND_BROKEN_PIPE as iosrc_send
 * @error IOSRC_KIND_NOT_CONNECTED a stream that is not connected; one that
 *   listens may answer UNSUPPORTED
 * @error IOSRC_KIND_CONNECTION_REFUSED nobody listens there, or a datagram
 *   sent before was refused (udp(7))
 * @error IOSRC_KIND_NOT_FOUND the path does not exist
 * @error IOSRC_KIND_MESSAGE_SIZE the datagram is too large
 * @error IOSRC_KIND_UNREACHABLE no way leads there
 * @error IOSRC_KIND_PERMISSION a broadcast without IOSRC_OPTION_BROADCAST, or
 *   a rule of the system
 * @error IOSRC_KIND_LIMIT no buffer space
 * @thread any
 * @since 0.9.0
 */
IOSRC_API int64_t IOSRC_CALL iosrc_send_to(iosrc_source *source,
    const void *data, size_t size, iosrc_flags flags,
    const iosrc_address *peer);

/**
 * Shuts down reading, writing or both on a socket (shutdown(2)).
 *
 * What was written still arrives, and then the peer reads the end.
 *
 * @param source inout,borrowed: the source
 * @param directions in: IOSRC_READABLE, IOSRC_WRITABLE or both
 * @return a status
 * @error IOSRC_E_INVALID source is NULL, or the directions are 0 or have
 *   another bit of iosrc.h
 * @error IOSRC_E_UNSUPPORTED the directions have a bit that is not known
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @error IOSRC_KIND_NOT_CONNECTED the socket is not connected
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_shutdown(iosrc_source *source,
    iosrc_bits directions);

/**
 * Takes the pending error of a socket (socket(7) SO_ERROR): how a connect
 * ended, or why an event carried IOSRC_ERROR.
 *
 * The error is taken once; the next call answers OK in out_error.
 *
 * @param source inout,borrowed: the source
 * @param out_error out,borrowed: the error as a status; IOSRC_OK when there is
 *   none
 * @return a status: of this call, not of the socket
 * @error IOSRC_E_INVALID an argument is NULL
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_take_error(iosrc_source *source,
    iosrc_status *out_error);

/**
 * Sets an option of a socket (setsockopt(2)).
 *
 * @param source inout,borrowed: the source
 * @param option in: IOSRC_OPTION_*
 * @param value in: as the option says
 * @return a status
 * @error IOSRC_E_INVALID source is NULL, or the value is out of its range
 * @error IOSRC_E_UNSUPPORTED the option is not known, or the endpoint lacks it
 * @error IOSRC_KIND_INVALID the socket's state does not allow it (V6_ONLY on
 *   a bound socket)
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @error IOSRC_KIND_ADDRESS_INVALID there is no such interface
 * @error IOSRC_KIND_NOT_FOUND there is no such interface
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_set_option(iosrc_source *source,
    uint32_t option, int64_t value);

/**
 * Answers an option of a socket (getsockopt(2)).
 *
 * Answers what iosrc_set_option gave, where the system took it as it was.
 *
 * @param source in,borrowed: the source
 * @param option in: IOSRC_OPTION_*
 * @param out_value out,borrowed: the value
 * @return a status
 * @error IOSRC_E_INVALID an argument is NULL
 * @error IOSRC_E_UNSUPPORTED the option is not known, or the endpoint lacks it
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_get_option(iosrc_source *source,
    uint32_t option, int64_t *out_value);

/**
 * Joins a multicast group (ip(7) IP_ADD_MEMBERSHIP, ipv6(7)
 * IPV6_ADD_MEMBERSHIP).
 *
 * @param source inout,borrowed: a datagram socket
 * @param group in,borrowed: the group, inet or inet6; its port is not looked
 *   at, a scope that is not 0 has to be the interface_index
 * @param interface_index in: if_nametoindex(3), at most 2^31-1; 0 is the
 *   system's choice
 * @return a status
 * @error IOSRC_E_INVALID an argument is NULL, the group is no multicast
 *   address, or the index is above 2^31-1
 * @error IOSRC_E_UNSUPPORTED the group is neither inet nor inet6, or the
 *   endpoint is of another family or no datagram socket
 * @error IOSRC_KIND_ADDRESS_IN_USE joined already
 * @error IOSRC_KIND_NOT_FOUND there is no such interface
 * @error IOSRC_KIND_LIMIT too many groups
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_multicast_join(iosrc_source *source,
    const iosrc_address *group, uint32_t interface_index);

/**
 * Leaves a multicast group (ip(7) IP_DROP_MEMBERSHIP, ipv6(7)
 * IPV6_DROP_MEMBERSHIP).
 *
 * @param source inout,borrowed: a datagram socket
 * @param group in,borrowed: the group, as it was joined
 * @param interface_index in: as it was joined, at most 2^31-1
 * @return a status
 * @error IOSRC_E_INVALID as iosrc_multicast_join
 * @error IOSRC_E_UNSUPPORTED as iosrc_multicast_join
 * @error IOSRC_KIND_ADDRESS_INVALID not joined
 * @error IOSRC_KIND_NOT_FOUND there is no such interface
 * @error IOSRC_KIND_BAD_HANDLE the handle is closed or no socket
 * @thread any
 * @since 0.9.0
 */
IOSRC_API iosrc_status IOSRC_CALL iosrc_multicast_leave(iosrc_source *source,
    const iosrc_address *group, uint32_t interface_index);

#ifdef __cplusplus
}
#endif
#endif
