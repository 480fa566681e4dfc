"""The leaderboard: its rows, baselines and trust."""
