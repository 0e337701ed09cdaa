// SPDX-License-Identifier: MIT

package main

import (
	"net"
	"os"
	"sync/atomic"
)

var netContender = contender{
	loads: []load{
		{"echo-together", netTogether},
		{"echo-apart", netApart},
	},
	lacks: [][2]string{{"*", "Go's poller is not to be called by itself"}},
}

// A goroutine each reads and writes back; the counter says when to stop.
func netEcho(ends []int, warm, wanted int) {
	var seen int64
	warmed, over := make(chan int64, 1), make(chan int64, 1)
	echo := func(connection net.Conn) {
		buffer := make([]byte, room)
		for {
			size, err := connection.Read(buffer)
			if err != nil {
				return
			}
			if _, err = connection.Write(buffer[:size]); err != nil {
				return
			}
			switch atomic.AddInt64(&seen, 1) {
			case int64(warm):
				warmed <- cpuNs()
			case int64(warm + wanted):
				over <- cpuNs()
			}
		}
	}
	for _, fd := range ends {
		file := os.NewFile(uintptr(fd), "connection")
		connection, err := net.FileConn(file)
		check(err)
		check(file.Close())
		go echo(connection)
	}
	first := <-warmed
	each("message", <-over-first, wanted)
	operations(wanted)
}

func netTogether(r request) {
	count := r.numbers[0]
	ends := connectPairs(count, r.word)
	start(ends[:count])
	netEcho(ends, 2*count, r.operations)
}

func netApart(r request) {
	ends, stop := acceptClient(r.numbers[0], r.word)
	defer stop()
	netEcho(ends, 2*len(ends), r.operations)
}
