"""Requests in, replies out: the plan of batches, keys, the response store, interviews."""
