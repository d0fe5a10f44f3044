"""The weeks that a person's is compared with, played beside it.

A process of its own, `python -m orderlab.oncall.reference`, plays them while the person plays, from
a copy of the application as it was in the beginning. It writes a file of JSON, and ends with the
process that has started it.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from orderlab.lesson import edits
from orderlab.oncall import playing
from orderlab.oncall.losses import Reference
from orderlab.oncall.played import Played

COURSE = Path(__file__).resolve().parents[2]
WEEKS = ("calm", "asleep", "good")


class Playing:
    """The process that plays."""

    def __init__(self, application: Path, seed: int) -> None:
        """Begin. What the application is now is what is played."""
        self._made = tempfile.TemporaryDirectory(prefix="on-call-", ignore_cleanup_errors=True)
        folder = Path(self._made.name)
        self._file, self._log = folder / "weeks.json", folder / "log.txt"
        edits.copy_application(application, folder / "application")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    __name__,
                    str(folder / "application"),
                    str(seed),
                    self._file,
                ],
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
            said = self._log.read_text(encoding="utf-8", errors="replace").strip()
            raise RuntimeError(f"The weeks to compare with could not be played: {said}")
        weeks = json.loads(self._file.read_text(encoding="utf-8"))
        return Reference(**{name: Played.from_json(weeks[name]) for name in WEEKS})

    def stop(self) -> None:
        """End it, wherever it is."""
        atexit.unregister(self.stop)
        self._process.kill()
        self._process.wait()
        self._made.cleanup()


def main(arguments: Sequence[str]) -> int:
    """Play. Arguments: the application's folder, the seed, and the file to write."""
    application, seed, file = arguments
    found = playing.reference(Path(application), int(seed))
    weeks = {name: getattr(found, name).as_json() for name in WEEKS}
    Path(file).write_text(json.dumps(weeks), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
