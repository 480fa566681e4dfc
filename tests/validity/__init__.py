"""Simulations of figures: how often an interval covers, how often a p errs."""
