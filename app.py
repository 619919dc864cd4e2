"""Starts HIIT PI: `python app.py` is short for `python -m hiitpi serve`."""

import sys

from hiitpi.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
