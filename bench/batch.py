#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares batches with raw calls: batch.py PROGRAM [ROUNDS].

Each round runs every load once per way, in shuffled order, one process each;
a ratio is taken within its round, so that a slow minute of the machine meets
both. Printed: the median ratio and its quartiles, beside the goal.
"""
import random
import statistics
import subprocess
import sys

SIZES = [1, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64, 128, 256, 512, 1024]

# load, count, way, against, goal
ROWS = [
    ("together", 64, "direct", "raw", 1.03),
    ("together", 1000, "direct", "raw", 1.03),
    ("apart", 64, "direct", "raw", 1.03),
    ("apart", 1000, "direct", "raw", 1.03),
    ("together", 64, "ring", "raw", 0.80),
    ("together", 1000, "ring", "raw", 0.85),
    ("apart", 64, "ring", "raw", 0.92),
    ("apart", 1000, "ring", "raw", 0.85),
    ("together", 1, "ring", "raw", None),
    ("together", 64, "loop", "raw", None),
    ("together", 1000, "loop", "raw", None),
    ("apart", 64, "loop", "raw", None),
    ("apart", 1000, "loop", "raw", None),
] + [("size", size, "ring", "loop", 1.03) for size in SIZES] + [
    ("dry", size, "ring", "loop", 1.03) for size in SIZES] + [
    ("register", 64, "loop", "raw", 0.95),
    ("register", 64, "ring", "raw", None),
]


def sample(program, way, load, count):
    return float(subprocess.run([program, way, load, str(count)], check=True,
                                stdout=subprocess.PIPE, text=True).stdout)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = sys.argv[1]
    rounds = max(int(sys.argv[2]) if len(sys.argv) > 2 else 15, 2)
    rows = [row for row in ROWS if len(sys.argv) < 4 or row[0] in sys.argv[3:]]
    wanted = sorted({(load, count, way) for load, count, ring, against, _
                     in rows for way in (ring, against)})
    seen = {}
    for number in range(rounds):
        random.shuffle(wanted)
        for load, count, way in wanted:
            seen.setdefault((load, count, way), []).append(
                sample(program, way, load, count))
        print(f"round {number + 1} of {rounds}", end="\r", file=sys.stderr)
    print(f"{'CPU time per operation':26}  base ns       ns  "
          "ratio (quartiles)         goal")
    for load, count, way, against, goal in rows:
        base, this = seen[load, count, against], seen[load, count, way]
        low, ratio, high = statistics.quantiles(
            [t / b for b, t in zip(base, this)], n=4)
        said = "" if goal is None else (
            f"{goal:.2f} {'met' if ratio <= goal else 'OVER'}")
        print(f"{load:9} {count:5} {way} / {against:4}  "
              f"{statistics.median(base):8.1f} {statistics.median(this):8.1f}  "
              f"{ratio:.3f} ({low:.3f} to {high:.3f})  {said}")


main()
