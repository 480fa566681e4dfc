"""Figures of value alignment."""
