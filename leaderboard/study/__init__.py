"""A blinded, balanced study in which people rate generated stories, and its results."""
