"""What files hold besides what they show: names, comments, hidden cells, data left over."""
