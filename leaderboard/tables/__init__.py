"""Runs and boards as tables of text."""
