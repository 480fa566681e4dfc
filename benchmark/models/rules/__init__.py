"""Models that follow a rule: references, neighbours, random answers."""
