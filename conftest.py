"""Registers the plugin, which brings its fixture modules along."""

pytest_plugins = ["benchmark.plugin"]
