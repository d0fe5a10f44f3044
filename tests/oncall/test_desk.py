"""A week as a person plays it: stops, looks, acts, notes."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

import localaws
from localaws import clock, faults
from orderlab import oncall
from orderlab.lesson import edits
from orderlab.oncall import desk as desks
from orderlab.oncall.incidents.colleagues import MEMORY
from orderlab.oncall.losses import Reference
from orderlab.oncall.played import as_text
from orderlab.oncall.reference import Playing
from orderlab.oncall.week import Week
from starter import notebooks
from starter.messages import Progress

from .conftest import ROOT

SEED = 7  # a gateway outage on Monday evening


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, reference: Reference) -> None:
    """No programs play beside."""

    class Nobody:
        is_ready = True

        def __init__(self, application: Path, seed: int) -> None: ...
        def stop(self) -> None: ...
        def result(self) -> Reference:
            return reference

    monkeypatch.setattr(desks, "Playing", Nobody)


@pytest.fixture
def desk(alone: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A week that has begun."""
    monkeypatch.chdir(ROOT)
    return oncall.begin(SEED, "Ada")


def test_time_stops_at_a_page_and_tells_no_cause(desk: Any) -> None:
    assert "down" not in repr(desk.status_page())
    stop = desk.go_on()
    assert f"{stop.when:%A %H:%M}" == "Monday 19:03"
    assert [page.alarm for page in stop.pages] == ["dev-OrderTechnicalFailures"]
    assert "the pager rings" in repr(stop)
    assert "dev-OrderTechnicalFailures" in stop._repr_html_()
    assert clock.now >= stop.when
    assert "Payments: down since 18:31 UTC" in repr(desk.status_page())
    assert len(faults.active()) == 0, "what strikes is not told"
    faults.clear()
    assert "Monday" in repr(desk.go_on(minutes=30))
    assert "The report comes when it is over" in repr(desk.report())


def test_what_a_person_does_is_on_the_timeline_and_what_they_look_at_counts(desk: Any) -> None:
    week: Week = desk._week
    desk.go_on()
    name = week.shop.resource("ProcessPaymentFunction")
    client = boto3.client("lambda")
    client.get_function_configuration(FunctionName=name)
    for seconds in (20, 15):
        client.update_function_configuration(FunctionName=name, Timeout=seconds)
    desk.note("the gateway")
    through_the_door = boto3.client("sqs", endpoint_url=localaws.endpoint_url)
    through_the_door.purge_queue(QueueUrl=week.shop.output("OrderDeadLetterQueueUrl"))
    played = week.played()
    assert [one.what for one in played.deeds] == [
        f"lambda UpdateFunctionConfiguration {name}, 2 times",
        "“the gateway”",
        "sqs PurgeQueue dev-OrderDeadLetterQueue",
    ]
    outage = played.incidents[0]
    assert outage.kind == "gateway outage"
    assert outage.seen is not None
    assert f"{outage.seen:%H:%M}" == "19:03"
    assert outage.mended is None


def test_two_weeks_of_a_seed_begin_alike() -> None:
    def monday() -> tuple[str, str]:
        week = Week(ROOT, SEED, "Ada")
        stop = week.go_on()
        return repr(stop), as_text({"so far": week.played()})

    assert monday() == monday()


def test_what_a_colleague_has_changed_is_over_when_it_is_set_back() -> None:
    """Seed 21: the function that validates is slow from Monday afternoon."""
    week = Week(ROOT, 21, "Ada")
    week.go_on()
    assert not any(one.mended for one in week.played().incidents)
    boto3.client("lambda").update_function_configuration(
        FunctionName=week.shop.resource("ValidateOrderFunction"), MemorySize=MEMORY
    )
    [slow] = [one for one in week.played().incidents if one.mended]
    assert slow.kind == "slow function"
    assert week.shop.stack.name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": 1.5}, "A seed is a whole number, not 1.5"),
        ({"seed": True}, "A seed is a whole number, not True"),
        ({"seed": 1, "player": "../you"}, "A player's name has letters"),
    ],
)
def test_nonsense_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        oncall.begin(**arguments)


def test_time_does_not_go_back(desk: Any) -> None:
    with pytest.raises(ValueError, match="minutes above 0, not -5"):
        desk.go_on(minutes=-5)


def test_a_week_ends_with_its_local_aws(desk: Any) -> None:
    localaws.reset()
    with pytest.raises(RuntimeError, match="this week went with it"):
        desk.go_on()


def test_a_week_that_is_over_is_told_and_kept(
    alone: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits.copy_application(ROOT, tmp_path)
    monkeypatch.chdir(tmp_path)
    week = oncall.begin(SEED, "Ada")
    week.go_on(minutes=30)
    monkeypatch.setattr(Week, "is_over", True)
    assert "Week 7, Ada on call: score" in repr(week.report())
    assert week.is_told
    kept = tmp_path / "oncall" / "results" / "seed-7-ada"
    assert kept.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    assert [*oncall.compare().data["player"]] == ["Ada"]  # type: ignore[union-attr]


def test_weeks_that_could_not_be_played_say_why(tmp_path: Path) -> None:
    """A course without a template, as one that no longer deploys."""
    beside = Playing(tmp_path, SEED)
    try:
        with pytest.raises(
            RuntimeError, match=r"could not be played: .*DeployError: .*template\.yaml"
        ):
            beside.result()
    finally:
        beside.stop()


def test_a_template_without_a_part_says_so(
    alone: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits.copy_application(ROOT, tmp_path)
    template = tmp_path / "template.yaml"
    lines = template.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("  CustomersTableName:")]
    template.write_text("\n".join(kept), "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError, match="has no output CustomersTableName any more"):
        oncall.begin(SEED)


def test_no_week_is_played_on_another_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALAWS_TARGET", "aws")
    monkeypatch.setenv("AWS_PROFILE", "learning")
    with pytest.raises(RuntimeError, match="unset LOCALAWS_TARGET"):
        oncall.begin(SEED)


def test_the_notebook_runs_to_its_first_page_and_says_what_is_committed(tmp_path: Path) -> None:
    edits.copy_application(ROOT, tmp_path)
    name = Path("oncall", "week.ipynb")
    (tmp_path / "oncall").mkdir()
    shutil.copy(ROOT / name, tmp_path / name)
    said, environ = io.StringIO(), {**os.environ, "PYTHONPATH": str(ROOT)}
    assert notebooks.refresh(Path(sys.executable), tmp_path, environ, Progress(said)), said
    ran = (tmp_path / name).read_text("utf-8")
    for expected in (
        "Monday 19:03 UTC, the pager rings",
        "Payments: down since 18:31 UTC",
        "The report comes when it is over",
    ):
        assert expected in ran
    if sys.platform == "linux":  # the committed outputs are those of Linux
        assert json.loads(ran) == json.loads((ROOT / name).read_text("utf-8"))


def test_in_the_terminal_one_may_leave(tmp_path: Path) -> None:
    lines = ["week.go_on()", "undefined", "week.status_page()", ""]
    done = subprocess.run(
        [sys.executable, "-m", "orderlab.oncall", str(SEED), "Ada"],
        cwd=ROOT,
        input="\n".join(lines),
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 1, done.stderr
    assert "Monday 19:03 UTC, the pager rings" in done.stdout
    assert "Payments: down since 18:31 UTC" in done.stdout
    assert "NameError" in done.stdout + done.stderr
    assert "You have left before the week was over" in done.stdout
