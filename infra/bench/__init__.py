"""`make bench`: what the desk costs, counted, and its ratios to the bare libraries and peers.

Counts and ratios decide the exit code, never seconds. Each module is one table and runs alone, too.
"""
