"""Figures of questions about pictures."""
