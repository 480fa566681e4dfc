"""Names the plugin and the fixture modules; everything else is theirs."""

pytest_plugins = ["benchmark.plugin", "fixtures.model", "fixtures.measure"]
