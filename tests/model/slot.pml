/* SPDX-License-Identifier: MIT
 *
 * slot.pml: one registration slot (lib/registration.[ch]) and one kernel entry.
 *
 * Source A registers, reregisters RENEWALS times and ends; B, on a handle of
 * its own, then takes the same slot. REFUSED reregisters of A, in any place
 * among the others, are refused by the kernel and taken back: the old
 * generation lives on with the old token. NRD readers harvest the kernel's
 * items and read the slot as iosrc__slot_read does, with SOURCE as
 * iosrc__registration_read does; DATA edges arrive on each file meanwhile.
 *
 * Generation 1, 3, 5, ... is live; the token of a generation is the pair
 * (generation, generation), written in halves as where 64-bit atomics would
 * need a library. The interest and the version are one word. A asks for
 * interest 0, B for 1; a reregister that is refused asks for either.
 */
#ifndef NRD
#define NRD 1
#endif
#ifndef RENEWALS
#define RENEWALS 1
#endif
#ifndef REFUSED
#define REFUSED 0
#endif
#ifndef DATA
#define DATA 1
#endif

#define FREE 255                /* the free list's link, in place of a token */
#define REFUSED_TOKEN 254

/* the slot */
byte generation, word, low, high, source;

#define next_version(interest) ((word / 2 + 1) * 2 + (interest))

/* the kernel: an entry for each of the two files */
byte entry[2];                  /* the generation that it carries, 0: none */
bool queued[2];                 /* in the ready list */
bool data[2];

/* what is asked: an edge that no live event has told of yet */
bool owed[2];
byte ended;                     /* generations up to it are over */
byte refusals;                  /* twice their count; odd: one is under way */

/* iosrc__slot_set */
inline slot_set(live, new_word, token) {
#ifndef BUG_NOT_DEAD_WHILE_WRITTEN
	generation = live - 1;
#endif
#ifndef BUG_VERSION_AFTER_TOKEN
	word = new_word;
#endif
	low = token;
	high = token;
#ifdef BUG_VERSION_AFTER_TOKEN
	word = new_word;
#endif
	source = f;
	generation = live
}

inline publish() {
	mine = (generation + 1) | 1;
	slot_set(mine, next_version(f), mine)
}

/* ADD and MOD look at once whether there is something to tell. */
inline tell_kernel() {
	atomic {
		entry[f] = mine;
		queued[f] = data[f];
		owed[f] = data[f]
	}
}

inline publish_and_tell() {
#ifdef BUG_KERNEL_FIRST
	mine = (generation + 1) | 1;
	tell_kernel();
	publish()
#else
	publish();
	tell_kernel()
#endif
}

/* MOD is refused: it has changed nothing. */
inline publish_and_take_back() {
	atomic {
		refusals++;
		old_word = word;
		if
		:: interest = 0
		:: interest = 1
		fi
	};
	slot_set(mine + 2, next_version(interest), REFUSED_TOKEN);
#ifdef BUG_OLD_VERSION_BACK
	slot_set(mine, old_word, mine);
#else
#ifdef VERSION_STAYS
	slot_set(mine, (word / 2) * 2, mine);
#else
	slot_set(mine, next_version(0), mine);
#endif
#endif
	atomic { refusals++; old_word = 0; interest = 0 }
}

/* iosrc__registration_free: the link takes the token's place. */
inline give_back() {
#ifndef BUG_FREED_WITHOUT_VERSION
	word = next_version(0);
#endif
	low = FREE
}

proctype writers() {
	byte mine, f, i, refused, old_word, interest;

	publish_and_tell();             /* A: register */
	do
	:: i < RENEWALS ->
		publish_and_tell();     /* A: reregister */
		i++
	:: refused < REFUSED ->
		publish_and_take_back();
		refused++
	:: i == RENEWALS && refused == REFUSED -> break
	od;
#ifdef BUG_FREED_BEFORE_ENDED
	give_back();
#endif
	atomic { generation++; ended = mine; owed[0] = 0 };
	atomic { entry[0] = 0; queued[0] = 0 };
#ifndef BUG_FREED_BEFORE_ENDED
	give_back();
#endif
	f = 1;                          /* B takes it */
#ifdef BUG_GENERATION_STARTS_ANEW
	generation = 0;
#endif
	publish_and_tell()
}

proctype file(byte f) {
	byte i;

	do
	:: i < DATA ->
		atomic {
			data[f] = 1;
			if
			:: entry[f] ->
				queued[f] = 1;
				owed[f] = entry[f] > ended
			:: else -> skip
			fi
		};
		i++
	:: else -> break
	od
}

proctype reader() {
	byte g, seen, first, second, f, over, before;

end_waiting:
	do
	:: atomic {
		(queued[0] || queued[1]) ->
		if
		:: queued[0] -> f = 0
		:: queued[1] -> f = 1
		fi;
		queued[f] = 0;
		g = entry[f];
		over = ended;
		before = refusals
	   };
#ifndef BUG_VERSION_READ_LATE
	   seen = word;
#endif
	   if
	   :: generation != g -> goto drop
	   :: else -> skip
	   fi;
#ifdef BUG_VERSION_READ_LATE
	   seen = word;
#endif
	   first = low;
	   second = high;
	   if
#ifdef BUG_COMPARED_ONCE
	   :: skip
#else
#ifdef BUG_GENERATION_TWICE
	   :: generation != g -> goto drop
#else
	   :: word != seen -> goto drop
#endif
	   :: else -> skip
#endif
	   fi;
#ifdef SOURCE
	   over = over * 2 + source;
	   if
	   :: generation != g -> goto drop
	   :: else -> assert((over & 1) == f); over = over / 2
	   fi;
#endif
	   atomic {
		/* One token and its interest, those of the generation, and
		 * none of a registration that was over before the wait
		 * began. */
		assert(first == g && second == g);
		assert((seen & 1) == f);
		assert(g > over);
		assert(f == (g > 2 * RENEWALS + 1 -> 1 : 0));
		owed[f] = 0
	   };
	   data[f] = 0;                 /* the caller reads all there is */
	   goto next;
drop:	   atomic {
		/* What a refused reregister makes a reader drop is not told of
		 * again, for the kernel does not look anew. STRICT asks for
		 * it all the same. */
#ifdef STRICT
		skip
#else
		if
		:: (before & 1 || refusals != before) && !queued[f] ->
			owed[f] = 0
		:: else -> skip
		fi
#endif
	   };
next:	   atomic {
		g = 0; seen = 0; first = 0; second = 0; f = 0; over = 0;
		before = 0
	   }
	od
}

init {
	byte i;

	atomic {
		run writers();
		run file(0);
		run file(1);
		do
		:: i < NRD -> run reader(); i++
		:: else -> break
		od
	};
	timeout -> assert(!owed[0] && !owed[1])
}
