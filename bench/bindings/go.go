// SPDX-License-Identifier: MIT

// Measures what the crossing from Go to the library costs: "go run
// ../../bench/bindings/go.go" in bindings/go, after iosrc was installed. A read
// and a wait contain the kernel's part, so the same of the package syscall
// stands beside them.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"syscall"
	"time"

	"iosrc"
)

const batch = 64

var rounds = 9 // the least counts; ROUNDS changes it

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure prints the ns for one of count operations that run does.
func measure(name string, count int, run func()) float64 {
	var before, after runtime.MemStats
	var times []float64

	run()
	runtime.ReadMemStats(&before)
	for i := 0; i < rounds; i++ {
		began := time.Now()
		run()
		times = append(times,
			float64(time.Since(began).Nanoseconds())/float64(count))
	}
	runtime.ReadMemStats(&after)
	sort.Float64s(times)
	allocated := float64(after.Mallocs-before.Mallocs) /
		float64(rounds*count)
	fmt.Printf("%-44s %8.1f ns %8.3f allocations\n", name, times[0],
		allocated)
	return times[0]
}

func times(count int, call func()) func() {
	return func() {
		for i := 0; i < count; i++ {
			call()
		}
	}
}

func calls(a, b *iosrc.Source) {
	const count = 200000
	data := make([]byte, 1)
	handle := int(a.Handle())
	measure("rearm", count, times(count, func() {
		a.Rearm(iosrc.Readable)
	}))
	measure("do_io, would block", count, times(count, func() {
		a.DoIO(iosrc.Readable, func(iosrc.Handle) (int, error) {
			return 0, syscall.EAGAIN
		})
	}))
	measure("read, would block", count, times(count, func() {
		a.Read(data)
	}))
	measure("the same by syscall.Read", count, times(count, func() {
		syscall.Read(handle, data)
	}))
	measure("write and read a byte", count/4, times(count/4, func() {
		b.Write(data)
		a.Read(data)
	}))
}

// In level mode each wait gives the same events. The difference between a batch
// of 64 and one event is what events cost: Go's share of it, beside the
// kernel's, is what the loop over them takes.
func events() {
	poller, err := iosrc.NewPoller(nil)
	check(err)
	var sources [batch]*iosrc.Source
	for i := range sources {
		source, peer, err := iosrc.Pair(iosrc.TypeStream)
		check(err)
		defer peer.Close()
		defer source.Close()
		check(source.Register(poller, uint64(i), iosrc.Writable|
			iosrc.Level))
		sources[i] = source
	}
	room := make([]iosrc.Event, batch)
	const count = 20000
	var sum uint64
	measure("wait for 1 event", count, times(count, func() {
		ready, _ := poller.Wait(room[:1], 0)
		sum += ready[0].Token
	}))
	measure("event of 64, wait and all", count*batch,
		times(count, func() {
			ready, _ := poller.Wait(room, 0)
			for i := range ready {
				sum += ready[i].Token
			}
		}))
	ready, err := poller.Wait(room, 0)
	check(err)
	loop := measure("event of 64, looked at",
		count*batch, times(count, func() {
			for i := range ready {
				sum += ready[i].Token + uint64(ready[i].Ready)
			}
		}))
	for _, source := range sources {
		check(source.Deregister(poller))
	}
	crossing := measure("wait(0) for nothing", count, times(count, func() {
		poller.Wait(room, 0)
	}))
	empty := measure("is_current, which only crosses", count,
		times(count, func() { poller.IsCurrent(ready[0]) }))
	fmt.Printf("beyond the C cost, per event of 64: %.1f ns "+
		"(a crossing is %.0f ns of a wait's %.0f)\n",
		loop+empty/batch, empty, crossing)
	check(poller.Close())
	runtime.KeepAlive(sum)
}

func main() {
	if n, err := strconv.Atoi(os.Getenv("ROUNDS")); err == nil && n > 0 {
		rounds = n
	}
	a, b, err := iosrc.Pair(iosrc.TypeStream)
	check(err)
	poller, err := iosrc.NewPoller(nil)
	check(err)
	fmt.Println(runtime.Version(), "libiosrc", iosrc.LibraryVersion(),
		iosrc.BackendName(poller.Backend()))
	check(a.Register(poller, 1, iosrc.Readable))
	calls(a, b)
	events()
	check(poller.Close())
}
