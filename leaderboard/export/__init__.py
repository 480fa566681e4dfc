"""Runs in other projects' formats; none contains the survey's wording."""
