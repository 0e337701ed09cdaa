// SPDX-License-Identifier: MIT

package main

import (
	"syscall"
	"time"

	"iosrc"
)

var iosrcContender = contender{
	loads: []load{
		{"pipes", pipes},
		{"echo-together", echoTogether},
		{"echo-apart", echoApart},
		{"change", change},
		{"empty", empty},
		{"memory", memory},
		{"ready", ready},
		{"wake", wake},
	},
	lacks: [][2]string{
		{"*", "measured in C and Rust"},
		{"wake awake", "measured in C and Rust"},
		{"wake asleep", "measured in C and Rust"},
		{"wake pingpong", "measured in C and Rust"},
		{"empty threaded", "a program in Go always has threads"},
	},
}

type loop struct {
	poller  *iosrc.Poller
	sources []*iosrc.Source
	events  []iosrc.Event
}

func open(fds []int) *loop {
	poller, err := iosrc.NewPoller(nil)
	check(err)
	l := &loop{poller: poller, events: make([]iosrc.Event, capacity)}
	for _, fd := range fds {
		l.create(fd)
	}
	return l
}

func (l *loop) create(fd int) {
	source, err := iosrc.NewSource(iosrc.Handle(fd), iosrc.HandleDefault)
	check(err)
	l.sources = append(l.sources, source)
}

func (l *loop) add(i int, mode iosrc.Interest) {
	check(l.sources[i].Register(l.poller, uint64(i), iosrc.Readable|mode))
}

func watch(fds []int, mode iosrc.Interest) *loop {
	l := open(fds)
	for i := range fds {
		l.add(i, mode)
	}
	return l
}

func (l *loop) wait(timeout time.Duration) []iosrc.Event {
	ready, err := l.poller.Wait(l.events, timeout)
	check(err)
	return ready
}

func pipes(r request) {
	count, active, writes := r.numbers[0], r.numbers[1], r.numbers[2]
	ends, peers := make([]int, count), make([]int, count)
	for i := range ends {
		ends[i], peers[i] = unixPair()
	}
	l := watch(ends, 0)
	buffer, one := make([]byte, room), []byte("e")
	fire := func(to int) {
		size, err := syscall.Write(peers[to], one)
		check(err)
		assert(size == 1, "write")
	}
	run := func() int {
		left, seen := writes, 0
		for i := 0; i < active; i++ {
			fire(i * (count / active))
		}
		for seen < active+writes {
			for _, event := range l.wait(-1) {
				size, err := l.sources[event.Token].Read(buffer)
				check(err)
				seen += size
				if left > 0 {
					left--
					fire((int(event.Token) + 1) % count)
				}
			}
		}
		return seen
	}
	run()
	seen, began := 0, cpuNs()
	for seen < r.operations {
		seen += run()
	}
	each("event", cpuNs()-began, seen)
	operations(seen)
}

// Reads what one event tells of and writes it back.
func (l *loop) echoOne(event iosrc.Event, buffer []byte) {
	source := l.sources[event.Token]
	size, err := source.Read(buffer)
	check(err)
	assert(size > 0, "read")
	sent, err := source.Write(buffer[:size])
	check(err)
	assert(sent == size, "write")
}

// What several events tell of is two crossings, one that reads and one that
// writes.
type echoBatch struct {
	*iosrc.Batch
	sizes []int
}

func (e *echoBatch) run(l *loop, ready []iosrc.Event, op uint32) {
	e.Reset()
	for i := range ready {
		e.Add(l.sources[ready[i].Token], op, 0, i*room, e.sizes[i])
	}
	_, err := e.Run(l.poller)
	check(err)
}

func (e *echoBatch) echo(l *loop, ready []iosrc.Event) {
	for i := range ready {
		e.sizes[i] = room
	}
	e.run(l, ready, iosrc.OpRead)
	for i := range ready {
		size, _, err := e.Result(i)
		check(err)
		assert(size > 0, "read")
		e.sizes[i] = size
	}
	e.run(l, ready, iosrc.OpWrite)
	for i := range ready {
		sent, _, err := e.Result(i)
		check(err)
		assert(sent == e.sizes[i], "write")
	}
}

func (l *loop) echo(warm, wanted int) {
	memory := make([]byte, capacity*room)
	batch := echoBatch{iosrc.NewBatch(memory), make([]int, capacity)}
	turns := func(until int) int {
		seen := 0
		for seen < until {
			ready := l.wait(-1)
			if len(ready) == 1 {
				l.echoOne(ready[0], memory[:room])
			} else {
				batch.echo(l, ready)
			}
			seen += len(ready)
		}
		return seen
	}
	turns(warm)
	began := cpuNs()
	seen := turns(wanted)
	each("message", cpuNs()-began, seen)
	operations(seen)
}

func echoTogether(r request) {
	count := r.numbers[0]
	ends := connectPairs(count, r.word)
	l := watch(ends, 0)
	start(ends[:count])
	l.echo(2*count, r.operations)
}

func echoApart(r request) {
	ends, stop := acceptClient(r.numbers[0], r.word)
	defer stop()
	watch(ends, 0).echo(2*len(ends), r.operations)
}

func (l *loop) settle() {
	assert(len(l.wait(0)) == 0, "an event too many")
}

func idle(count int) []int {
	ends := make([]int, count)
	for i := range ends {
		ends[i] = idlePipe()
	}
	return ends
}

func change(r request) {
	count := r.numbers[0]
	l := open(idle(count))
	steps := []struct {
		name string
		run  func(i int)
		took int64
	}{
		{"add", func(i int) { l.add(i, 0) }, 0},
		{"modify", func(i int) {
			check(l.sources[i].Reregister(l.poller, uint64(i),
				iosrc.Readable|iosrc.Writable))
		}, 0},
		{"remove", func(i int) {
			check(l.sources[i].Deregister(l.poller))
		}, 0},
	}
	done := 0
	for ; done < r.operations; done += count {
		for s := range steps {
			began := cpuNs()
			for i := 0; i < count; i++ {
				steps[s].run(i)
			}
			l.settle()
			steps[s].took += cpuNs() - began
		}
	}
	for _, step := range steps {
		each(step.name, step.took, done)
	}
	operations(done)
}

func empty(r request) {
	l := watch(idle(r.numbers[0]), 0)
	began := cpuNs()
	for i := 0; i < r.operations; i++ {
		l.settle()
	}
	each("wait", cpuNs()-began, r.operations)
	operations(r.operations)
}

func memory(r request) {
	count := r.numbers[0]
	fds, l := idle(count), open(nil)
	l.sources = make([]*iosrc.Source, 0, count)
	bare := heapBytes()
	for _, fd := range fds {
		l.create(fd)
	}
	objects := heapBytes()
	for i := range fds {
		l.add(i, 0)
	}
	l.settle()
	all := heapBytes()
	each("object", objects-bare, count)
	each("watching", all-objects, count)
	operations(len(l.sources))
}

// Sockets in place of eventfds, which Go's syscall package cannot make.
func ready(r request) {
	count, mode := r.numbers[0], iosrc.Interest(0)
	if r.word == "level" {
		mode = iosrc.Level
	}
	ends, peers := make([]int, count), make([]int, count)
	for i := range ends {
		ends[i], peers[i] = unixPair()
	}
	l := watch(ends, mode)
	times, buffer := make([]int, count), make([]byte, room)
	seen, turns, took := 0, 0, int64(0)
	start(peers)
	for seen < r.operations {
		until, began := seen+count, cpuNs()
		for seen < until {
			for _, event := range l.wait(-1) {
				times[event.Token]++
				seen++
			}
		}
		took += cpuNs() - began
		turns++
		if r.word == "level" {
			continue
		}
		for _, source := range l.sources {
			_, err := source.Read(buffer)
			check(err)
		}
		start(peers)
	}
	for _, one := range times {
		assert(one == turns || r.word == "level" && one > 0, "lost")
	}
	each("event", took, seen)
	operations(seen)
}

func wake(r request) {
	l := open(nil)
	waker, err := l.poller.NewWaker(1)
	check(err)
	began := cpuNs()
	for i := 0; i < r.operations; i++ {
		check(waker.Wake())
		if r.word == "self" {
			assert(len(l.wait(0)) == 1, "a wake was lost")
		}
	}
	took := cpuNs() - began
	assert(r.word == "self" || len(l.wait(0)) == 1, "a wake was lost")
	check(waker.Close())
	each("wake", took, r.operations)
	operations(r.operations)
}
