"""Where pictures come from: files that are decoded, and those we draw ourselves."""
