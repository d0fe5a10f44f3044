"""Many learners' folders are judged, hostile ones too, and nobody is harmed."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import psutil
import pytest

from orderlab.lesson import record
from orderlab.lesson.grading import __main__ as command
from orderlab.lesson.grading import report, submissions
from orderlab.lesson.grading.grades import NOT_TRIED, NOT_YET, SOLVED, Grade, grade
from orderlab.lesson.index import find
from orderlab.lesson.places import COURSE
from orderlab.lesson.solutions import of_exercise

HANDLER = "lambdas/validate_order_handler/app.py"
HANDLERS = {
    "endless": "def lambda_handler(event, context):\n    while True: pass",
    "forks": """\
import os, select
for _ in range(9):  # 512 at most, should it go off
    os.fork()
    select.select([], [], [], 0.05)  # a pause that no clock of ours knows
select.select([], [], [], 60)
""",
    "fills-the-disk": """\
import os, pathlib
def lambda_handler(event, context):
    for number in range(10_000):
        pathlib.Path(f"/tmp/{number}").write_bytes(bytes(10**7))
""",
    "deletes": """\
import os, shutil
shutil.rmtree(os.getcwd(), ignore_errors=True)
os._exit(1)
""",
    "calls-out": """\
import socket
def lambda_handler(event, context):
    socket.create_connection(("192.0.2.1", 80), 1)
""",
    "ends-the-judge": """\
import os, signal
os.kill(os.getppid(), signal.SIGKILL)
""",
}
SCENARIOS = """\
from orderlab.lesson.exercises import Finding
from orderlab.lesson.index import find

@find("08.1").scenario("Nine keyboards")
def _nine(shop):
    ended = shop.process(shop.order("nine-keyboards", [("prod-002", 9)]))
    return Finding("twelve", ended.words, False, "My own scenario.")
"""


@pytest.fixture(scope="module")
def class_room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of submissions."""
    folder = tmp_path_factory.mktemp("class")
    solution = COURSE.joinpath(HANDLER).read_text(encoding="utf-8")
    for edit in of_exercise("08.1").solution.edits:
        solution = edit.of(solution)
    for learner, code in {"anna": solution, **HANDLERS}.items():
        hand_in(folder / learner, code)
    notes = record.Record()
    notes.tries("08.1").hints = 2
    record.write(folder / "anna", notes)
    (folder / "idle").mkdir()
    links = folder / "links"
    links.mkdir()
    (links / "lambdas").symlink_to("/", target_is_directory=True)
    (links / record.FILE).write_text(
        '{"exercises": {"08.1": {"checks": 1, "hints": "=1+1"}}, "predictions": {}}', "utf-8"
    )
    return folder


def hand_in(folder: Path, code: str) -> None:
    """What is handed in may be one file alone; here, within the folder `work`."""
    path = folder / "work" / HANDLER if folder.name == "calls-out" else folder / HANDLER
    path.parent.mkdir(parents=True)
    path.write_text(code, encoding="utf-8")


@pytest.fixture(scope="module")
def grades(class_room: Path) -> dict[str, Grade]:
    """What came of exercise 08.1, by learner."""
    told: list[str] = []
    found = grade(class_room, [find("08.1")], None, lambda learner, _: told.append(learner))
    assert sorted(told) == sorted(path.name for path in class_room.iterdir())
    return {one.learner: one for one in found}


def test_who_has_solved_it(grades: dict[str, Grade]) -> None:
    assert (grades["anna"].outcome, grades["anna"].hints) == (SOLVED, 2)
    assert grades["idle"].outcome == NOT_TRIED


@pytest.mark.parametrize(
    ("learner", "sentence"),
    [
        ("endless", "Sandbox.Timedout"),
        ("forks", "More than "),  # processes, or memory: whichever is seen first
        ("fills-the-disk", "More than 200 MB were written"),
        ("deletes", "Runtime exited"),
        ("calls-out", "nothing leaves this machine"),
        ("ends-the-judge", "ended before it had a verdict"),
        ("links", "eleven-mice"),
    ],
)
def test_a_hostile_submission_gets_a_verdict(
    learner: str, sentence: str, grades: dict[str, Grade]
) -> None:
    assert grades[learner].outcome == NOT_YET
    assert sentence in grades[learner].sentence


def test_nothing_is_left(grades: dict[str, Grade], class_room: Path) -> None:
    """Neither processes nor changes of what was handed in."""
    assert grades
    for learner in ("deletes", "anna"):
        assert (class_room / learner / HANDLER).is_file()
    assert not (class_room / "links" / f"{record.FILE}.unreadable").exists()
    mine = [one for one in psutil.Process().children(recursive=True) if one.is_running()]
    assert [one for one in mine if "runtime" in " ".join(one.cmdline())] == []


def test_the_table_and_the_page(grades: dict[str, Grade], tmp_path: Path) -> None:
    odd = Grade("=cmd()", "08.1", "T", "core", NOT_YET, 0, "<b>", "1", "&")
    table, page = report.write([*grades.values(), odd], tmp_path)
    with table.open(encoding="utf-8", newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    assert rows["anna"]["outcome"] == SOLVED
    assert rows["links"]["failing"] == "Eleven mice on one line"
    assert "'=cmd()" in rows  # no formula for a spreadsheet
    text = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;" in text
    assert "<b>" not in text
    assert "1 of 9" in text
    assert "http" not in text  # it works offline


def test_the_instructors_scenarios(
    class_room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(class_room / "anna", tmp_path / "class" / "anna")
    own = tmp_path / "scenarios"
    own.mkdir()
    (own / "e08_1.py").write_text(SCENARIOS, encoding="utf-8")
    folder = str(tmp_path / "class")
    assert command.main([folder, "--scenarios", str(own), "--lesson", "8"]) == 0
    assert "[1/1] anna: " in capsys.readouterr().out
    with (tmp_path / "class" / "grades.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["exercise"] == "08.1")
    assert (row["failing"], row["sentence"]) == (
        "Nine keyboards",
        "Nine keyboards: My own scenario.",
    )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["nowhere"], "nowhere"),
        (["."], "no folders"),
        (["class", "--lesson", "77"], "Lesson 77 has no exercises"),
        (["class", "--scenarios", "nowhere"], "no folder nowhere"),
    ],
)
def test_what_cannot_be_graded(
    arguments: list[str],
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    empty = tmp_path / "empty"
    (tmp_path / "room" / "class" / "anna").mkdir(parents=True)
    empty.mkdir()
    monkeypatch.chdir(empty if arguments == ["."] else tmp_path / "room")
    assert command.main(arguments) == 1
    assert why in capsys.readouterr().err


def test_a_submission_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "MOST", 1000)
    (tmp_path / "anna" / "data").mkdir(parents=True)
    (tmp_path / "anna" / "data" / "products.json").write_text(json.dumps("x" * 2000), "utf-8")
    (found,) = grade(tmp_path, [find("08.1")], None, lambda *_: None)
    assert (found.outcome, found.failing) == (NOT_YET, "")
    assert "holds more than" in found.sentence
