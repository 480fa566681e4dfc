"""Arrays in, numbers out: each module is one kind of figure, and none knows a record or a file."""
