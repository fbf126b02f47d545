"""The pages in which people read, decide and confirm: served to this machine only."""
