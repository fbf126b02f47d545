"""Which number belongs to which endpoint."""
