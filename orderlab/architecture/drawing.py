"""The pictures: how the parts hang together, the base stack, and each part with what it touches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from orderlab.architecture.parts import Part, parts
from orderlab.console.graphs.labels import HEAD, broken
from orderlab.console.outputs.picture import Picture
from orderlab.console.stacks.drawing import describe, source
from orderlab.console.stacks.kinds import ALARM
from orderlab.console.stacks.references import last_part
from orderlab.console.stacks.stack import near, whole
from orderlab.console.stacks.template import Arrow, Resource
from orderlab.console.style import FAINT

BASE = "base"
OVERVIEW = "parts"
_ORDERS = "The order workflow"  # the base stack's sections, as one box of the overview
_ALARMS = "17"  # the lesson whose part shows all alarms: they are one box

Boxes = dict[str, Resource]


def draw(stack_name: str) -> dict[str, str]:
    """SVG by name, of a deployed stack that has all features.

    Resources carry their logical ids, so that it does not matter under which names it is deployed.

    Raises:
        botocore.exceptions.ClientError: no such stack.
    """
    found, arrows = whole(stack_name)
    boxes = {key: _by_logical_id(key, box) for key, box in found.items()}
    drawn = {OVERVIEW: Picture(*_overview(boxes, arrows))}
    for name, keys in _pictures(boxes):
        choose = _only if name == BASE else _around
        shown, between = choose(keys, boxes, arrows)
        drawn[name] = Picture(source(shown, between), describe(name, shown, between))
    return {name: picture.svg.rstrip() + "\n" for name, picture in drawn.items()}


def _by_logical_id(key: str, box: Resource) -> Resource:
    named = replace(box, physical="", parts=())
    return replace(named, name=key) if box.name == last_part(box.physical) else named


def _pictures(boxes: Boxes) -> Iterator[tuple[str, list[str]]]:
    """The boxes that each picture is about."""
    owners = _owners(boxes)
    yield BASE, [key for key, part in owners.items() if not part.lesson]
    for part in parts():
        own = [key for key, owner in owners.items() if owner.title == part.title]
        if part.lesson and own:
            yield part.name, own


def _owners(boxes: Boxes) -> dict[str, Part]:
    """The part that each box belongs to; to a function's, what SAM has made for its events."""
    owners = {key: part for part in parts() for key in part.keys}
    found = {}
    for key in boxes:
        beginnings = [known for known in owners if key.startswith(known)]
        if key == ALARM:
            found[key] = next(part for part in parts() if part.lesson == _ALARMS)
        elif beginnings:
            found[key] = owners[max(beginnings, key=len)]
    return found


def _only(
    keys: Collection[str], boxes: Boxes, arrows: Sequence[Arrow]
) -> tuple[Boxes, list[Arrow]]:
    """These boxes as far as they are joined to each other."""
    between = [one for one in arrows if one.source in keys and one.target in keys]
    joined = {key for one in between for key in (one.source, one.target)}
    return {key: box for key, box in boxes.items() if key in joined}, between


def _around(
    keys: Collection[str], boxes: Boxes, arrows: Sequence[Arrow]
) -> tuple[Boxes, list[Arrow]]:
    """These boxes and those next to them, without what the latter have to do with each other."""
    ours = [one for one in arrows if one.source in keys or one.target in keys]
    if ALARM not in keys:
        ours = [one for one in ours if ALARM not in (one.source, one.target)]
    shown, _ = near(keys, boxes, ours)
    return shown, ours


def _overview(boxes: Boxes, arrows: Sequence[Arrow]) -> tuple[str, str]:
    """Graphviz source and words: parts, joined where one's resources are joined to another's."""
    titles = {key: part.title if part.lesson else _ORDERS for key, part in _owners(boxes).items()}
    lessons = {part.title: part.lesson for part in parts()}
    joined: dict[tuple[str, str], set[str]] = {}
    for one in arrows:
        ends = titles.get(one.source), titles.get(one.target)
        if ends[0] and ends[1] and ends[0] != ends[1]:
            joined.setdefault((ends[0], ends[1]), set()).update(one.labels)
    shown = list(dict.fromkeys([_ORDERS, *titles.values()]))
    return _graph(shown, lessons, joined), _words(shown, joined)


def _graph(
    shown: Sequence[str], lessons: Mapping[str, str], joined: Mapping[tuple[str, str], set[str]]
) -> str:
    ids = {title: f"p{number}" for number, title in enumerate(shown)}
    lines = [HEAD]
    for title in shown:
        lesson = f"lesson {lessons[title]}" if title in lessons else "lessons 01 to 12"
        small = f'<FONT POINT-SIZE="9" COLOR="{FAINT}">{lesson}</FONT>'
        label = f'<B>{broken(title, 20)}</B><BR ALIGN="LEFT"/>{small}<BR ALIGN="LEFT"/>'
        lines.append(f'{ids[title]} [label=<{label}> fillcolor="#ffffff" color="{FAINT}"]')
    for (begin, end), labels in sorted(joined.items()):
        words = "<BR/>".join(broken(label, 24) for label in sorted(labels))
        lines.append(f"{ids[begin]} -> {ids[end]}" + (f" [label=<{words}>]" if words else ""))
    return "\n".join([*lines, "}"])


def _words(shown: Sequence[str], joined: Mapping[tuple[str, str], set[str]]) -> str:
    lines = ["The parts of the backend"]
    for title in shown:
        leads = sorted(end for begin, end in joined if begin == title)
        lines.append(f"  {title}" + (f" -> {', '.join(leads)}" if leads else ""))
    return "\n".join(lines)
