"""What a function's process is kept from: other machines, and files that Lambda has not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from localaws.functions.runtime.files import CHANGES, Files

Check = Callable[[str, tuple[Any, ...]], None]


def install(files: Files) -> None:
    """Look at what the process does, for as long as it lives."""
    checks: dict[str, Check] = {"socket.connect": _connect, "socket.getaddrinfo": _look_up}
    checks |= dict.fromkeys(("open", *CHANGES), files.refuse)

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        check = checks.get(event)
        if check is not None:
            check(event, arguments)

    sys.addaudithook(audit)


def _connect(_: str, arguments: tuple[Any, ...]) -> None:
    address = arguments[1]
    _refuse(address[0] if isinstance(address, tuple) else None)


def _look_up(_: str, arguments: tuple[Any, ...]) -> None:
    _refuse(arguments[0])


def _refuse(host: Any) -> None:
    """No call leaves the machine: only loopback addresses can be looked up or connected to."""
    if is_elsewhere(host):
        raise PermissionError(
            f"The local AWS lets no function call {named(host)}: nothing leaves this machine."
        )


def is_elsewhere(host: Any) -> bool:
    """Whether a host, as an audit event names it, is another machine."""
    name = named(host)
    return bool(name) and not (name.startswith("127.") or name in ("localhost", "::1"))


def named(host: Any) -> Any:
    """A host as text, where it comes as bytes."""
    return host.decode("ascii", "replace") if isinstance(host, bytes) else host
