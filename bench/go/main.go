// SPDX-License-Identifier: MIT

// The contenders in Go: PROGRAM iosrc|net list, or LOAD OPERATIONS [NUMBER...]
// [WORD], and the figures as bench/c/main.h says. The loads of iosrc are those
// of bench/c; net is Go's own poller, with a goroutine a connection.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"
)

const (
	message  = 64
	room     = 128 // more than comes, so that a read ends short
	capacity = 1024
)

type request struct {
	operations int
	numbers    []int
	word       string
}

type load struct {
	name string
	run  func(r request)
}

// Loads, and reasons for those that are not.
type contender struct {
	loads []load
	lacks [][2]string
}

var contenders = map[string]contender{"iosrc": iosrcContender, "net": netContender}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func assert(good bool, what string) {
	if !good {
		panic(what)
	}
}

func cpuNs() int64 {
	const processCPU = 2
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, processCPU,
		uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

func each(name string, ns int64, count int) {
	fmt.Printf("%s %.3f\n", name, float64(ns)/float64(count))
}

func operations(count int) {
	fmt.Println("operations", count)
}

func parse(words []string) request {
	var r request
	r.operations, _ = strconv.Atoi(words[0])
	for _, word := range words[1:] {
		if number, err := strconv.Atoi(word); err == nil {
			r.numbers = append(r.numbers, number)
		} else {
			r.word = word
		}
	}
	return r
}

func (c contender) list() {
	for _, load := range c.loads {
		fmt.Println(load.name)
	}
	fmt.Println("version:", runtime.Version())
	for _, lack := range c.lacks {
		fmt.Printf("%s: %s\n", lack[0], lack[1])
	}
}

func main() {
	if len(os.Args) == 3 && os.Args[2] == "list" {
		contenders[os.Args[1]].list()
		return
	}
	if len(os.Args) > 3 {
		for _, load := range contenders[os.Args[1]].loads {
			if load.name == os.Args[2] {
				load.run(parse(os.Args[3:]))
				return
			}
		}
	}
	fmt.Fprintln(os.Stderr,
		"usage: iosrc|net list | LOAD OPERATIONS [NUMBER...] [WORD]")
	os.Exit(2)
}
