/* SPDX-License-Identifier: MIT
 *
 * wake.pml: the latch (lib/latch.c) under the waits of a kernel in which
 * several threads may block at once (lib/wait.c).
 *
 * NWT waiting threads, of which one at least stays; NTH threads that wake
 * NWAKE times each through NWK wakers; CAP places in a waiter's array; SRC
 * edges of sources, TMO timeouts a waiter may suffer, FAIL kicks that may
 * fail; EXT: a foreign loop watches the exposed handle; REUSE: waker 0 is
 * released by its last thread and its post has a new owner; LEVEL: sources
 * that are always ready compete with the posts. KICK_PLACE=0: a kernel whose
 * kick takes no place among its items (epoll's takes one).
 *
 * One word: PENDING, EXPOSED, RETRY and the sleepers; its reads and changes
 * are single steps. Processors that reorder: the one place where it matters,
 * the first look at a block's bits, is modelled as BUG_PLAIN_LOOK.
 */
#ifndef NWT
#define NWT 2
#endif
#ifndef NWK
#define NWK 1
#endif
#ifndef NTH
#define NTH 2
#endif
#ifndef NWAKE
#define NWAKE 1
#endif
#ifndef CAP
#define CAP 1
#endif
#ifndef SRC
#define SRC 0
#endif
#ifndef TMO
#define TMO 0
#endif
#ifndef FAIL
#define FAIL 0
#endif
#ifndef KICK_PLACE
#define KICK_PLACE 1
#endif

/* the latch */
bool pending, retry, exposed;
byte sleepers;
byte reserve;                   /* whose turn it is at capacity 1 */
byte bits;                      /* of the block, one a waker */
byte due[NWK];
byte generation[NWK] = 1;       /* of the post's slot: odd is live */

/* the kernel */
bool kicked;                    /* the eventfd's edge is in the ready list */
byte src = SRC;
byte fails = FAIL;

/* what is asked: `owed` has a bit for each waking thread, from its wake's
 * first step until an event is given */
byte owed[NWK];
byte wakes[NWK], events[NWK];   /* of the live generation */
byte scanning;                  /* takers between the word and the scan's end */
byte stay = NWT;
#ifdef LEVEL
byte passed_over;               /* waits that left a post for the source */
#endif
byte references = NTH;          /* of waker 0, with REUSE */

inline kick() {
	if
	:: fails > 0 -> atomic { fails--; retry = 1 }
	:: atomic { true ->
#ifdef BUG_RETRY_CLEARED_LATE
		kicked = 1 };
	   if
	   :: retry -> retry = 0
	   :: else -> skip
	   fi
#else
		retry = 0 };
	   if
	   :: fails > 0 -> atomic { fails--; retry = 1 }
	   :: kicked = 1
	   fi
#endif
	fi
}

/* iosrc__registration_read and the delivery; `g` is what `due` held */
inline deliver() {
	atomic {
		if
		:: g != 0 && g == generation[k] ->
			n++;
			events[k]++;
#ifdef LEVEL
			passed_over = 0;
#endif
			assert(events[k] <= wakes[k]);
			owed[k] = 0
		:: else -> skip
		fi;
		g = 0
	}
}

inline take_one() {
	atomic {
		had = (bits >> k) & 1;
		bits = bits & ~(1 << k)
	};
	if
	:: had ->
#ifdef BUG_NO_DUE_WORD
		atomic { g = generation[k]; g = (g & 1 -> g : 0) };
#else
		atomic { g = due[k]; due[k] = 0 };
#endif
		deliver()
	:: else -> skip
	fi;
	had = 0
}

/* iosrc__latch_take: CAP - n is the room, at least one */
inline take() {
	if
	:: !pending -> skip
	:: else ->
#ifdef BUG_PLAIN_LOOK
		look = bits;
#endif
#ifdef BUG_CLEARED_AFTER_SCAN
		scanning++;
#else
		atomic { pending = 0; scanning++ };
#endif
#ifndef BUG_PLAIN_LOOK
		look = bits;
#endif
		k = 0;
		do
		:: k >= NWK -> break
		:: k < NWK && !((look >> k) & 1) -> k++
		:: k < NWK && ((look >> k) & 1) ->
			if
			:: n >= CAP -> left = 1; break
			:: else -> take_one(); k++
			fi
		od;
		atomic { look = 0; k = 0 };
#ifdef BUG_CLEARED_AFTER_SCAN
		pending = 0;
#endif
		if
#ifdef BUG_LEFT_OVER_FORGOTTEN
		:: left -> atomic { left = 0; scanning-- }
#else
		:: left ->
			atomic {
				op = pending; os = sleepers; oe = exposed;
				pending = 1; left = 0; scanning--
			};
			if
#ifdef BUG_LEFT_OVER_WITHOUT_KICK
			:: skip
#else
			:: !op && (os > 0 || oe) -> kick()
			:: else -> skip
#endif
			fi
#endif
		:: else -> scanning--
		fi
	fi
}

/* iosrc__wait_take: op, os, oe hold the word read after the kernel */
inline wait_take() {
	if
	:: !op -> skip
	:: op && n < CAP -> take()
#ifdef BUG_NO_BATON
	:: op && n >= CAP -> skip
#else
	:: op && n >= CAP && (os > 0 || oe) -> kick()
	:: op && n >= CAP && !(os > 0 || oe) -> skip
#endif
	fi;
	atomic { op = 0; os = 0; oe = 0 }
}

/* iosrc__wait_room: the places that the kernel may fill */
inline wait_room() {
	atomic { op = pending; room = CAP };
#ifndef BUG_NO_RESERVE
	if
	:: op && CAP > 1 -> room = CAP - 1
	:: op && CAP == 1 -> atomic { room = reserve; reserve = 1 - reserve }
	:: else -> skip
	fi
#endif
}

/* What the kernel gives: as much as there is, up to `room` items. LEVEL: there
 * is always enough, and waits may not pass over a post for ever. */
inline harvest() {
#ifdef LEVEL
	if
	:: room > 0 && kicked -> kicked = 0; room--
	:: else -> skip
	fi;
	if
	:: room > 0 ->
		n = n + room;
		passed_over = (pending -> passed_over + 1 : 0);
		assert(passed_over < 3)
	:: else -> skip
	fi;
#else
	do
	:: room > 0 && kicked -> kicked = 0; room = room - KICK_PLACE
	:: room > 0 && src > 0 -> src--; n++; room--
	:: room == 0 || (!kicked && src == 0) -> break
	od;
#endif
	room = 0
}

/* A call of the kernel that does not block, then the word. */
inline collect_awake() {
	atomic { harvest() };
	atomic { op = pending; os = sleepers; oe = exposed };
	wait_take()
}

proctype waiter() {
	byte n, k, g, room, look, os;
	byte tmo = TMO;
	bool had, left, op, oe, timed;

again:
	n = 0;
	wait_room();
	if
	:: op ->
		op = 0;
#ifdef BUG_TAKE_BEFORE_KERNEL
		take();
		if
		:: n < CAP -> atomic { room = CAP - n; harvest() }
		:: else -> skip
		fi;
		room = 0;
#else
		collect_awake();
#endif
		if
		:: n > 0 -> goto leave
		:: else -> goto again
		fi
	:: else -> skip
	fi;
#ifdef BUG_NOT_COUNTED
	op = pending;
#else
	atomic { op = pending; sleepers++ };
#endif
#ifdef BUG_SLEEPS_ON_PENDING
	op = 0;
#endif
	if
	:: op ->
#ifndef BUG_NOT_COUNTED
		sleepers--;
#endif
		atomic { op = 0; room = 0 };
		goto again
	:: else -> skip
	fi;
end_blocked:
	atomic {
		if
		:: kicked || src > 0 -> harvest()
		:: tmo > 0 -> tmo--; timed = 1; room = 0
		fi
	};
	atomic {
#ifndef BUG_NOT_COUNTED
		sleepers--;
#endif
		op = pending; os = sleepers; oe = exposed
	};
	wait_take();
	if
	:: n > 0 || timed -> skip
	:: else -> goto again
	fi;
leave:
	atomic { timed = 0; n = 0 };
	/* The caller handles its events and comes back, or leaves for good
	 * if another stays. */
	if
	:: goto again
	:: atomic { stay > 1 -> stay-- }
	fi
}

/* iosrc_waker_wake: iosrc__latch_post with the waker's generation */
inline wake() {
	atomic {
		due[w] = mine;
		old = (bits >> w) & 1;
		owed[w] = owed[w] | (1 << me);
		wakes[w]++
	};
	bits = bits | (1 << w);
	if
#ifdef BUG_RETURNS_ON_OLD_BIT
	:: old || (pending && !retry) -> skip
#else
	:: pending && !retry -> skip
#endif
	:: else ->
		atomic {
			op = pending; os = sleepers; oe = exposed;
			or = retry; pending = 1
		};
		if
#ifdef BUG_RETRY_IGNORED
		:: !op && (os > 0 || oe) -> kick()
#else
		:: (!op || or) && (os > 0 || oe) -> kick()
#endif
		:: else -> skip
		fi
	fi;
	/* Strict: what wake() returned from is given, announced or looked
	 * for. */
	atomic {
		assert(!((owed[w] >> me) & 1) || pending || scanning > 0);
		op = 0; os = 0; oe = 0; or = 0; old = 0
	};
	i++
}

#ifdef REUSE
/* The last reference goes; the post has a new owner at once. */
inline release_and_reuse() {
	atomic { generation[w]++; owed[w] = 0 };
#ifndef DUE_STAYS
	due[w] = 0;
#endif
	atomic {
#ifdef BUG_SAME_GENERATION
		generation[w]--;
#else
		generation[w]++;
#endif
		mine = generation[w]; wakes[w] = 0; events[w] = 0; i = 0
	};
	if
	:: skip
	:: do
	   :: i < NWAKE -> wake()
	   :: else -> break
	   od
	fi
}
#endif

proctype waking(byte w; byte me) {
	byte i, os, mine = 1;
	bool old, op, oe, or, last;

	do
	:: i < NWAKE -> wake()
	:: else -> break
	od;
#ifdef REUSE
	atomic { references--; last = references == 0 };
	if
	:: last -> release_and_reuse()
	:: else -> skip
	fi
#endif
}

#ifdef EXT
/* Another loop: asks for the handle, then waits with no time whenever it is
 * readable (level). */
proctype foreign() {
	byte n, k, g, room, look, os;
	bool had, left, op, oe, none;

#ifdef BUG_EXPOSE_WITHOUT_KICK
	exposed = 1;
#else
	atomic { op = pending; exposed = 1 };
	if
	:: op -> kick()
	:: else -> skip
	fi;
#endif
end_watching:
	do
	:: kicked || src > 0 ->
		do
		:: wait_room();
		   none = room == 0;
		   atomic { harvest() };
		   atomic { op = pending; os = sleepers; oe = exposed };
		   wait_take();
		   if
		   :: n == 0 && none -> skip
		   :: else -> break
		   fi
		od;
		atomic { n = 0; none = 0 }
	od
}
#endif

init {
	byte i;

	atomic {
		i = 0;
		do
		:: i < NWT -> run waiter(); i++
		:: else -> break
		od;
		i = 0;
		do
		:: i < NTH -> run waking(i % NWK, i); i++
		:: else -> break
		od;
#ifdef EXT
		run foreign();
#endif
		i = 0
	};
	/* Quiet: everybody is blocked or gone. */
	timeout ->
#if FAIL
	/* What a failed kick left is told of by the next wake. */
	atomic { fails = 0; run waking(0, NTH) };
	timeout ->
#endif
	do
	:: i < NWK -> assert(!owed[i]); i++
	:: else -> break
	od;
	assert(src == 0)
}
