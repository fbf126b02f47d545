"""Facts of the record: patients, median follow-up, design."""
