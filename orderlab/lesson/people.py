"""Whether a person sits before the notebook, who could press a button."""

from __future__ import annotations


def before_the_notebook() -> bool:
    """False in plain Python, and where nbclient, nbconvert or nbval runs the notebook."""
    from IPython.core.getipython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    # Only a front end with a person before it can be asked for input.
    return bool(kernel is not None and kernel._allow_stdin)
