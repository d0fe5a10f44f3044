"""Put ours in the place of one name of moto's, and take it back again.

Each replacement stands beside a comment that names the defect it mends; docs/moto.md lists them.
Everything is undone by `restore`, so that plain moto can be used in the same process afterwards.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

_MISSING = object()


class _Everywhere(NamedTuple):
    original: Any
    value: Any
    package: str


class Mends:
    """What has been replaced, in the order in which it was."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []
        self._everywhere: dict[int, list[_Everywhere]] = {}
        self._seen: set[str] = set()
        self._loaded = 0  # how many modules there were at the last look

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
        """Replace an object in every module of `package` that holds it under some name.

        Modules that moto loads later are mended by `follow`.
        """
        wish = _Everywhere(original, value, package)
        self._everywhere.setdefault(id(original), []).append(wish)
        for module_name, module in _modules():
            self._apply(module_name, module, {id(original): [wish]})
            self._seen.add(module_name)

    def follow(self) -> None:
        """Mend the modules that have been loaded since."""
        if self._loaded == len(sys.modules):
            return
        self._loaded = len(sys.modules)
        for module_name, module in _modules():
            if module_name not in self._seen:
                self._seen.add(module_name)
                self._apply(module_name, module, self._everywhere)

    def _apply(
        self, module_name: str, module: ModuleType, wishes: dict[int, list[_Everywhere]]
    ) -> None:
        for name, held in list(vars(module).items()):
            for wish in wishes.get(id(held), ()):
                if wish.original is held and module_name.startswith(wish.package):
                    self.replace(module, name, wish.value)

    def restore(self) -> None:
        """Undo everything, the last first."""
        while self._undo:
            self._undo.pop()()


def variant(module: ModuleType, **ours: Any) -> ModuleType:
    """A module with some of its names replaced."""
    changed = ModuleType(module.__name__)
    vars(changed).update(vars(module), **ours)
    return changed


def _modules() -> list[tuple[str, ModuleType]]:
    return [
        (name, module)
        for name, module in list(sys.modules.items())
        if module is not None and name.startswith("moto")
    ]
