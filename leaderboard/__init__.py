"""Runs and boards: what a run measured, kept as JSON files that stand on their own."""
