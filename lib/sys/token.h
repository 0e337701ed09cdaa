/* SPDX-License-Identifier: MIT
 *
 * token.h: a token that other threads read while it is written. On processors
 * whose 64-bit atomics would need a library it is kept in two halves: what
 * reads it looks at a generation before and after, which makes them one.
 */
#ifndef IOSRC_SYS_TOKEN_H
#define IOSRC_SYS_TOKEN_H

#include <stdatomic.h>
#include <stdint.h>

#if UINTPTR_MAX > UINT32_MAX

typedef struct iosrc__token {
	_Atomic uint64_t whole;
} iosrc__token;

static inline void iosrc__token_set(iosrc__token *token, uint64_t value)
{
	atomic_store_explicit(&token->whole, value, memory_order_release);
}

static inline uint64_t iosrc__token_get(iosrc__token *token)
{
	return atomic_load_explicit(&token->whole, memory_order_acquire);
}

#else

typedef struct iosrc__token {
	_Atomic uint32_t low;
	_Atomic uint32_t high;
} iosrc__token;

static inline void iosrc__token_set(iosrc__token *token, uint64_t value)
{
	atomic_store_explicit(&token->low, (uint32_t)value,
	    memory_order_release);
	atomic_store_explicit(&token->high, (uint32_t)(value >> 32),
	    memory_order_release);
}

static inline uint64_t iosrc__token_get(iosrc__token *token)
{
	uint64_t low = atomic_load_explicit(&token->low, memory_order_acquire);
	uint64_t high = atomic_load_explicit(&token->high,
	    memory_order_acquire);

	return high << 32 | low;
}

#endif

#endif
