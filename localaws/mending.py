"""Put ours in the place of one name of moto's, and take it back again.

Each replacement stands beside a comment that names the defect it mends; docs/moto.md lists them.
Everything is undone by `restore`, so that plain moto can be used in the same process afterwards.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

_MISSING = object()


class Mends:
    """What has been replaced, in the order in which it was."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def replace(self, owner: Any, name: str, value: Any) -> Any:
        """Set `owner.name` to `value`; returns what was there, to be called from within."""
        own = vars(owner).get(name, _MISSING)
        original = getattr(owner, name, None)

        def undo() -> None:
            if own is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, own)

        setattr(owner, name, value)
        self._undo.append(undo)
        return original

    def replace_everywhere(self, original: Any, value: Any, package: str = "moto") -> None:
        """Replace a function in every loaded module of `package` that imported it by name."""
        for module_name, module in list(sys.modules.items()):
            if module is None or not module_name.startswith(package):
                continue
            for name, held in list(vars(module).items()):
                if held is original:
                    self.replace(module, name, value)

    def restore(self) -> None:
        """Undo everything, the last first."""
        while self._undo:
            self._undo.pop()()
