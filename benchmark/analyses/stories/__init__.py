"""Figures of stories."""
