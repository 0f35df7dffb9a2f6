"""Disclosure control: the policy and the one place that applies it."""
