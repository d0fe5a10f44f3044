"""Break my stack: every fault breaks the stack, undone it is whole, and no file does harm."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import localaws
from orderlab import lesson
from orderlab.lesson import index, places, record
from orderlab.lesson.challenges import challenge
from orderlab.lesson.challenges.faults import FAULTS, Fault
from orderlab.lesson.edits import Edit, apply
from orderlab.lesson.judging import judge, running
from orderlab.lesson.judging.shop import Shop
from orderlab.lesson.judging.verdict import FAILED, Verdict
from orderlab.lesson.solutions import of_exercise

NAMES = [fault.name for fault in FAULTS]
FOUND_BY = {  # of the others, the first scenario
    "stubborn": "order-declined",
    "impatient": "order-gateway-timeout",
    "generous": "order-wrong-price",
    "no-trace": "An order that support stops",
    "sleeping-alarm": "The alarm",
}
OF_THE_WORKFLOW = """\
        - LambdaInvokePolicy: {FunctionName: !Ref ValidateOrderFunction}
        - LambdaInvokePolicy: {FunctionName: !Ref ProcessPaymentFunction}
"""
PERMISSION = Edit(
    "template.yaml", OF_THE_WORKFLOW, '        - LambdaInvokePolicy: {FunctionName: "*"}\n'
)


@pytest.fixture
def cloud() -> Iterator[None]:
    localaws.start()
    yield
    localaws.stop()


def judged(fault: Fault, copy: Path, scenario: str, *edits: Edit) -> Verdict:
    """What one scenario of the check says of a challenge's folder after edits."""
    accepted = challenge.exercise_of(fault)
    accepted.scenarios[:] = [one for one in accepted.scenarios if one.title == scenario]
    folder = places.workplace(accepted, copy)
    apply(edits, folder)
    return judge.play(accepted, Shop(folder, accepted.id))


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_every_fault_breaks_the_stack(fault: Fault, copy: Path, cloud: None) -> None:
    verdict = judged(fault, copy, FOUND_BY.get(fault.name, "An order from the web page"))
    [row] = verdict.rows
    assert row.outcome == FAILED
    assert "Error: " not in row.got  # the scenario has a finding, not a traceback


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_undone_it_is_the_course_again(fault: Fault, copy: Path) -> None:
    accepted = challenge.exercise_of(fault)
    folder = places.workplace(accepted, copy)
    assert any(
        (folder / name).read_bytes() != (copy / name).read_bytes() for name in accepted.files
    )
    of_exercise(accepted.id).solution.make(copy, accepted.id)
    for name in accepted.files:
        assert (folder / name).read_bytes() == (copy / name).read_bytes()


def test_a_mended_stack_passes(copy: Path) -> None:
    """In a process of its own, as `lesson.check` does it; what was undone is equal for all."""
    made = challenge.id_of(FAULTS[0])
    of_exercise(made).solution.make(copy, made)
    verdict = running.judge(index.find(made), copy)
    assert verdict.solved, repr(verdict)


def test_a_mend_that_allows_everything_is_refused(copy: Path, cloud: None) -> None:
    fault = FAULTS[0]
    mended = challenge.mend(challenge.id_of(fault))
    verdict = judged(fault, copy, "Permissions", *mended, PERMISSION)
    assert verdict.rows[-1].got.startswith("OrderWorkflow: lambda:InvokeFunction on ")


def test_a_challenge_goes_to_a_neighbour(copy: Path) -> None:
    for fault in FAULTS:
        told = repr(lesson.challenge(fault.name))
        name = f"{challenge.id_of(fault)}.txt"
        assert name in told
        text = (copy / "exercises" / name).read_text(encoding="ascii")
        assert fault.name not in told + text
        assert "template.yaml" not in text
    task = repr(lesson.accept(name))
    assert f'lesson.check("{challenge.id_of(fault)}")' in task
    assert fault.felt not in task
    edited = copy / "exercises" / challenge.id_of(fault) / fault.edits[0].path
    assert fault.edits[0].after in edited.read_text(encoding="utf-8")


def test_what_was_begun_is_kept(copy: Path) -> None:
    lesson.challenge("stubborn")
    path = copy / "exercises" / f"{challenge.id_of(challenge.named('stubborn'))}.txt"
    lesson.accept(path)
    edited = path.with_suffix("") / "template.yaml"
    edited.write_text("mine", encoding="utf-8")
    lesson.accept(path)
    assert edited.read_text(encoding="utf-8") == "mine"


def test_hints_and_progress_know_a_challenge(copy: Path) -> None:
    made = challenge.id_of(challenge.named("stubborn"))
    assert repr(lesson.hint(made)).startswith("Hint 1 of 3: ")
    assert record.read(copy).tries(made).hints == 1
    assert "exercises solved" in repr(lesson.progress())


def test_the_list_names_every_fault_and_no_mend(copy: Path) -> None:
    listed = repr(lesson.challenge())
    for fault in FAULTS:
        assert f"| `{fault.name}` | {fault.felt} |" in listed
        assert not any(hint in listed for hint in fault.hints)
    assert len({challenge.id_of(fault) for fault in FAULTS}) == len(FAULTS) >= 8
    with pytest.raises(ValueError, match=r"no fault 'fire'\. There are: unread-shelves, "):
        lesson.challenge("fire")


def packed(told: bytes) -> str:
    return base64.b64encode(zlib.compress(challenge._mixed(told))).decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no challenge"),
        ("Dear neighbour", "no challenge"),
        (challenge.encode(FAULTS[0])[:-20], "no challenge"),
        (packed(b"[1, 2]"), "no challenge"),
        (packed(b'{"challenge": 1, "fault": ["x"]}'), "another version"),
        (packed(b'{"challenge": 1, "fault": "newer"}'), "another version"),
        (packed(b'{"challenge": 9, "fault": "stubborn"}'), "another version"),
        (base64.b64encode(zlib.compress(bytes(10_000_000))).decode(), "no challenge"),
    ],
    ids=["empty", "letter", "cut", "list", "odd", "fault", "version", "bomb"],
)
def test_what_is_no_challenge_is_said(text: str, said: str, copy: Path) -> None:
    path = copy / "from-a-neighbour.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(challenge.NotAChallengeError, match=said):
        lesson.accept(path)
    assert not (copy / "exercises").exists()


def test_a_file_that_is_not_there_or_not_text(copy: Path) -> None:
    with pytest.raises(challenge.NotAChallengeError, match="There is no file"):
        lesson.accept("challenge-0000.txt")
    (copy / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(challenge.NotAChallengeError, match=r"picture\.png cannot be read"):
        lesson.accept(copy / "picture.png")
    with pytest.raises(ValueError, match="no challenge 'challenge-0000'"):
        lesson.check("challenge-0000")
