#!/usr/bin/env python3
"""The one entry point: `up`, `test`, `prove`, `lint`, `bench`, and every command of Django."""

import sys

if sys.hexversion < 0x030B0000:
    sys.exit("Amparo needs Python 3.11 or newer; this is " + sys.version.split()[0])

from config.launcher import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
