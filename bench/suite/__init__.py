# SPDX-License-Identifier: MIT
"""The benchmark suite: what bench.py is made of."""
