"""Every SQL statement of a review: schema, guards, and a module per concern."""
