"""Text keeps within its box whatever font a browser has: each text of an SVG has its length."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib
import pytest

from orderlab.console.definition.parsing import parse
from orderlab.console.outputs import lettering
from tests.console.graphs.pictures import defined, drawn

WORKFLOW = Path("state-machines/order-workflow.asl.json")
SVG = "{http://www.w3.org/2000/svg}"


def test_texts_end_before_their_box_does() -> None:
    picture = drawn(parse(WORKFLOW.read_text(encoding="utf-8")))
    seen = 0
    for group in ET.fromstring(picture.svg).iter(f"{SVG}g"):
        if not re.fullmatch(r"s\d+", group.get("id") or ""):
            continue
        drawing = group.find(f"{SVG}path")
        assert drawing is not None
        edge = max(float(x) for x in re.findall(r"(-?[\d.]+),", drawing.get("d") or ""))
        for text in group.iter(f"{SVG}text"):
            if len((text.text or "").strip()) > 1:
                seen += 1
                assert float(text.attrib["x"]) + float(text.attrib["textLength"]) < edge, text.text
    assert seen >= 16  # eight states, each with its name and what it is


@pytest.mark.parametrize(("file", "bold"), [("phvr8a", False), ("phvb8a", True)])
def test_widths_are_helveticas(file: str, bold: bool) -> None:
    metrics = Path(matplotlib.get_data_path(), "fonts", "afm", f"{file}.afm").read_text("utf-8")
    for code, width in re.findall(r"^C (\d+) ; WX (\d+) ", metrics, re.MULTILINE):
        if 32 <= int(code) <= 126 and chr(int(code)) not in "'`":  # the file's are quotes there
            assert lettering.width(chr(int(code)), 1000, bold) == int(width), chr(int(code))


def test_letters_of_unknown_width_are_left_to_the_browser() -> None:
    svg = drawn(defined({"注文": {"Type": "Pass", "End": True}})).svg
    [name] = [line for line in svg.splitlines() if ">注文<" in line]
    assert "textLength" not in name
    assert lettering.width("Zählen", 10) == lettering.width("Zahlen", 10)
