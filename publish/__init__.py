"""publish: record-level diagnostic imaging data into official statistics."""

__version__ = "0.1.0"
