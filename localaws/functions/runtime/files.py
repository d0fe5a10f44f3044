"""A handler's files: its code is at /var/task, and it may write below its environment's /tmp alone.

docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html: each execution environment has
a /tmp of its own, which stays while it is warm; nothing else can be written.

Code written in C that opens a path by itself, as sqlite3 does, sees the machine's own /tmp.
"""

from __future__ import annotations

import builtins
import errno
import functools
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import BuiltinFunctionType, ModuleType
from typing import Any

from localaws.functions.runtime.paths import TASK_ROOT, TEMPORARY, Paths

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DEVICES = ("/dev/", "\\\\.\\", "/proc/self/")
# Functions of `os`, with how many of their arguments are paths.
OF_ONE_PATH = (
    *("access", "chdir", "chmod", "listdir", "lstat", "mkdir", "open", "readlink"),
    *("remove", "rmdir", "scandir", "stat", "statvfs", "truncate", "unlink", "utime"),
)
OF_TWO_PATHS = ("link", "rename", "replace", "symlink")
# Functions of `os.path` that some systems have written in C, past those of `os`.
ASKED_IN_C = ("exists", "isdir", "isfile", "islink", "lexists")
# Audit events of what changes the disk, with how many of their arguments are paths.
CHANGES = {
    "os.chmod": 1,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.utime": 1,
}
TWO_FOLDERS = ("os.link", "os.rename")  # each path may be relative to a folder of its own


class Files:
    """Leads Lambda's folders to those of this machine, and refuses to write outside of /tmp."""

    def __init__(self, paths: Paths, installed: list[str]) -> None:
        """To be made first of all: other modules keep functions of `os` under names of theirs.

        Args:
            installed: folders that stay where they are, should they lie in the machine's /tmp.
        """
        self._paths = paths
        self._folder = ""
        self._places: dict[str, str] = {}
        self._stay = tuple(folder + os.sep for folder in (sys.prefix, sys.base_prefix, *installed))
        for name in OF_ONE_PATH:
            self._lead(os, name, 1)
        for name in OF_TWO_PATHS:
            self._lead(os, name, 2)
        for name in ASKED_IN_C:
            if isinstance(getattr(os.path, name), BuiltinFunctionType):
                self._lead(os.path, name, 1)
        builtins.open = io.open = self._opening(io.open)
        sys.dont_write_bytecode = True

    def unpack(self, code_folder: str) -> None:
        """Where the function's code is."""
        self._lead_to(TASK_ROOT, code_folder)
        self._stay += (str(Path(code_folder).parent) + os.sep,)  # of every function's code and /tmp

    def use(self, folder: str) -> None:
        """The folder that stands for /tmp from now on."""
        import tempfile

        self._folder = folder
        self._lead_to(TEMPORARY, folder)
        self._paths.set_temporary(folder)
        tempfile.tempdir = TEMPORARY

    def refuse(self, event: str, arguments: tuple[Any, ...]) -> None:
        """To be told of audit events: nothing but /tmp can be written.

        Raises:
            OSError: as on Lambda, EROFS.
        """
        for path in changed(event, arguments):
            if not self._may_write(path):
                named = self._paths.as_on_lambda(path)
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), named)

    def _may_write(self, path: str) -> bool:
        absolute = os.path.abspath(path)  # noqa: PTH100  it asks nothing of the disk
        inside = absolute.startswith(self._folder + os.sep) or absolute == self._folder
        return inside or absolute.startswith(DEVICES) or path.lower() == os.devnull

    def _lead_to(self, root: str, folder: str) -> None:
        on_this_system = os.path.abspath(root)  # noqa: PTH100  C:\\tmp on Windows
        self._places[root] = self._places[on_this_system] = folder

    def _place(self, path: Any) -> Any:
        """Where a path of Lambda's is on this machine; other paths as they are."""
        if isinstance(path, int) or path is None:
            return path
        try:
            text = os.fsdecode(path)
        except TypeError:
            return path
        for root, folder in self._places.items():
            if text == root or text.startswith((root + "/", root + os.sep)):
                return path if text.startswith(self._stay) else folder + text[len(root) :]
        return path

    def _lead(self, module: ModuleType, name: str, count: int) -> None:
        function = getattr(module, name, None)
        if function is None:
            return

        @functools.wraps(function)
        def led(*given: Any, **named: Any) -> Any:
            paths = [self._place(path) for path in given[:count]]
            try:
                return function(*paths, *given[count:], **named)
            except OSError as error:
                _name_as_given(error, paths, given)
                raise

        setattr(module, name, led)
        for features in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if function in features:
                features.add(led)

    def _opening(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def opened(file: Any, *given: Any, **named: Any) -> Any:
            path = self._place(file)
            if path is file:
                return function(file, *given, **named)
            try:
                stream = function(path, *given, **named)
            except OSError as error:
                _name_as_given(error, [path], (file,))
                raise
            raw = stream
            while not isinstance(raw, io.FileIO):
                raw = raw.buffer if hasattr(raw, "buffer") else raw.raw
            raw.name = file
            return stream

        return opened


def changed(event: str, arguments: tuple[Any, ...]) -> Iterator[str]:
    """The paths that an audit event is about to change: "open", or one of CHANGES."""
    count = CHANGES.get(event, 1)
    if event == "open" and not (arguments[2] or 0) & WRITING:
        count = 0
    for number, path in enumerate(arguments[:count]):
        if not (path is None or isinstance(path, int)):
            yield os.path.join(_relative_to(event, arguments, number), os.fsdecode(path))  # noqa: PTH118


def _relative_to(event: str, arguments: tuple[Any, ...], number: int) -> str:
    """The open folder that a path is relative to, as those of `shutil.rmtree` are; "" for none."""
    if event in ("open", "os.truncate"):
        return ""
    folders = arguments[-2:] if event in TWO_FOLDERS else arguments[-1:] * 2
    descriptor = folders[number]
    if descriptor in (-1, None):
        return ""
    if sys.platform == "darwin":
        import fcntl

        path = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024))
        return os.fsdecode(path.rstrip(b"\0"))
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())  # Windows has none of these


def _name_as_given(error: OSError, paths: list[Any], given: tuple[Any, ...]) -> None:
    for attribute in ("filename", "filename2"):
        for path, own in zip(paths, given, strict=False):
            if getattr(error, attribute) == path and path is not own:
                setattr(error, attribute, own)
