"""The variables with which `aws`, `sam`, curl and other programs find the local AWS at its door.

Uses nothing but Python's own library, so that whoever starts a terminal can ask for them.
"""

from __future__ import annotations

import http.client
import os
import shlex
import sys
from collections.abc import Iterator, Mapping

HOST = "127.0.0.1"
PORT = 4566  # where nobody says otherwise
# Names the port of the door: for terminals, and for the notebooks beside them.
PORT_VARIABLE = "LOCALAWS_PORT"
# Where a door says that it is one, and leaves its port to another one.
SIGN = "/_localaws/door"
WHEELS = "/_localaws/wheels/"  # where it has packages for `sam build`
REGION = "us-east-1"

API_ADDRESS = "https://API.execute-api.REGION.amazonaws.com/STAGE/PATH"

# A person's own profile, keys and endpoints stay out of it; None unsets a variable.
ALONE: Mapping[str, str | None] = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": None,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_PROFILE": None,
    "AWS_DEFAULT_PROFILE": None,
    "AWS_SESSION_TOKEN": None,
    "AWS_ENDPOINT_URL": None,
    "AWS_DISABLE_HOST_PREFIX_INJECTION": None,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class NoDoorError(RuntimeError):
    """No local AWS answers at a port."""


def port() -> int:
    """The port where a door is looked for."""
    return int(os.environ.get(PORT_VARIABLE, PORT))


def stand_beside() -> bool:
    """Whether terminals beside this process look for its door: it is the kernel of a notebook.

    What a terminal or a notebook starts has the same variables, and leaves that port to it.
    """
    return PORT_VARIABLE in os.environ and "ipykernel" in sys.modules


def address(number: int) -> str:
    """The address of a door."""
    return f"http://{HOST}:{number}"


def variables(number: int) -> dict[str, str | None]:
    """What programs run with that are to find the door at a port; None unsets a variable."""
    return {
        **ALONE,
        "AWS_ENDPOINT_URL": address(number),
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # nobody finds sync-127.0.0.1
        "AWS_PAGER": "",  # the answers are read by scripts as well
        "SAM_CLI_TELEMETRY": "0",  # nothing leaves this machine
        "SAM_CLI_POLL_DELAY": "0.5",  # seconds between two looks at a stack; AWS is given five
        # `sam build` has pip look here as well, and not wait for a network that is not there.
        "PIP_FIND_LINKS": address(number) + WHEELS,
        "PIP_RETRIES": "0",
        "PIP_TIMEOUT": "5",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        PORT_VARIABLE: str(number),
    }


def environment(before: Mapping[str, str], number: int) -> dict[str, str]:
    """An environment in which programs find the door at a port, and all else as it was before."""
    merged = {**before, **variables(number)}
    return {name: value for name, value in merged.items() if value is not None}


def enter(values: Mapping[str, str | None]) -> None:
    """Set variables of this process, and unset those that are None."""
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def lines(number: int, shell: str) -> Iterator[str]:
    """The variables as commands of a shell, "sh" or "powershell"."""
    for name, value in variables(number).items():
        if shell == "powershell":
            quoted = "$null" if value is None else "'" + value.replace("'", "''") + "'"
            yield f"$Env:{name} = {quoted}"
        else:
            yield f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}"


def usual_shell() -> str:
    """The shell of this system; Git's bash on Windows says that it is one."""
    return "powershell" if sys.platform == "win32" and "MSYSTEM" not in os.environ else "sh"


def find(number: int) -> None:
    """Look whether a local AWS answers at a port.

    Raises:
        NoDoorError: none does.
    """
    if not is_door(number):
        asked = "" if number == PORT else f" --port {number}"
        raise NoDoorError(
            f"No local AWS answers at port {number}. In another terminal, start one with: "
            f"python -m localaws serve{asked}"
        )


def is_door(number: int) -> bool:
    """Whether a local AWS answers at a port."""
    return _ask("GET", number)


def leave(number: int) -> bool:
    """Ask the local AWS at a port to go on at another; whether there is one."""
    return _ask("DELETE", number)


def _ask(method: str, number: int) -> bool:
    connection = http.client.HTTPConnection(HOST, number, timeout=10)
    try:
        connection.request(method, SIGN)
        return connection.getresponse().status == http.HTTPStatus.NO_CONTENT
    except (OSError, http.client.HTTPException):  # nobody listens, or somebody else
        return False
    finally:
        connection.close()


def api_url(door_url: str, aws_url: str) -> str:
    """The address at a door of what an API serves on AWS at `aws_url`.

    Raises:
        ValueError: no API has such an address.
    """
    if ".execute-api." not in aws_url:
        raise ValueError(f"{aws_url} is no address of an API on AWS: those are {API_ADDRESS}")
    host, _, path = aws_url.removeprefix("https://").partition("/")
    stage, _, rest = path.partition("/")
    return f"{door_url}/restapis/{host.split('.')[0]}/{stage}/_user_request_/{rest}"
