// SPDX-License-Identifier: MIT

// What the heaps hold: Go's, after a collection, and the C library's.
package main

/*
#include <malloc.h>

static long long heap_bytes(void)
{
	struct mallinfo2 heap = mallinfo2();

	return (long long)(heap.uordblks + heap.hblkhd);
}
*/
import "C"

import "runtime"

func heapBytes() int64 {
	var stats runtime.MemStats

	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc) + int64(C.heap_bytes())
}
