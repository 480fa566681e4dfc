"""How fast prompts are scored behind a shared prefix, against full prompts on the same weights."""
