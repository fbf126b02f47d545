"""What can be fitted, and what was fitted."""
