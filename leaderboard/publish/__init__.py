"""Boards, runs and bundles on the Hub: a data set with the truth, and a page that shows it."""
