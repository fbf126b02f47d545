"""Measures of everything that is promised, printed by `make bench`."""
