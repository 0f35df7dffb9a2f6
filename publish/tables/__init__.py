"""The tables as data, and the one builder that reads them."""
