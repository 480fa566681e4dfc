"""Response bundles, and a model that only reads one."""
