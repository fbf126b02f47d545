"""Records in, decisions kept: readers, protocol, duplicates and the store."""
