"""What a sentence says: its endpoints, numbers, units, intervals and time points."""
