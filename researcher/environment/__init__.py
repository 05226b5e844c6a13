"""What was around when an experiment ran, and where it came from."""
