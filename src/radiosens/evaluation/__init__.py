"""Splits, figures, experiments and the second look at failures."""
