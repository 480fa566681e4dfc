"""Where pictures come from: files decoded with care, and those we draw ourselves."""
