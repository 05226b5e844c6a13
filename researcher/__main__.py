"""``python -m researcher`` is the command line."""

from researcher.cli import main

if __name__ == "__main__":
    main()
