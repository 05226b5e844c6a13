"""Sweeps: many experiments with params out of a space, on one machine or on an engine that is there already."""
