"""Reference tables: bundled, overlaid by the user's, looked up by date."""
