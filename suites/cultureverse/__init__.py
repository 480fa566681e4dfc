"""Questions about cultural concepts in pictures (arXiv 2501.01282)."""
