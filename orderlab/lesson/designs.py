"""The designs of lesson 21: what returns add to the application, and how one becomes another.

A folder of `capstone/` holds files by their paths in the application, and what a design adds to the
template as `template-part.yaml`. A design may stand on others, whose files it keeps or replaces.
"""

from __future__ import annotations

from orderlab.lesson import edits, places
from orderlab.lesson.edits import Edit

FOLDER = places.COURSE / "capstone"
TEMPLATE, PART = "template.yaml", "template-part.yaml"
STANDS_ON = {
    "begin": (),  # nothing but a table and a machine that does nothing
    "waiting": (),  # the first brief, by an execution that waits for its parcel
    "rows": (),  # the first brief, by rows and three small machines
    "changed": ("waiting",),  # where the second brief begins
    "partial": ("waiting", "changed"),  # the second brief
}
_OUTPUTS = "\nOutputs:\n"
_OUTPUT = "  ReturnsTableName: {Condition: Grown, Value: !Ref ReturnsTable}\n"


def files(design: str) -> dict[str, str]:
    """The texts of a design by their paths; PART stands for what it adds to the template."""
    found = {}
    for name in (*STANDS_ON[design], design):
        folder = FOLDER / name
        for path in edits.files(folder):
            found[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
    return found


def added(design: str) -> tuple[Edit, ...]:
    """What makes the course's application one with this design."""
    texts = files(design)
    part = texts.pop(PART)
    template = Edit(TEMPLATE, _OUTPUTS, f"\n{part}{_OUTPUTS}{_OUTPUT}")
    return (template, *(Edit(path, "", text) for path, text in texts.items()))


def replaced(before: str, after: str) -> tuple[Edit, ...]:
    """What makes an application with one design one with another."""
    old, new = files(before), files(after)
    return tuple(
        Edit(TEMPLATE if path == PART else path, old.get(path, ""), text)
        for path, text in new.items()
        if text != old.get(path)
    )
