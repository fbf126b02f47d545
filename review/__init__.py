"""The human confirms: decisions on records and findings, applied under a named person."""
