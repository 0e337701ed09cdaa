/* SPDX-License-Identifier: MIT
 *
 * poll.pml: several waiting threads over poll(2) (lib/sys/poll.c).
 *
 * NWT waiting threads, of which one at least stays; two slots. Slot 0 belongs
 * to source 0 and, with CHURN, later to source 1, which has a file of its own;
 * slot 1 to source 2 (NSLOT=2). DATA times data comes to each file but that of
 * source 1; NWAKE wakes by NWK threads (0 or 1); TMO timeouts a waiter may
 * suffer; CAP places in a waiter's array. CHURN 1: source 0 deregisters;
 * 2: it is closed, which may not return while a poll holds its file; 3: it
 * deregisters and is closed then. RENEW: source 0 reregisters once.
 *
 * The mutex is modelled where the latch's word, which is changed without it,
 * is looked at inside; all else under it is one step. All sources are in edge
 * mode. The copy's epoch is modelled as "the leader came back since".
 */
#ifndef NWT
#define NWT 2
#endif
#ifndef NSLOT
#define NSLOT 1
#endif
#ifndef DATA
#define DATA 1
#endif
#ifndef NWK
#define NWK 0
#endif
#ifndef NWAKE
#define NWAKE 1
#endif
#ifndef TMO
#define TMO 0
#endif
#ifndef CAP
#define CAP 1
#endif
#ifndef CHURN
#define CHURN 0
#endif
#ifndef RENEW
#define RENEW 0
#endif

/* the system */
bool data[3];                   /* by file, which is its source's number */
bool held_in_poll[3];           /* a blocked poll holds the file */
bool open[3] = 1;

/* the registration table, and the entries of the backend */
byte live[2];                   /* generation; odd is live */
byte generation[2];             /* the entry's, 0: none */
byte file[2];
bool armed[2], renewed[2];

/* the leader's copy */
bool copied[2], answered[2];
byte copied_file[2];

bool locked;
bool leader, in_poll, kicked, turn_given;
byte standby;
byte returned;                  /* removers that wait for the leader */
bool kick_fd, turn_fd;

/* the latch, as far as it matters here */
bool pending, posted;
byte sleepers;
bool reserve;

/* what is asked */
bool had_data[3];               /* since it was made */
byte over[2];                   /* generations up to it have ended */
bool owed;                      /* a wake */
byte stay = NWT;

#define lock() atomic { !locked -> locked = 1 }
#define unlock() locked = 0

#ifdef BUG_REARM_WITHOUT_KICK
#define kick_for_rearm() skip
#else
#define kick_for_rearm() kick_leader()
#endif

inline kick_leader() {
	if
	:: in_poll && !kicked -> kicked = 1; kick_fd = 1
	:: else -> skip
	fi
}

/* ---- changes ---- */

inline entry_set(s, g, f) {
	generation[s] = g;
	file[s] = f;
	armed[s] = 1;
	renewed[s] = 1;
#ifndef BUG_REGISTER_WITHOUT_KICK
	kick_leader()
#endif
}

inline register(s, g, f) {
	live[s] = g;                    /* published first */
	atomic { !locked -> entry_set(s, g, f) }
}

inline remove(s) {
	live[s]++;                      /* ended first */
	atomic {
		!locked ->
		over[s] = live[s];
		wait_for_it = in_poll && copied[s];
		if
		:: in_poll && copied[s] -> kick_leader()
		:: else -> skip
		fi;
		generation[s] = 0; armed[s] = 0; renewed[s] = 1;
		returned = 0
	};
#ifndef BUG_REMOVE_DOES_NOT_WAIT
	if
	:: wait_for_it -> atomic { returned && !locked -> skip }
	:: else -> skip
	fi
#endif
}

inline close_file(f) {
	atomic {
		assert(!held_in_poll[f]);
		open[f] = 0
	}
}

proctype changes() {
	bool wait_for_it;

	register(0, 1, 0);
#if NSLOT > 1
	register(1, 1, 2);
#endif
#if RENEW
	live[0] = 3;
	atomic { !locked -> over[0] = 1; entry_set(0, 3, 0) };
#endif
#if CHURN
	remove(0);
#if CHURN >= 2
	close_file(0);
#endif
	register(0, 5, 1)
#endif
}

/* ---- claiming ---- */

/* Slot `s` was found ready. */
inline claim(s) {
	if
	:: armed[s] && live[s] == generation[s] ->
		assert(generation[s] > after[s]);
		assert(had_data[file[s]]);
		armed[s] = 0;
		renewed[s] = 1;
		n++;
		got[s] = generation[s]
	:: else -> skip
	fi
}

/* poll(0) on the dense array, in place */
inline claim_dense() {
	if
	:: room > n && armed[0] && data[file[0]] -> claim(0)
	:: else -> skip
	fi;
#if NSLOT > 1
	if
	:: room > n && armed[1] && data[file[1]] -> claim(1)
	:: else -> skip
	fi
#endif
}

#define unchanged(s) (!renewed[s] && generation[s])

inline claim_copy() {
	if
	:: room > n && answered[0] && unchanged(0) -> claim(0)
	:: answered[0] -> skip /* it moved in the dense array */
	:: else -> skip
	fi;
#if NSLOT > 1
	if
	:: room > n && answered[1] && unchanged(1) -> claim(1)
	:: answered[1] -> skip /* it moved in the dense array */
	:: else -> skip
	fi;
#endif
	answered[0] = 0; answered[1] = 0
}

inline copy_dense() {
	copied[0] = armed[0]; copied_file[0] = file[0];
	renewed[0] = (armed[0] -> 0 : renewed[0]);
	copied[1] = armed[1]; copied_file[1] = file[1];
	renewed[1] = (armed[1] -> 0 : renewed[1])
}

/* ---- the latch, in few steps: wake.pml has it whole ---- */

inline wait_room() {
	if
	:: pending && CAP > 1 -> room = CAP - 1
	:: pending && CAP == 1 -> room = reserve; reserve = !reserve
	:: else -> room = CAP
	fi
}

inline wait_take() {
	if
	:: seen && n < CAP && pending ->
		pending = 0;
		atomic {
			if
			:: posted -> posted = 0; owed = 0; n++
			:: else -> skip
			fi
		}
	:: else -> skip
	fi;
	seen = 0
}

/* ---- waiting ---- */

inline pass() {
	do
	:: atomic { wait_room(); claim_dense() };
	   seen = pending;
	   wait_take();
	   if
	   :: n == 0 && room == 0 -> skip
	   :: else -> break
	   fi
	od
}

inline hand_over() {
#ifdef BUG_NO_HAND_OVER
	skip
#else
	if
	:: !leader && standby > 0 && !turn_given -> turn_given = 1; turn_fd = 1
	:: else -> skip
	fi
#endif
}

#define poll_answers (kick_fd || \
	(copied[0] && data[copied_file[0]]) || \
	(copied[1] && data[copied_file[1]]))

inline rearm(s) {
	atomic {
		!locked ->
		if
		:: generation[s] == got[s] && !armed[s] ->
			armed[s] = 1;
			renewed[s] = 1;
			kick_for_rearm()
		:: else -> skip
		fi;
		got[s] = 0
	}
}

proctype waiter() {
	byte n, room, tmo = TMO;
	byte got[2], after[2];
	bool seen, timed, kick_seen;

again:
	atomic { after[0] = over[0]; after[1] = over[1] };
	lock();
	do
	:: pass();
	   if
	   :: n > 0 || timed -> break
	   :: n == 0 && !timed && leader ->
		/* stand_by */
		atomic {
			standby++; unlock()
		};
end_standing_by:
		atomic {
			if
			:: turn_fd -> skip
			:: tmo > 0 -> tmo--; timed = 1
			fi
		};
		atomic {
			!locked -> locked = 1; standby--;
#ifdef BUG_STANDBY_DRAINS_THE_TURN
			turn_fd = 0
#endif
		}
	   :: n == 0 && !timed && !leader ->
		/* lead */
		atomic {
			if
			:: turn_given -> turn_given = 0; turn_fd = 0
			:: else -> skip
			fi;
			seen = pending; sleepers++
		};
#ifdef BUG_LEADS_ON_PENDING
		seen = 0;
#endif
		if
		:: seen -> atomic { sleepers--; seen = 0 }
		:: else ->
			atomic {
				leader = 1;
				copy_dense();
				in_poll = 1;
#ifndef BUG_KICKED_FOR_EVER
				kicked = 0;
#endif
				unlock()
			};
			/* The kernel takes hold of the files. */
			atomic {
				held_in_poll[copied_file[0]] = copied[0];
				held_in_poll[copied_file[1]] =
				    held_in_poll[copied_file[1]] || copied[1]
			};
end_polling:
			atomic {
				if
				:: poll_answers -> skip
				:: !poll_answers && tmo > 0 ->
					tmo--; timed = 1
				fi;
				answered[0] = copied[0] && data[copied_file[0]];
				answered[1] = copied[1] && data[copied_file[1]];
				kick_seen = kick_fd;
				held_in_poll[0] = 0;
				held_in_poll[1] = 0;
				held_in_poll[2] = 0
			};
			atomic {
				!locked -> locked = 1;
				in_poll = 0; returned = 1;
				copied[0] = 0; copied[1] = 0;
				if
				:: kick_seen -> kick_fd = 0; kick_seen = 0
				:: else -> skip
				fi
			};
			atomic { seen = pending; sleepers-- };
			atomic {
				room = CAP;
				if
				:: seen && CAP > 1 -> room = CAP - 1
				:: seen && CAP == 1 ->
					room = reserve; reserve = !reserve
				:: else -> skip
				fi;
				claim_copy();
				leader = 0
			};
			wait_take();
			if
			:: n > 0 -> break
			:: else -> skip
			fi
		fi
	   fi
	od;
	atomic { hand_over(); unlock(); timed = 0; room = 0; n = 0 };
	/* The caller reads until it would block, and says so. */
	if
	:: got[0] -> data[(got[0] == 5 -> 1 : 0)] = 0; rearm(0)
	:: else -> skip
	fi;
#if NSLOT > 1
	if
	:: got[1] -> data[2] = 0; rearm(1)
	:: else -> skip
	fi;
#endif
	if
	:: goto again
	:: atomic { stay > 1 -> stay-- }
	fi
}

/* ---- the world ---- */

proctype arrivals() {
	byte i;

	do
	:: i < DATA ->
		atomic { data[0] = open[0]; had_data[0] = 1 };
#if NSLOT > 1
		atomic { data[2] = 1; had_data[2] = 1 };
#endif
		i++
	:: else -> break
	od
}

proctype wakes() {
	byte i;
	bool old;
	byte os;

	do
	:: i < NWAKE ->
		atomic { posted = 1; owed = 1 };
		if
		:: pending -> skip
		:: else ->
			atomic { old = pending; os = sleepers; pending = 1 };
			if
			:: !old && os > 0 -> kick_fd = 1
			:: else -> skip
			fi
		fi;
		i++
	:: else -> break
	od
}

init {
	byte i;

	atomic {
		do
		:: i < NWT -> run waiter(); i++
		:: else -> break
		od;
		run changes();
		run arrivals();
		i = 0;
		do
		:: i < NWK -> run wakes(); i++
		:: else -> break
		od
	};
	/* Quiet: nothing lost, everything armed, one thread in poll. */
	timeout ->
	assert(!owed);
	assert(!(generation[0] && data[file[0]]));
	assert(!(generation[1] && data[file[1]]));
	assert(armed[0] && (NSLOT == 1 || armed[1]));
	assert(in_poll && !locked)
}
