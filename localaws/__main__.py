"""The local AWS for a terminal: `python -m localaws serve`, `env`, `url` and `logs`."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from localaws import terminal
from localaws.terminal import NoDoorError

if TYPE_CHECKING:
    from types import FrameType


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status: 0, 1 for a failure, 130 for an interruption."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (NoDoorError, ValueError) as error:
        failure = str(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # as with `| head`; Python would tell of it once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    print(failure, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m localaws", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    at_port = argparse.ArgumentParser(add_help=False)
    at_port.add_argument(
        "--port",
        type=int,
        default=terminal.port(),
        help=f"of the local AWS; {terminal.PORT}, unless {terminal.PORT_VARIABLE} says otherwise",
    )

    serve = commands.add_parser(
        "serve", parents=[at_port], help="run a local AWS, until Ctrl-C; port 0 is a free one"
    )
    serve.add_argument("--clock", choices=("real", "simulated"), default="real")
    serve.set_defaults(run=_serve)

    env = commands.add_parser(
        "env",
        parents=[at_port],
        help='what a shell is told, so that aws and sam find it: eval "$(python -m localaws env)"; '
        "in PowerShell: python -m localaws env | Out-String | Invoke-Expression",
    )
    env.add_argument("--shell", choices=("sh", "powershell"), default=terminal.usual_shell())
    env.set_defaults(run=_env)

    url = commands.add_parser(
        "url", parents=[at_port], help="where an API's address on AWS is found here, for curl"
    )
    url.add_argument("url", metavar="URL", help="https://….execute-api.….amazonaws.com/…")
    url.set_defaults(run=_url)

    logs = commands.add_parser("logs", parents=[at_port], help="show what a log group holds")
    logs.add_argument("group", metavar="GROUP", help="/aws/lambda/NAME, for example")
    logs.add_argument("--follow", action="store_true", help="and what comes, until Ctrl-C")
    logs.set_defaults(run=_logs)
    return parser


def _serve(options: argparse.Namespace) -> int:
    from localaws import cloud

    _look_at(options.port)
    signal.signal(signal.SIGTERM, _interrupt)
    cloud.start(clock=options.clock)
    try:
        url = cloud.open_door(options.port)
        print(f"Local AWS at {url} ({options.clock} clock). Ctrl-C ends it, with all it holds.")
        print(f"In another terminal: {_advice(url)}", flush=True)
        while True:
            threading.Event().wait(1)  # Windows hears Ctrl-C between two waits alone
    finally:
        cloud.stop()


def _look_at(port: int) -> None:
    """Look whether a port is free, before all is loaded that it takes to serve."""
    if terminal.is_door(port):
        raise ValueError(f"A local AWS runs at port {port}: name another with --port.")
    try:
        socket.create_server((terminal.HOST, port)).close()
    except OSError as error:
        raise ValueError(
            f"Port {port} cannot be had: name another with --port. ({error.strerror})"
        ) from error


def _advice(url: str) -> str:
    number = url.rpartition(":")[2]
    asked = "" if int(number) == terminal.PORT else f" --port {number}"
    if terminal.usual_shell() == "powershell":
        return f"python -m localaws env{asked} | Out-String | Invoke-Expression"
    return f'eval "$(python -m localaws env{asked})"'


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _env(options: argparse.Namespace) -> int:
    terminal.find(options.port)
    print("\n".join(terminal.lines(options.port, options.shell)))
    return 0


def _url(options: argparse.Namespace) -> int:
    terminal.find(options.port)
    print(terminal.api_url(terminal.address(options.port), options.url))
    return 0


def _logs(options: argparse.Namespace) -> int:
    from localaws import logtail

    terminal.find(options.port)
    terminal.enter(terminal.variables(options.port))
    for line in logtail.lines(options.group, follow=options.follow):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
