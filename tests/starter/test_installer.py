"""pip's words as one line of progress and one sentence."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from starter import installer
from starter.messages import DISK_FULL, Problem, Progress

# The lines by which a failure is known, word for word as pip 23.2 and 24.2 say them.
OFFLINE = (
    "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after"
    " connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection"
    " object at 0x7ffb5269f8c0>: Failed to establish a new connection: [Errno -3] Temporary failure"
    " in name resolution')': /simple/annotated-types/\n"
    "ERROR: Could not find a version that satisfies the requirement annotated-types==0.8.0"
    " (from versions: none)\n"
    "ERROR: No matching distribution found for annotated-types==0.8.0"
)
BROKEN_OFF = (
    "pip._vendor.urllib3.exceptions.ReadTimeoutError:"
    " HTTPSConnectionPool(host='files', port=443): Read timed out."
)
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
FULL_ON_WINDOWS = (
    "ERROR: Could not install packages due to an OSError: [WinError 112] Es steht nicht genug"
    " Speicherplatz auf dem Datenträger zur Verfügung"
)
PROXY = (
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(SSLCertVerification"
    "Error(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))': /simple/boto3/"
)
CHANGED = (
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated"
    " the package versions, please update the hashes."
)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (OFFLINE, installer.NO_NETWORK),
        (BROKEN_OFF, installer.NO_NETWORK),
        (FULL, DISK_FULL),
        (FULL_ON_WINDOWS, DISK_FULL),
        (PROXY, installer.CERTIFICATE),
        (CHANGED, installer.DAMAGED),
    ],
)
def test_each_failure_has_its_sentence(said: str, sentence: str) -> None:
    assert installer.explain(["Collecting boto3", *said.splitlines(), ""], 1) == sentence


def test_unknown_failure_is_quoted() -> None:
    sentence = installer.explain(["ERROR: first", "ERROR: last", "more"], 2)
    assert "(last)" in sentence
    assert "(code 2)" in installer.explain([], 2)


LOCK = "".join(
    f"{name}==1.0{marker} \\\n    --hash=sha256:{'0' * 64}\n"
    for name, marker in [("one", ""), ("two", ""), ("pywin32", " ; sys_platform == 'win32'")]
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run_fake_pip(folder: Path, program: str, stream: io.StringIO) -> None:
    """Install with a program in pip's place."""
    lock = folder / "requirements.lock"
    lock.write_text(LOCK, "utf-8")
    fake = folder / "fake_pip.py"
    fake.write_text(program, "utf-8")
    command = [sys.executable, str(fake)]
    installer.install(command, dict(os.environ), lock, folder / "site", Progress(stream))


def test_progress_counts_the_packages_of_this_system(tmp_path: Path) -> None:
    said = io.StringIO()
    run_fake_pip(
        tmp_path,
        "print('Ignoring pywin32: markers do not match')\n"
        "print('Collecting one==1.0 (from -r requirements.lock (line 1))')\n"
        "print('  Downloading one-1.0-py3-none-any.whl (1 kB)')\n"
        "print('WARNING: Retrying (Retry(total=4)) after connection broken')\n"
        "print('Processing /wheels/two-1.0-py3-none-any.whl (from -r requirements.lock)')\n"
        "print('Successfully installed one-1.0 two-1.0')\n",
        said,
    )
    assert said.getvalue().splitlines() == [
        "[  1/2] one",
        "no answer from the network, trying again",
        "[  2/2] two",
    ]


def test_progress_goes_on_while_pip_installs_in_silence(tmp_path: Path) -> None:
    """The fake pip ends when its package has been seen on the terminal."""
    said = Terminal()
    seen = tmp_path / "seen"

    class Watched(Terminal):
        def write(self, text: str) -> int:
            if "installed" in text:
                seen.touch()
            return said.write(text)

    run_fake_pip(
        tmp_path,
        "import pathlib, time\n"
        "here = pathlib.Path(__file__).parent\n"
        "print('Installing collected packages: one, two')\n"
        "(here / 'site/one-1.0.dist-info').mkdir(parents=True)\n"
        "(here / 'site/one-1.0.dist-info/RECORD').touch()\n"
        "while not (here / 'seen').exists():\n"
        "    time.sleep(0.01)\n",
        Watched(),
    )
    assert "\r[  1/3] one installed" in said.getvalue()
    assert said.getvalue().endswith("\r"), "the updating line is wiped"


def test_failure_of_pip_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="network does not answer"):
        run_fake_pip(tmp_path, f"print({OFFLINE!r})\nraise SystemExit(1)", io.StringIO())


def test_interruption_ends_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []
    popen = subprocess.Popen

    def start(*args: Any, **kwargs: Any) -> subprocess.Popen[str]:
        started.append(popen(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)

    class Interrupting(io.StringIO):
        def write(self, text: str) -> int:
            raise KeyboardInterrupt

    program = "import time\nprint('Collecting one==1.0')\nwhile True: time.sleep(1)\n"
    with pytest.raises(KeyboardInterrupt):
        run_fake_pip(tmp_path, program, Interrupting())
    assert [process.poll() is None for process in started] == [False]
