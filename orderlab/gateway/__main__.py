"""`python -m orderlab.gateway LEDGER [PORT]`: the gateway, until its standard input is closed."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from orderlab.gateway import server


def _until_closed() -> None:
    """Whoever started us holds the other end, and lets go of it by dying, too."""
    sys.stdin.buffer.read()
    os._exit(0)


def main(path: str, port: str = "0") -> None:
    listening = server.serve(Path(path), int(port))
    print(listening.server_address[1], flush=True)
    threading.Thread(target=_until_closed, daemon=True).start()
    listening.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
