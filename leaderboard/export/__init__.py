"""Runs in other people's formats; none of them gets a word of the survey."""
