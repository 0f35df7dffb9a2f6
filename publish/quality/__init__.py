"""What a reader must know about the data: provider issues."""
