"""Derived fields: a polars expression each."""
