"""The course's start script: python3 lab.py (py lab.py on Windows); --help lists the commands.

This file is the only one that an old Python reads, so it must parse on any of them.
"""

import sys

OLDEST, NEWEST = (3, 11), (3, 14)

if __name__ == "__main__":
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(
            "The course needs Python %d.%d to %d.%d and this is Python %d.%d: install one of "
            "them, then start with it by name, as in python3.13 lab.py (Windows: py -3.13 lab.py)."
            % (OLDEST + NEWEST + tuple(sys.version_info[:2]))
        )

    from starter.main import main

    sys.exit(main(sys.argv[1:]))
