"""Whom stories are asked for and what about: nationalities, concepts, groups, and their wording."""
