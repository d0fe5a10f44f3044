"""Is each defect of moto that localaws mends still there? docs/moto.md lists them.

The reproductions run on unpatched moto in a process of their own. One that fails is good news: moto
has mended the defect, and ours can go.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "moto.md").read_text(encoding="utf-8")
REPRODUCTIONS = Path(__file__).with_name("moto_defects")
UNMENDED = "Known, not mended yet"


@dataclass(frozen=True)
class Defect:
    """A row of docs/moto.md: the section is the file of localaws that mends it, or UNMENDED."""

    id: str
    section: str
    mend: str

    @property
    def ours(self) -> str:
        if self.section == UNMENDED:
            return "its row in docs/moto.md and its reproduction"
        return f"{self.section}: {self.mend}, its row in docs/moto.md and its reproduction"


def documented() -> list[Defect]:
    defects = []
    for section in DOCUMENT.split("\n## ")[1:]:
        title, _, body = section.partition("\n")
        for row in re.findall(r"^\| `([a-z0-9-]+)` \|(.*)\|$", body, re.MULTILINE):
            last = row[1].split(" | ")[-1]
            defects.append(Defect(row[0], title, last.strip().strip("`")))
    return defects


DEFECTS = documented()


@pytest.fixture(scope="module")
def outcomes() -> dict[str, bool | str]:
    """By a defect's id: true while it is there, false without it, or a traceback."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", str(REPRODUCTIONS)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, bool | str] = json.loads(done.stdout)
    return found


def test_each_defect_has_a_row_and_a_reproduction(outcomes: dict[str, bool | str]) -> None:
    assert sorted(defect.id for defect in DEFECTS) == sorted(outcomes)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.id)
def test_the_defect_is_still_there(defect: Defect, outcomes: dict[str, bool | str]) -> None:
    outcome = outcomes[defect.id]
    assert not isinstance(outcome, str), f"the reproduction of {defect.id} fails:\n{outcome}"
    assert outcome, f"moto has mended {defect.id}: remove {defect.ours}"


@pytest.mark.parametrize(
    "defect", [one for one in DEFECTS if one.section != UNMENDED], ids=lambda defect: defect.id
)
def test_the_mend_is_where_the_row_says(defect: Defect) -> None:
    source = (ROOT / defect.section).read_text(encoding="utf-8")
    assert re.search(rf"^ *(def|class) {defect.mend}\b", source, re.MULTILINE), defect.ours


def test_each_mend_is_in_the_document() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "localaws").rglob("*.py")]
    mends = set(re.findall(r"^def (_mend_\w+)", "\n".join(sources), re.MULTILINE))
    assert mends
    assert mends - {defect.mend for defect in DEFECTS} == set()
