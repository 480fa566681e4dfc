"""The library behind the harness: records, data, models, engine, metrics, analyses, plugin."""

__version__ = "0.1.0"
