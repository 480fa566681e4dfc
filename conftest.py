"""Names the plugin, which brings its fixture modules along; everything else is theirs."""

pytest_plugins = ["benchmark.plugin"]
