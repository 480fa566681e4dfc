"""Response bundles: a run with the answers behind it, and everything computed again from those."""
