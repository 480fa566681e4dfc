"""Questions about pictures of which one option is right: read, checked and kept as a set."""
