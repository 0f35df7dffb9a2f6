"""The record-level data product: what is written of accepted records, and for whom."""
