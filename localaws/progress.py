"""A progress bar that is gone when the work is done: in a terminal, and in a notebook's file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

DELAY = 1.0  # wall seconds before it is shown: what is over sooner needs none
WIDTH = 80


@contextmanager
def progress_bar(total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Show how many of `total` are done; the block reports it by calling what it is given.

    Nothing is shown where nobody looks: in a program whose output goes to a file, nor in a
    notebook that nbclient, nbconvert or nbval runs.
    """
    place = _place()
    if place is None:
        yield lambda done: None
        return
    from tqdm import tqdm

    class Bar(tqdm):
        monitor_interval = 0  # no thread of its own

    bar = Bar(total=total, unit=f" {unit}", file=place, leave=False, delay=DELAY, ncols=WIDTH)
    try:
        yield lambda done: bar.update(done - bar.n)
    finally:
        bar.close()
        if isinstance(place, _CellOutput):
            place.remove()


def watch_cells() -> None:
    """In a notebook, note how much each cell has shown when it begins."""
    shell = _live_shell()
    if shell is not None:
        shell.events.register("pre_run_cell", _note_begin)


class _CellOutput:
    """A cell's output as a file of one line, each write in the place of the last."""

    encoding = "utf-8"

    def __init__(self, shell: Any) -> None:
        self._session = shell.kernel.session
        self._publisher = shell.display_pub
        self._display = {"display_id": os.urandom(16).hex()}
        self._messages = 0  # of ours

    def write(self, text: str) -> None:
        if line := text.strip():
            self._show({"text/plain": line})

    def flush(self) -> None:
        """What is written is shown at once."""

    def remove(self) -> None:
        """Clear the cell; beside other output, which that would take along, show an empty one."""
        if not self._messages:
            return
        sys.stdout.flush()
        sys.stderr.flush()
        if self._session.message_count == _begun_with.get(self._session, -1) + self._messages:
            self._publisher.clear_output()
        else:
            self._show({})

    def _show(self, data: dict[str, str]) -> None:
        update = self._messages > 0
        self._publisher.publish(data, transient=self._display, update=update)
        self._messages += 1


_begun_with: dict[Any, int] = {}  # messages that a kernel had sent when its cell began


def _note_begin(_: object) -> None:
    shell = _live_shell()
    if shell is not None:
        _begun_with[shell.kernel.session] = shell.kernel.session.message_count


def _place() -> Any:
    """Where somebody would see a bar; None where nobody would."""
    shell = _live_shell()
    if shell is None:
        return sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None
    # Only a front end with a person before it can be asked for input.
    return _CellOutput(shell) if shell.kernel._allow_stdin else None


def _live_shell() -> Any:
    """The shell of the Jupyter kernel that this process is; None elsewhere."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell if hasattr(shell, "kernel") else None
