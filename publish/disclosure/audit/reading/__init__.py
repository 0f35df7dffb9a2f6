"""Any published file as sheets of cells, and as words."""
