"""One run against another: changes, transfer, encoders."""
