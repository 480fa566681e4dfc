"""Models run from their weights: loading, prompts, shared prefixes, answers."""
