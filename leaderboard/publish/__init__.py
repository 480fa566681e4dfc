"""Boards, runs and bundles on the Hub: a data set that is the truth, and a page that shows it."""
