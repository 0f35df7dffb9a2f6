"""What changed between two editions of the published tables: revisions, suppression, rows and structure."""
