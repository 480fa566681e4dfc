"""Comparisons of runs: changes, transfer, encoders."""
