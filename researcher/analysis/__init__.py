"""What experiments say together: repeats, differences, and the params that matter."""
