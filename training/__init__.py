"""Confirmed decisions to a dataset, a dataset to a new model."""
