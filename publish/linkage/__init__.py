"""Linkage: the data product joined to another person-level data set, and released as counts."""
