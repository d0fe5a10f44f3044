"""The commands: what each does, in which order, and how each failure ends."""

from __future__ import annotations

import ast
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from starter import checks, environment, jupyter, main, notebooks, workcopy
from starter.messages import DISK_FULL, Problem, Progress, sentence

LAB = Path(main.__file__).parents[1] / "lab.py"
PYTHON = Path(sys.executable)


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """`main` decides what signals do; these tests are not the program it does that for."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    numbers += [] if sys.platform == "win32" else [signal.SIGHUP]
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, course: Path) -> list[str]:
    """Notes what a command does, in place of the parts that are tested by themselves."""
    done: list[str] = []

    def ensure(root: Path, progress: Progress) -> Path:
        done.append("environment")
        return PYTHON

    def refresh(root: Path) -> workcopy.Report:
        done.append("copy")
        return workcopy.Report(added=["a"], behind=["b"])

    def lab(python: Path, root: Path, progress: Progress) -> None:
        done.append("jupyterlab")

    def check(*_: object) -> bool:
        done.append("checks")
        return False

    def run_notebooks(*_: object) -> bool:
        done.append("notebooks")
        return False

    def draw(*_: object) -> bool:
        done.append("docs")
        return True

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        done.append(" ".join(command[1:]))
        return subprocess.CompletedProcess(command, 3)

    def set_aside(root: Path) -> Path:
        done.append("aside")
        return root / "work-before-2026-11-24-120000"

    monkeypatch.setattr(main, "ROOT", course)
    monkeypatch.setattr(environment, "ensure", ensure)
    monkeypatch.setattr(workcopy, "refresh", refresh)
    monkeypatch.setattr(workcopy, "set_aside", set_aside)
    monkeypatch.setattr(jupyter, "run", lab)
    monkeypatch.setattr(checks, "run", check)
    monkeypatch.setattr(notebooks, "refresh", run_notebooks)
    monkeypatch.setattr(notebooks, "refresh_docs", draw)
    monkeypatch.setattr(subprocess, "run", run)
    return done


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ([], 0, ["environment", "copy", "jupyterlab"]),
        (["order"], 3, ["environment", "-m orderlab.order"]),
        (["order", "my order.json"], 3, ["environment", "-m orderlab.order my order.json"]),
        (["oncall"], 3, ["environment", "copy", "-m orderlab.oncall 1 you"]),
        (
            ["oncall", "--seed", "7", "--player", "Ada"],
            3,
            ["environment", "copy", "-m orderlab.oncall 7 Ada"],
        ),
        (["test"], 1, ["environment", "checks"]),
        (["refresh"], 1, ["environment", "notebooks", "docs"]),
        (["reset"], 0, ["aside", "copy"]),
    ],
)
def test_command(arguments: list[str], code: int, expected: list[str], steps: list[str]) -> None:
    assert main.main(arguments) == code
    assert steps == expected


def test_start_says_what_is_new_and_what_was_kept(
    steps: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main.main([])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "New in the folder work: a."
    assert said[1].startswith("Yours, left alone, though the course has a newer one: b. ")
    assert len(said) == 2
    main.main(["reset"])
    assert "now work-before-2026-11-24-120000." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Problem("Do this."), 1, "Do this."),
        (OSError(errno.ENOSPC, "No space left on device"), 1, DISK_FULL),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_failure_is_one_sentence(
    error: BaseException,
    code: int,
    said: str,
    steps: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(root: Path) -> workcopy.Report:
        raise error

    monkeypatch.setattr(workcopy, "refresh", fail)
    assert main.main([]) == code
    assert capsys.readouterr().err.strip() == said
    assert steps == ["environment"], "nothing goes on after a failure"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "No permission to write /course/work"),
        (errno.EROFS, "No permission to write /course/work"),
        (errno.EIO, "'words of the system' about /course/work"),
        (errno.EDQUOT, "The disk is full"),
    ],
)
def test_sentence_of_an_error_of_the_system(number: int, words: str) -> None:
    assert words in sentence(OSError(number, "words of the system", "/course/work"))
    assert sentence(OSError(number, "words of the system")).endswith("again.")


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_stop_sent_to_the_process_ends_it_as_ctrl_c_does(
    steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jupyter, "run", lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    assert main.main([]) == 130


def lab(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run lab.py as a person does, after some statements."""
    code = (
        f"{before}\n"
        "import runpy, sys\n"
        f"sys.path.insert(0, {str(LAB.parent)!r})\n"
        f"runpy.run_path({str(LAB)!r}, None, '__main__')\n"
    )
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8")


def test_help_names_the_commands() -> None:
    done = lab("--help")
    assert done.returncode == 0
    for command in ("order", "test", "reset", "refresh"):
        assert f"\n    {command} " in done.stdout


def test_unknown_command_is_refused() -> None:
    done = lab("ordr")
    assert done.returncode == 2
    assert "invalid choice: 'ordr'" in done.stderr


@pytest.mark.parametrize("version", [(2, 7), (3, 10), (3, 15)])
def test_python_too_old_or_too_new_is_told_which_to_install(version: tuple[int, int]) -> None:
    done = lab("--help", before=f"import sys; sys.version_info = {(*version, 0, 'final', 0)}")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(
        f"The course needs Python 3.11 to 3.14 and this is Python {version[0]}.{version[1]}: "
    )
    assert len(done.stderr.splitlines()) == 1


def test_start_script_parses_on_any_python() -> None:
    """Python 3 can parse as its 3.4 did; what Python 2 lacks beyond that is looked for by name."""
    tree = ast.parse(LAB.read_text("ascii"), feature_version=(3, 4))
    python3 = (
        *(ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Starred, ast.Nonlocal, ast.YieldFrom),
        *(ast.AsyncFunctionDef, ast.Match, ast.FunctionDef, ast.ClassDef, ast.Raise, ast.Try),
    )
    found = [type(node).__name__ for node in ast.walk(tree) if isinstance(node, python3)]
    assert found == []
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "print" not in [function.id for function in calls if isinstance(function, ast.Name)]
