"""How much memory this process has held at most, and its limit."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from localaws.functions.runtime.pipe import Pipe


def measure() -> Callable[[], int]:
    """A way to ask for the most bytes that this process has ever held (resident)."""
    if sys.platform == "linux":
        # Not getrusage: there, a process inherits the peak of the one that started it.
        status = os.open("/proc/self/status", os.O_RDONLY)
        return lambda: _peak_in(os.pread(status, 4096, 0))
    if sys.platform == "win32":
        import psutil

        process = psutil.Process()
        return lambda: int(process.memory_info().peak_wset)
    import resource

    return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def limit_growth(pipe: Pipe, growth: int) -> None:
    """Lambda ends a process that holds more memory than its function has.

    Here it is looked at when something can be seen of the process: at each frame. So two runs
    end alike. Who grows without a frame is ended by who invokes us.

    Args:
        growth: bytes that may be added to what the process holds now.
    """
    peak = measure()
    limit = peak() + growth
    pipe.send("memory", limit=limit)

    def look() -> None:
        if peak() > limit:
            pipe.before_frame = lambda: None
            pipe.send("out-of-memory")
            os._exit(1)

    pipe.before_frame = look


def _peak_in(status: bytes) -> int:
    return int(status.partition(b"VmHWM:")[2].split(None, 1)[0]) * 1024
