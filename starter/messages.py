"""What a person reads: one updating line while something takes long, one sentence when it fails."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from typing import TextIO

COMMAND = "py lab.py" if os.name == "nt" else "python3 lab.py"

DISK_FULL = (
    "The disk is full: free about 1.5 GB, for the folder .venv and for what pip downloads to the "
    f"home and temporary folders, then run {COMMAND} again."
)


class Problem(Exception):
    """Something that goes wrong on people's machines; its text is one sentence on what to do."""


def sentence(error: OSError) -> str:
    """The sentence for an error of the operating system."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    where = f" {error.filename}" if error.filename else ""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"No permission to write{where}: close what has it open, or make the course's folder "
            f"yours to write, then run {COMMAND} again."
        )
    about = where and f" about{where}"
    return f"The system says '{error.strerror}'{about}: mend that, then run {COMMAND} again."


class Progress:
    """Lines on a stream; on a terminal, `update` writes over the line of the update before."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._over = self._stream.isatty()
        self._width = 0

    def say(self, text: str) -> None:
        """A line that stays."""
        self.close()
        self._write(text + "\n")

    def update(self, text: str) -> None:
        """A line that the next one replaces."""
        if not self._over:
            self._write(text + "\n")
            return
        text = text[: shutil.get_terminal_size().columns - 1]
        self._write("\r" + text.ljust(self._width))
        self._width = len(text)

    def close(self) -> None:
        """Wipe the updating line, if there is one."""
        if self._width:
            self._write("\r" + " " * self._width + "\r")
            self._width = 0

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
