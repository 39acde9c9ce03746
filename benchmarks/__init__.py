"""Measurements behind the figures in docs/benchmarks.md; each module runs by itself, `make bench` runs all."""
