"""The commands of lab.py."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from starter import checks, environment, jupyter, notebooks, workcopy
from starter.messages import COMMAND, Problem, Progress, sentence

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "slides": "make a lesson's slides: one HTML file, which works offline",
    "handout": "make a lesson's handout: one HTML file, to read and to print",
}


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status: 0, 1 for a failure, 130 for an interruption."""
    options = _parser().parse_args(arguments)
    _stop_as_with_ctrl_c()
    progress = Progress()
    try:
        return _run(options, progress)
    except Problem as problem:
        failure = str(problem)
    except OSError as error:
        failure = sentence(error)
    except KeyboardInterrupt:
        progress.say(f"Stopped. {COMMAND} goes on from here.")
        return 130
    progress.close()
    print(failure, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Without a command: opens the course in JupyterLab, on your own copy in the "
        "folder work. The first start makes the environment .venv, later ones need no network.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    order = commands.add_parser("order", help="run one order through the stack, in the terminal")
    order.add_argument("file", nargs="?", metavar="FILE", help="the order's JSON")
    commands.add_parser("test", help="run every check, test and notebook of the course")
    commands.add_parser("refresh", help="make the notebooks' outputs and the pictures in docs anew")
    commands.add_parser("reset", help="move the folder work aside and make it anew")
    for page, text in PAGES.items():
        lesson = commands.add_parser(page, help=text)
        lesson.add_argument("lesson", metavar="N", type=int, help="its number")
    oncall = commands.add_parser("oncall", help="play a week in production, in the terminal")
    oncall.add_argument("--seed", metavar="N", type=int, default=1, help="which week it is")
    oncall.add_argument("--player", metavar="NAME", default="you", help="who is on call")
    grade = commands.add_parser("grade", help="check what many learners have handed in")
    grade.add_argument("folder", metavar="FOLDER", help="holds a folder for each learner")
    grade.add_argument("--scenarios", metavar="FOLDER", help="scenarios of your own besides ours")
    grade.add_argument("--lesson", metavar="N", type=int, help="the exercises of one lesson alone")
    return parser


def _run(options: argparse.Namespace, progress: Progress) -> int:
    if options.command == "reset":
        return _reset(progress)
    python = environment.ensure(ROOT, progress)
    environ = environment.variables(ROOT)
    match options.command:
        case "test":
            return 0 if checks.run(python, ROOT, environ, progress) else 1
        case "refresh":
            made = notebooks.refresh(python, ROOT, environ, progress)
            made &= notebooks.refresh_docs(python, ROOT, environ, progress)
            return 0 if made else 1
        case "order":
            order = [str(python), "-m", "orderlab.order", *filter(None, [options.file])]
            return subprocess.run(order, check=False, env=environ).returncode
        case "slides" | "handout":
            page = [str(python), "-m", "orderlab.pages", options.command, str(options.lesson)]
            return subprocess.run(page, check=False, env=environ).returncode
        case "oncall":
            return _on_call(python, environ, options, progress)
        case "grade":
            return subprocess.run(_grade(python, options), check=False, env=environ).returncode
    _say(workcopy.refresh(ROOT), progress)
    jupyter.run(python, ROOT, progress)
    return 0


def _on_call(
    python: Path, environ: Mapping[str, str], options: argparse.Namespace, progress: Progress
) -> int:
    """The terminal is the week's: Ctrl-C there ends a call, and not the week."""
    _say(workcopy.refresh(ROOT), progress)
    signal.signal(signal.SIGINT, lambda signum, frame: None)
    week = ["-m", "orderlab.oncall", str(options.seed), options.player]
    return subprocess.run(
        [str(python), *week], check=False, cwd=ROOT / workcopy.NAME, env=dict(environ)
    ).returncode


def _grade(python: Path, options: argparse.Namespace) -> list[str]:
    command = [str(python), "-m", "orderlab.lesson.grading", options.folder]
    if options.scenarios:
        command += ["--scenarios", options.scenarios]
    return [*command, "--lesson", str(options.lesson)] if options.lesson else command


def _reset(progress: Progress) -> int:
    if aside := workcopy.set_aside(ROOT):
        progress.say(f"Your folder work is now {aside.name}.")
    workcopy.refresh(ROOT)
    progress.say("The folder work is new.")
    return 0


def _say(report: workcopy.Report, progress: Progress) -> None:
    if report.added:
        progress.say(f"New in the folder work: {_some(report.added)}.")
    if report.refreshed:
        progress.say(f"Refreshed from the course: {_some(report.refreshed)}.")
    if report.removed:
        progress.say(f"No longer in the course, removed: {_some(report.removed)}.")
    if report.behind:
        progress.say(
            f"Yours, left alone, though the course has a newer one: {', '.join(report.behind)}. "
            f"To take the course's, rename yours and run {COMMAND} again."
        )


def _some(names: list[str]) -> str:
    """A few names, or their number: on a first start there are dozens."""
    return ", ".join(names) if len(names) <= 5 else f"{len(names)} files"


def _stop_as_with_ctrl_c() -> None:
    """A stop, or a terminal that is closed, ends what was started, as Ctrl-C does."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, interrupt)
