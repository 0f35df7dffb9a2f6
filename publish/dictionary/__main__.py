"""Prints the data dictionary."""

import sys

from publish.dictionary import page

if __name__ == "__main__":
    sys.stdout.write(page())
