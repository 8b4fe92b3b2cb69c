"""Measurements: `make bench` prints ours against a reference, side by side, as ratios."""
