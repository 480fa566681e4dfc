"""The papers, one folder each: suite.toml, suite.py, its prompts and its test."""
