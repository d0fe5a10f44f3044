"""The paths of this machine, as they are on Lambda, in what a handler prints and raises."""

from __future__ import annotations

import re
import sys
import sysconfig

TASK_ROOT = "/var/task"  # where Lambda unpacks a function's code
TEMPORARY = "/tmp"
STANDARD_LIBRARY = f"/var/lang/lib/python{sys.version_info.major}.{sys.version_info.minor}"


class Paths:
    """Writes the folders of this machine as Lambda's."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._spellings: tuple[str, ...] = ()
        self._pattern: re.Pattern[str] | None = None

    def set(self, code: str, packages: list[str], runtime_modules: list[str]) -> None:
        """SAM packs a function's requirements beside its code; boto3 comes with the runtime."""
        self._folders = {sysconfig.get_path("stdlib"): STANDARD_LIBRARY}
        for folder in packages:
            self._folders[folder] = TASK_ROOT
            for module in runtime_modules:
                self._folders[f"{folder}/{module}"] = f"{STANDARD_LIBRARY}/site-packages/{module}"
        self._folders[code] = TASK_ROOT
        self._compile()

    def set_temporary(self, folder: str) -> None:
        """The folder that stands for /tmp from now on."""
        if self._folders.get(folder) != TEMPORARY:
            self._folders = {k: v for k, v in self._folders.items() if v != TEMPORARY}
            self._folders[folder] = TEMPORARY
            self._compile()

    def as_on_lambda(self, text: str) -> str:
        """A text without the folders of this machine; JSON doubles the backslashes of a path."""
        if self._pattern is None or not any(folder in text for folder in self._spellings):
            return text
        return self._pattern.sub(self._replace, text)

    def _compile(self) -> None:
        self._spellings = tuple(
            dict.fromkeys(
                spelling
                for folder in self._folders
                for spelling in (folder, folder.replace("\\", "\\\\"), folder.replace("\\", "/"))
            )
        )
        longest_first = sorted(self._folders, key=len, reverse=True)
        self._pattern = re.compile(
            "(" + "|".join(map(_separated, longest_first)) + r")((?:[\\/]+[\w.\- ]+)*)"
        )

    def _replace(self, found: re.Match[str]) -> str:
        folder = re.sub(r"\\\\|\\", "/", found[1])
        for ours, theirs in self._folders.items():
            if ours.replace("\\", "/") == folder:
                return theirs + re.sub(r"\\\\|\\", "/", found[2])
        return found[0]


def _separated(folder: str) -> str:
    """A pattern of a folder, its separators being slashes or backslashes, single or doubled."""
    return r"(?:\\\\|[\\/])".join(map(re.escape, re.split(r"[\\/]", folder)))
