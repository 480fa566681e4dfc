"""Value alignment with the World Values Survey (arXiv 2502.14906)."""
