"""Whom stories are for and what they are about: nationalities, concepts, groups, wording."""
