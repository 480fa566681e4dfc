"""The board: rows of runs, baselines, trust."""
