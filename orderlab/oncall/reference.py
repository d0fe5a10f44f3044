"""The weeks that a person's is compared with, played beside it.

A process of its own plays them while the person plays, from a copy of the application as it was in
the beginning. It writes a file of JSON, and ends with the process that has started it.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import tempfile
from pathlib import Path

from orderlab.lesson import edits
from orderlab.oncall import playing
from orderlab.oncall.losses import Reference
from orderlab.oncall.played import as_text, from_text

COURSE = Path(__file__).resolve().parents[2]
_PLAY = "import sys; from orderlab.oncall import reference; reference.write(*sys.argv[1:])"


class Playing:
    """The process that plays."""

    def __init__(self, application: Path, seed: int) -> None:
        """Begin. What the application is now is what is played."""
        self._made = tempfile.TemporaryDirectory(prefix="on-call-", ignore_cleanup_errors=True)
        folder = Path(self._made.name)
        self._file, self._log = folder / "weeks.json", folder / "log.txt"
        edits.copy_application(application, folder / "application")
        arguments = [str(folder / "application"), str(seed), str(self._file)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PLAY, *arguments],
                cwd=COURSE,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        atexit.register(self.stop)

    @property
    def is_ready(self) -> bool:
        """Whether the weeks have been played."""
        return self._process.poll() is not None

    def result(self) -> Reference:
        """The weeks; it waits for their end.

        Raises:
            RuntimeError: they could not be played; the message says why.
        """
        if self._process.wait():
            said = self._log.read_text(encoding="utf-8", errors="replace").split("\n")
            last = next((line for line in reversed(said) if line), "no reason was given")
            raise RuntimeError(f"The weeks to compare with could not be played: {last}")
        return Reference(**from_text(self._file.read_text(encoding="utf-8")))

    def stop(self) -> None:
        """End it, wherever it is."""
        atexit.unregister(self.stop)
        self._process.kill()
        self._process.wait()
        self._made.cleanup()


def write(application: str, seed: str, file: str) -> None:
    """Play the weeks of an application's folder, and write them into a file."""
    found = playing.reference(Path(application), int(seed))
    Path(file).write_text(as_text(found._asdict()), encoding="utf-8")
