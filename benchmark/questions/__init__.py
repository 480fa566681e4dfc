"""Multiple-choice questions about pictures: read, checked and kept as a set."""
