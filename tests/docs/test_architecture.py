"""docs/architecture.md tells of every part of the template, and its pictures are the stack's."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from orderlab.architecture.__main__ import PICTURES
from orderlab.architecture.drawing import draw
from orderlab.architecture.parts import Part, parts

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FOLDER = ROOT / "docs" / PICTURES
NAMED = {  # what has a name of its own, which people say to each other
    "AWS::DynamoDB::Table",
    "AWS::Serverless::Api",
    "AWS::Serverless::Function",
    "AWS::Serverless::StateMachine",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
}

each_part = pytest.mark.parametrize("part", parts(), ids=lambda part: part.name)


def section(part: Part) -> str:
    """What the page says of a part: from its heading to the next."""
    found = re.search(
        rf"^##+ {re.escape(part.title)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL
    )
    assert found, f"no section {part.title!r}"
    return found[1]


def test_the_pictures_are_as_the_stack_is_drawn_now(grown: Any) -> None:
    now = draw(grown.stack.name)
    kept = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.svg")}
    assert now.keys() == kept.keys(), "run lab.py refresh"
    # As with notebooks, what is committed is what Linux makes.
    if sys.platform == "linux":
        assert [name for name in now if now[name] != kept[name]] == [], "run lab.py refresh"


def test_each_picture_is_on_the_page() -> None:
    shown = re.findall(rf"\]\({PICTURES}/(.+)\.svg\)", PAGE)
    assert sorted(shown) == sorted(path.stem for path in FOLDER.glob("*.svg"))


@each_part
def test_a_part_has_its_paragraph_and_its_decisions(part: Part) -> None:
    text = section(part)
    before, found, decisions = text.partition("\nDecisions:\n\n")
    assert any(re.match(r"[A-Z`]", block.strip()) for block in before.split("\n\n"))
    assert found
    assert re.fullmatch(r"(- 20\d\d-\d\d-\d\d: .+\n(  .+\n)*)+\n?", decisions), decisions
    if part.lesson:
        assert f"../notebooks/{part.lesson}_" in text


def test_what_has_a_name_is_named() -> None:
    template = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    names = [key for key, raw in template["Resources"].items() if raw["Type"] in NAMED]
    assert [name for name in names if f"`{name}`" not in PAGE] == []
