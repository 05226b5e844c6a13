"""The only code that opens, names, writes or locks files."""
