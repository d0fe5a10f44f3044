"""Begin a function's process. Run as a script, with the folders of installed packages as arguments.

The parent packages are made by hand: theirs would load the rest of `localaws`, which no function
needs and which takes a tenth of a second.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

PACKAGES = Path(__file__).resolve().parents[2]

for name, folder in (("localaws", PACKAGES), ("localaws.functions", PACKAGES / "functions")):
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package

from localaws.functions.runtime.worker import main  # noqa: E402

main(sys.argv[1:])
