"""Countries: names, regions, incomes, and how far apart their people are."""
