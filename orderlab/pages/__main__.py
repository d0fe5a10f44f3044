"""`lab.py slides N` and `lab.py handout N`: a lesson as one HTML file that works offline."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from orderlab.pages.export import export, find

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str]) -> int:
    """The exit status: 1 where there is no such lesson."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("slides", "handout"))
    parser.add_argument("lesson", type=int)
    options = parser.parse_args(arguments)
    try:
        notebook = find(ROOT / "notebooks", options.lesson)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Written: {export(notebook, options.kind, ROOT / 'pages')}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
