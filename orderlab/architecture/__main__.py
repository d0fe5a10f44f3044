"""python -m orderlab.architecture [FOLDER]: draw the pictures anew, in docs/ or elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import localaws
from orderlab.architecture.drawing import draw
from orderlab.architecture.parts import ROOT, TEMPLATE

PICTURES = "architecture"

if __name__ == "__main__":
    folder = (Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs") / PICTURES
    localaws.start()
    stack = localaws.deploy(TEMPLATE, parameters={"Features": "all"})
    pictures = draw(stack.name)
    localaws.stop()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    for name, svg in pictures.items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8", newline="\n")
