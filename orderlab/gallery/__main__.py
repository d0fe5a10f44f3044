"""python -m orderlab.gallery [FOLDER]: make the gallery anew, in docs/ or in another folder."""

from __future__ import annotations

import sys
from pathlib import Path

from orderlab.gallery.making import ROOT, make

if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
