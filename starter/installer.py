"""Run pip on the lock: its many lines as one line of progress, its failures as one sentence."""

from __future__ import annotations

import queue
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from starter.messages import COMMAND, DISK_FULL, Problem, Progress

NO_NETWORK = (
    "The first start downloads the environment and the network does not answer: connect "
    f"(behind a proxy, set HTTPS_PROXY), then run {COMMAND} again."
)
CERTIFICATE = (
    "The network's certificate is not trusted, as behind a company's proxy: set PIP_CERT to its "
    f"certificate file, then run {COMMAND} again."
)
DAMAGED = (
    "A download is not the file that the course was tested with, so nothing of it was used: run "
    f"{COMMAND} again, in another network if it happens twice."
)
# Exceptions' names and error numbers, since the words around them depend on the system's language.
_CAUSES = (
    (re.compile(r"\[Errno 28\]|\[Errno 122\]|\[WinError 112\]"), DISK_FULL),
    (re.compile(r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError"), CERTIFICATE),
    (re.compile(r"DO NOT MATCH THE HASHES"), DAMAGED),
    (
        re.compile(
            r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|"
            r"ProtocolError|IncompleteRead|ProxyError|MaxRetryError|ConnectionResetError|SSLError"
        ),
        NO_NETWORK,
    ),
)
# A line of pip's that begins a package: fetched from an index, or found as a file on a local one.
_PACKAGE = re.compile(r"(?:Collecting (?P<name>[\w.-]+)|Processing \S*?(?P<file>[^/\\]+)\.whl)")


def install(
    command: list[str], environ: dict[str, str], lock: Path, site: Path, progress: Progress
) -> None:
    """Install the lock's packages.

    Args:
        command: what runs pip, for example `[python, "-m", "pip"]`.
        environ: the variables that it runs with.
        lock: the requirements file, every line of it with hashes.
        site: the folder that packages are installed to; read for the progress.
        progress: where to say how far it is.

    Raises:
        Problem: pip failed.
    """
    count = sum(1 for line in lock.read_text("utf-8").splitlines() if "==" in line)
    show = _Steps(count, site, progress)
    # Modules are compiled when they are first imported: most of them never are, and compiling
    # all of them takes as long as everything else together (58 s against 32 s, 950 MB against 704).
    arguments = ["install", "--no-compile", "--no-deps", "--require-hashes", "--requirement"]
    quiet = ["--progress-bar", "off", "--no-input", "--disable-pip-version-check"]
    said: list[str] = []
    try:
        for line in _lines([*command, *arguments, str(lock), *quiet], environ, show.tick):
            said.append(line)
            show.line(line)
    except subprocess.CalledProcessError as error:
        raise Problem(explain(said, error.returncode)) from error
    finally:
        progress.close()


def explain(said: list[str], code: int) -> str:
    """The sentence for a pip that said these lines and ended with this code."""
    text = "\n".join(said)
    for pattern, sentence in _CAUSES:
        if pattern.search(text):
            return sentence
    last = next((line for line in reversed(said) if line.startswith("ERROR: ")), f"code {code}")
    return (
        f"pip could not install the environment ({last.removeprefix('ERROR: ')}): run {COMMAND} "
        "again, and report it with this line if it happens twice."
    )


class _Steps:
    """Counts packages: first by pip's lines, then, while it installs in silence, by its folders."""

    def __init__(self, count: int, site: Path, progress: Progress) -> None:
        self._count, self._site, self._progress = count, site, progress
        self._fetched = 0
        self._installing = False
        self._shown = ""

    def line(self, line: str) -> None:
        if line.startswith("Ignoring "):  # a package for another system or Python
            self._count -= 1
        elif "Retrying (" in line:
            self._show("no answer from the network, trying again")
        elif line.startswith("Installing collected packages"):
            self._installing = True
        elif match := _PACKAGE.match(line.strip()):
            self._fetched += 1
            name = match["name"] or match["file"].split("-")[0]
            self._show(f"[{self._fetched:3d}/{self._count}] {name}")

    def tick(self) -> None:
        if self._installing:
            # pip writes RECORD as the last file of a package.
            done = sorted(
                self._site.glob("*.dist-info/RECORD"), key=lambda path: path.stat().st_mtime_ns
            )
            if done:
                name = done[-1].parent.name.split("-")[0]
                self._show(f"[{min(len(done), self._count):3d}/{self._count}] {name} installed")

    def _show(self, text: str) -> None:
        if text != self._shown:
            self._progress.update(text)
            self._shown = text


def _lines(command: list[str], environ: dict[str, str], tick: Callable[[], None]) -> Iterator[str]:
    """The command's lines as they come; calls `tick` four times a second in between.

    Raises:
        subprocess.CalledProcessError: the command ended with another code than 0.
    """
    process = subprocess.Popen(
        command,
        env={**environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        close_fds=False,  # pip inherits the lock that says that somebody is installing
    )
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        assert process.stdout is not None
        with process.stdout as said:
            for line in said:
                lines.put(line.rstrip("\n"))
        lines.put(None)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        while True:
            try:
                line = lines.get(timeout=0.25)
            except queue.Empty:
                tick()
                continue
            if line is None:
                break
            yield line
    except BaseException:
        # Ctrl-C reaches pip by itself, but a stop that was sent to this process alone does not.
        process.terminate()
        raise
    finally:
        process.wait()
        reader.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
