"""Submitted files to records: the items, the readers, the ledger."""
