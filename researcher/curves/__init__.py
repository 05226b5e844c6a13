"""Observations as arrays: brought together, smoothed, summed up and thinned out."""
