"""Encoders of texts and pictures: vectors for what models wrote, made by other models."""
