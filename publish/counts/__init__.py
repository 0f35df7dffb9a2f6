"""Records to counts: small additive tables from which everything published is computed."""
