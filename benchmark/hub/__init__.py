"""One way to ask the Hub: errors in words, repositories, and data sets that are fetched."""
