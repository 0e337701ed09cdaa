/* SPDX-License-Identifier: MIT
 *
 * handle.pml: the map of handle numbers (lib/handle_map.[ch], lib/source.c).
 *
 * Source A is registered under a number. Somebody closes its fd behind the
 * library's back (DUP: a duplicate keeps A's file, and with it the kernel's
 * entry, alive) and opens another file, which gets the same number; source B
 * is made of it and registered with the same poller. CHANGES late calls on A,
 * reregisters and a deregister, come from another thread at any time. When A's
 * slot is given back, source C takes it at once, on a number of its own.
 *
 * Kernels find an entry by number and file: ADD, MOD and DEL act on the file
 * that has the number now. Registrations are slot * 16 + generation.
 */
#ifndef CHANGES
#define CHANGES 2
#endif
#ifndef DUP
#define DUP 1
#endif

#define A 1
#define B 2
#define SLOT_A 0
#define SLOT_B 1
#define make(slot, gen) ((slot) * 16 + (gen))

byte generation[2];             /* of SLOT_A and SLOT_B; odd is live */
byte named = SLOT_A + 1;        /* the number's entry */
bool held;

byte number = A;                /* the file that has the number, 0: none */
byte entry[3];                  /* the kernel's, by file: a registration */

byte finished;
bool b_registered;
byte b_registration, c_registration;

inline hold() { atomic { !held -> held = 1; seen = named } }
inline let_go(name) { atomic { named = name; held = 0 } }

inline kernel_add_or_mod(registration) {
	atomic {
		if
		:: number -> entry[number] = registration
		:: else -> failed = 1   /* a bad handle */
		fi
	}
}

inline kernel_del() {
	atomic {
		if
		:: number -> entry[number] = 0
		:: else -> skip
		fi
	}
}

/* renew_slot */
inline reregister() {
	hold();
	if
#ifndef BUG_ENTRY_NOT_ASKED
	:: seen != SLOT_A + 1 -> let_go(seen)
#endif
	:: else ->
#ifdef BUG_MODIFY_UNHELD
		let_go(seen);
#endif
		was = mine;
		mine = mine + 2;
		generation[SLOT_A] = mine % 16;
		kernel_add_or_mod(mine);
		if
		:: failed -> failed = 0; mine = was; generation[SLOT_A] = mine % 16
		:: else -> skip
		fi;
#ifndef BUG_MODIFY_UNHELD
		let_go(SLOT_A + 1)
#endif
	fi
}

/* end_association */
inline deregister() {
	hold();
#ifdef BUG_REMOVE_UNHELD
	let_go(seen);
#endif
	if
	:: seen == SLOT_A + 1 ->
		generation[SLOT_A] = mine % 16 + 1;
		kernel_del()
#ifdef BUG_ENTRY_NOT_ASKED
	:: else -> kernel_del()
#else
	:: else -> skip
#endif
	fi;
#ifdef BUG_REMOVE_UNHELD
	hold();
#endif
	let_go((seen == SLOT_A + 1 -> 0 : seen))
}

/* The slot is given back and C takes it at once. */
inline give_back() {
	atomic {
		assert(!(generation[SLOT_A] & 1));
		generation[SLOT_A]++;
		c_registration = make(SLOT_A, generation[SLOT_A])
	}
}

proctype late_calls_on_a() {
	byte i, seen, was, mine = make(SLOT_A, 1);
	bool failed;

	do
	:: i < CHANGES ->
		i++;
		/* settle */
		if
		:: generation[SLOT_A] != mine % 16 -> give_back(); break
		:: else ->
			if
			:: reregister()
			:: deregister(); give_back(); break
			fi
		fi
	:: else -> break
	od;
	finished++
}

proctype raw_close_and_b() {
	byte seen, mine, last;
	bool failed;

	atomic {
		number = 0;
		if
		:: !DUP -> entry[A] = 0
		:: else -> skip
		fi
	};
	number = B;
	/* associate */
	hold();
	generation[SLOT_B] = 1;
	mine = make(SLOT_B, 1);
	kernel_add_or_mod(mine);        /* EEXIST: taken over */
#ifdef BUG_ENDED_UNHELD
	let_go(SLOT_B + 1);
#endif
#ifndef BUG_EARLIER_LIVES_ON
	/* end_named: what the slot's generation is now */
	if
	:: seen != 0 ->
		last = generation[seen - 1];
#ifndef BUG_ENDED_UNHELD
		assert(last & 1);       /* an entry names what is live */
#endif
		if
		:: last & 1 -> generation[seen - 1] = last + 1
		:: else -> skip
		fi
	:: else -> skip
	fi;
#endif
#ifndef BUG_ENDED_UNHELD
	let_go(SLOT_B + 1);
#endif
	atomic { b_registered = 1; b_registration = mine; finished++ }
}

/* Waits of another thread: A's file and B's file are ready all the time. */
proctype waits() {
	byte item;
	bool after;

end_waiting:
	do
	:: atomic {
		(entry[A] || entry[B]) ->
		after = b_registered;
		if
		:: entry[A] -> item = entry[A]
		:: entry[B] -> item = entry[B]
		fi
	   };
	   atomic {
		if
		:: generation[item / 16] == item % 16 ->
			/* A is not told of once B is registered: what lives
			 * in its slot then is C, of another number. */
			assert(!(after && item / 16 == SLOT_A))
		:: else -> skip
		fi;
		item = 0; after = 0
	   }
	od
}

init {
	atomic {
		generation[SLOT_A] = 1;
		entry[A] = make(SLOT_A, 1);
		run late_calls_on_a();
		run raw_close_and_b();
		run waits()
	};
	finished == 2 ->
	/* B is live, the entry names it, and the kernel tells of it. */
	assert(generation[SLOT_B] == 1 && named == SLOT_B + 1 && !held);
	assert(entry[B] == b_registration);
	/* And nobody took C for A. */
	assert(!c_registration || generation[SLOT_A] == c_registration % 16)
}
