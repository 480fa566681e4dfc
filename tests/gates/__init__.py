"""Tests of the gates' arithmetic and words."""
