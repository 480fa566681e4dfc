"""What a suite offers, and where its data come from."""
