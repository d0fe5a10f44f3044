"""Progress that leaves nothing behind in a notebook's file."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from IPython.display import DisplayHandle

from orderlab.console.outputs import kernel

T = TypeVar("T")

DELAY = 1.0  # wall seconds before it is shown: what is over sooner needs none
_COLUMNS = 80


def followed(items: Iterable[T], total: int, unit: str) -> Generator[T]:
    """The items, with a bar that counts them while somebody looks.

    Nobody does where output goes to a file, nor in a notebook that nbclient, nbconvert or nbval
    runs; there, nothing is shown.
    """
    place = _place()
    if place is None:
        yield from items
        return
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0  # no thread of its own

    bar = Bar(total=total, unit=f" {unit}", file=place, leave=False, delay=DELAY, ncols=_COLUMNS)
    try:
        for item in items:
            yield item
            bar.update()
    finally:
        bar.close()


@contextmanager
def saying(text: str) -> Iterator[None]:
    """Show a line while something is done that takes long and cannot be counted."""
    place = _place()
    if place is None:
        yield
        return
    place.write(f"{text}\n")
    try:
        yield
    finally:
        place.write("")


class _Output:
    """An output of a cell as a file of one line, each write in the place of the last."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self._handle: DisplayHandle | None = None

    def write(self, text: str) -> None:
        """tqdm ends with a line of blanks, and so the output ends empty."""
        line = text.strip()
        data = {"text/plain": line} if line else {}
        if self._handle is not None:
            self._handle.update(data, raw=True)  # type: ignore[no-untyped-call]
        elif line:
            self._handle = DisplayHandle()  # type: ignore[no-untyped-call]
            self._handle.display(data, raw=True)  # type: ignore[no-untyped-call]

    def flush(self) -> None:
        """What is written is shown at once."""


def _place() -> Any:
    """Where somebody would see a bar; None where nobody would."""
    if kernel.in_notebook():
        return _Output() if kernel.somebody_looks() else None
    return sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None
