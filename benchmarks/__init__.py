"""How long things take, beside others that do the same: `python -m benchmarks --help`."""
