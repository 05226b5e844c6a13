"""Experiments as columns: what filters, sorts, counts and draws many of them at once."""
