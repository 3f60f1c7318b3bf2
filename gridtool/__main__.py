"""Run the command line with ``python -m gridtool``."""

from gridtool.cli import main

if __name__ == "__main__":
    main()
