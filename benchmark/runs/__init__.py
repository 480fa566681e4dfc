"""A run: its rows, journal, file, shards, and how it is concluded."""
