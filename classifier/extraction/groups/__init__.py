"""Which group a value belongs to."""
