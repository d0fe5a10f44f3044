"""Where a learner's work is: the copy of the application that a notebook runs in."""

from __future__ import annotations

from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]
SOLUTIONS = COURSE / "solutions"


def copy() -> Path:
    """The application's folder: the nearest one above this process's that holds a template.

    Raises:
        FileNotFoundError: there is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "template.yaml").is_file():
            return folder
    raise FileNotFoundError(f"No template.yaml in {here} or above it: open the notebook in work/.")
