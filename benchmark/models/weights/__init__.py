"""Models whose weights are here: loading, prompts, shared prefixes, answers."""
