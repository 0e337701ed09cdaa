// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

const stream = syscall.SOCK_STREAM | syscall.SOCK_CLOEXEC

func unixPair() (int, int) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX,
		stream|syscall.SOCK_NONBLOCK, 0)
	check(err)
	return pair[0], pair[1]
}

// The reading end of a pipe, which is never ready.
func idlePipe() int {
	var pair [2]int
	check(syscall.Pipe2(pair[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC))
	return pair[0]
}

// No delay, and no TIME_WAIT: the next run needs the ports.
func tune(fd int) {
	check(syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP,
		syscall.TCP_NODELAY, 1))
	check(syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET,
		syscall.SO_LINGER, &syscall.Linger{Onoff: 1}))
}

func listenTCP() (int, *syscall.SockaddrInet4) {
	fd, err := syscall.Socket(syscall.AF_INET, stream, 0)
	check(err)
	check(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	check(syscall.Listen(fd, 1024))
	name, err := syscall.Getsockname(fd)
	check(err)
	return fd, name.(*syscall.SockaddrInet4)
}

func accept(listener int) int {
	fd, _, err := syscall.Accept4(listener,
		syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
	check(err)
	return fd
}

func tcpPair(listener int, address syscall.Sockaddr) (int, int) {
	fd, err := syscall.Socket(syscall.AF_INET, stream, 0)
	check(err)
	check(syscall.Connect(fd, address))
	check(syscall.SetNonblock(fd, true))
	other := accept(listener)
	tune(fd)
	tune(other)
	return fd, other
}

// Pairs of connected sockets: ends, then their peers.
func connectPairs(count int, family string) []int {
	listener, address := listenTCP()
	defer syscall.Close(listener)
	ends := make([]int, 2*count)
	for i := 0; i < count; i++ {
		if family == "tcp" {
			ends[i], ends[count+i] = tcpPair(listener, address)
		} else {
			ends[i], ends[count+i] = unixPair()
		}
	}
	return ends
}

// Starts the client program and answers the server's ends.
func acceptClient(count int, family string) ([]int, func()) {
	var listener int
	var place string
	if family == "tcp" {
		fd, address := listenTCP()
		listener, place = fd, fmt.Sprint(address.Port)
	} else {
		fd, err := syscall.Socket(syscall.AF_UNIX, stream, 0)
		check(err)
		place = fmt.Sprintf("@iosrc-bench-%d", os.Getpid())
		check(syscall.Bind(fd, &syscall.SockaddrUnix{Name: place}))
		check(syscall.Listen(fd, 1024))
		listener = fd
	}
	client := exec.Command(os.Getenv("BENCH_CLIENT"), place, fmt.Sprint(count))
	check(client.Start())
	ends := make([]int, count)
	for i := range ends {
		ends[i] = accept(listener)
		if family == "tcp" {
			tune(ends[i])
		}
	}
	return ends, func() {
		client.Process.Kill()
		client.Wait()
	}
}

func start(fds []int) {
	for _, fd := range fds {
		size, err := syscall.Write(fd, make([]byte, message))
		check(err)
		assert(size == message, "write")
	}
}
