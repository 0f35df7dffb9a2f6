"""Which cells are figures, of what, and how the counts of a folder hang together."""
