"""Tables and figures of the paper for any model, written from run files alone."""
