"""The packages that a function may import: those that its package would hold on Lambda."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

NEEDED = ("_time_machine", "time_machine")  # each looks for the other when it is called


class Packages:
    """Finds modules among the installed ones. It stands last among `sys.meta_path`."""

    def __init__(self, folders: list[str]) -> None:
        """`folders`: those of installed packages, as site-packages."""
        self.folders = folders
        self._modules: frozenset[str] | None = None  # until then, all: the runtime loads its own
        self._distributions: frozenset[str] = frozenset()
        self._kept: list[Any] = []
        sys.meta_path.append(self)

    def limit(self, modules: Iterable[str], distributions: Iterable[str]) -> None:
        """Find these from now on. What else has been loaded cannot be imported any more."""
        self._modules, self._distributions = frozenset(modules), frozenset(distributions)
        for name in list(sys.modules):
            top = name.partition(".")[0]
            if top in NEEDED:
                continue
            if top not in self._modules and (top == "localaws" or self._is_installed(name)):
                self._kept.append(sys.modules.pop(name))

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if path is not None or (self._modules is not None and name not in self._modules):
            return None
        return PathFinder.find_spec(name, self.folders, target)

    def find_distributions(self, context: Any) -> Iterable[Any]:
        """What `importlib.metadata` asks, as for the version of a package."""
        from importlib.metadata import DistributionFinder, MetadataPathFinder

        here = DistributionFinder.Context(name=context.name, path=self.folders)
        for found in MetadataPathFinder.find_distributions(here):
            name = (found.metadata["Name"] or "").lower().replace("_", "-").replace(".", "-")
            if name in self._distributions:
                yield found

    def invalidate_caches(self) -> None:
        """Part of the protocol of a finder."""

    def _is_installed(self, name: str) -> bool:
        file = getattr(sys.modules[name], "__file__", None) or ""
        return file.startswith(tuple(self.folders))
