"""A response bundle, and the model that only reads it."""
