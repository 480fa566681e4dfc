"""A run: its rows, journal, file, shards and conclusion."""
