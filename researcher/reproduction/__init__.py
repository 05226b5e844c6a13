"""Running an experiment again: its function found, what has changed since, and whether the result held."""
