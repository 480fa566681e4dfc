"""Models that are a rule: references, neighbours, random answers."""
