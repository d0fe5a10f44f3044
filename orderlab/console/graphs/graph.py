"""A state machine, with what is drawn onto it, as Graphviz source."""

from __future__ import annotations

from collections.abc import Iterator

from orderlab.console.definition.parsing import Definition, Edge, Frame, State
from orderlab.console.definition.signs import GLYPHS
from orderlab.console.graphs.faulty import overlay_of_faults
from orderlab.console.graphs.labels import HEAD, arrow_label, box, broken, headed, legend, pieces
from orderlab.console.graphs.overlay import EdgeMark, Overlay, StateMark, Step
from orderlab.console.graphs.routes import back_edges, shared_handlers, spine
from orderlab.console.style import CATCH, FAILURE, FAINT, NOT_VISITED, PLAIN

_LINE = "#c3ccd6"  # a frame's


def source(
    definition: Definition, overlay: Overlay | None = None, room: Overlay | None = None
) -> str:
    """Graphviz source of the picture; equal for equal arguments, byte for byte.

    Args:
        definition: what is drawn.
        overlay: what is drawn onto it; without one, what is wrong with it.
        room: an overlay whose notes find place, too: pictures of one definition that are drawn
            with equal room have every box at the same place. `room_of` makes one.
    """
    return "\n".join(_Drawing(definition, overlay or overlay_of_faults(definition), room).lines())


def ids(definition: Definition) -> dict[str, str]:
    """The id of each state's box in the SVG (`<g id=...>`), by the state's name."""
    return {name: f"s{number}" for number, name in enumerate(definition.states)}


class _Drawing:
    def __init__(self, definition: Definition, overlay: Overlay, room: Overlay | None) -> None:
        self.definition = definition
        self.overlay = overlay
        self.room = room
        self.ids = ids(definition)
        self.missing: dict[str, str] = {}  # ids of what stands for states that do not exist
        self.back = back_edges(definition)
        self.spine = spine(definition, self.back)
        self.handlers = shared_handlers(definition)
        self.frames: list[Frame | None] = []
        self.inside: dict[Frame | None, list[State]] = {}
        for state in definition.states.values():
            self.inside.setdefault(state.frame, []).append(state)

    def lines(self) -> Iterator[str]:
        yield HEAD
        if len(self.definition.states) > 25:
            yield "graph [nodesep=0.2 ranksep=0.22]"
        start = self.definition.starts.get(None)
        begun = self._mark_of((None, start, "next"))
        colour = FAILURE if start is None else begun.colour if begun else FAINT
        yield _pill("start", "no StartAt" if start is None else "Start", colour)
        yield from self._machine(None)
        if any(state.ends for state in self.inside.get(None, [])):
            ends = [self._mark_of((s.name, None, "next")) for s in self.inside[None] if s.ends]
            yield _pill("end", "End", next((mark.colour for mark in ends if mark), FAINT))
        for frame in self.frames:
            yield self._start(frame)
        for edge in self.definition.edges:
            yield self._edge(edge)
        for state in self.definition.states.values():
            yield from self._end(state)
        yield from (_ghost(node, name) for name, node in self.missing.items())
        yield from self._gathered()
        yield from self._legend()
        yield "}"

    # ---- boxes and frames

    def _machine(self, frame: Frame | None) -> Iterator[str]:
        """The states of one (inner) machine. Its arrows come later: here, they would draw what
        they join into its frame."""
        self.frames.append(frame)
        for state in self.inside.get(frame, []):
            if self.definition.frames_of(state.name):
                yield from self._frames(state)
            else:
                yield self._box(state)

    def _frames(self, state: State) -> Iterator[str]:
        """A Parallel or Map: its box at the top of a frame, its branches, where they meet."""
        node, frames = self.ids[state.name], self.definition.frames_of(state.name)
        look = self._state_mark(state.name).look
        border = look.border if look not in (PLAIN, NOT_VISITED) else _LINE
        yield f"subgraph cluster_{node} {{"
        yield f'id="f{node}" style="rounded" color="{border}" penwidth=1.2'
        yield 'bgcolor="#f4f6f8" margin=9 label=""'
        yield self._box(state)
        yield f'x{node} [shape=point width=0.06 color="{FAINT}"]'
        for number, frame in enumerate(frames):
            yield f"subgraph cluster_{node}_{number} {{"
            yield f'id="f{node}_{number}" style="rounded,dashed" color="{_LINE}" penwidth=1'
            yield 'bgcolor="#ffffff" margin=9'
            if not self.inside.get(frame):
                yield f'e{node}_{number} [style=invis label=""]'
            yield from self._machine(frame)
            yield "}"
        yield "}"

    def _box(self, state: State) -> str:
        mark = self._state_mark(state.name)
        glyph = GLYPHS.get(state.type)
        lines = [(f"{glyph} {state.sign}" if glyph else state.sign, mark.look.faint)]
        lines += self._chips(state)
        fixed = len(lines)
        lines += [(row, mark.look.note) for note in mark.notes for row in pieces(note)]
        room: tuple[str, ...] = ()
        rows = 0
        if self.room:
            notes = self.room.states.get(state.name, StateMark(PLAIN)).notes
            room, rows = (*mark.notes, *notes), fixed + sum(len(pieces(note)) for note in notes)
        node = self.ids[state.name]
        return f'{node} [id="{node}" {box(state.name, lines, mark.look, room=room, rows=rows)}]'

    def _chips(self, state: State) -> Iterator[tuple[str, str]]:
        """Arrows that are written into the box, since they would fill the picture."""
        for edge in self.definition.edges:
            if edge.source == state.name and self._is_chip(edge):
                many = f"{len(edge.labels)} {'errors' if edge.kind == 'catch' else 'rules'}"
                when = many if len(edge.labels) > 2 else " or ".join(edge.labels)
                sign, colour = ("! ", CATCH) if edge.kind == "catch" else ("", FAINT)
                yield f"{sign}{when} → {edge.target}", colour

    def _state_mark(self, name: str) -> StateMark:
        return self.overlay.states.get(name, StateMark(self.overlay.rest))

    def _node(self, name: str) -> str:
        """The id of a state, or of what stands for one that does not exist."""
        return self.ids.get(name) or self.missing.setdefault(name, f"m{len(self.missing)}")

    def _exit(self, state: State) -> str:
        """Where a state is left: a frame, at the point its branches meet."""
        node = self.ids[state.name]
        return f"x{node}" if self.definition.frames_of(state.name) else node

    def _title(self, frame: Frame) -> str:
        is_map = self.definition.states[frame[0]].type == "Map"
        return "each item" if is_map else f"branch {frame[1] + 1}"

    # ---- arrows

    def _start(self, frame: Frame | None) -> str:
        """The arrow to the first state of a machine or branch."""
        start, inside = self.definition.starts.get(frame), self.inside.get(frame)
        tail = "start" if frame is None else self.ids[frame[0]]
        if start is not None:
            label = arrow_label([self._title(frame)] if frame else [])
            return f"{tail} -> {self._node(start)} [{self._line((None, start, 'next'))}{label}]"
        # Where it is missing, its place is kept.
        return f"{tail} -> {self.ids[inside[0].name]} [style=invis]" if inside else ""

    def _mark_of(self, step: Step) -> EdgeMark | None:
        return self.overlay.edges.get(step)

    def _is_chip(self, edge: Edge) -> bool:
        """Whether it is written, not drawn. One that was taken is drawn."""
        taken = self._mark_of(_step(edge)) or (self.room and self.room.edges.get(_step(edge)))
        return edge.kind != "next" and edge.target in self.handlers and not taken

    def _edge(self, edge: Edge) -> str:
        if self._is_chip(edge):
            return ""
        catch = edge.kind == "catch"
        step = _step(edge)
        tail = self.ids[edge.source] if catch else self._exit(self.definition.states[edge.source])
        line = self._line(step)
        if (edge.source, edge.target) in self.back:
            line += " tailport=e headport=e"  # round the side, not over the arrow that leads down
        line += f" weight={1 if catch else 12 if (edge.source, edge.target) in self.spine else 2}"
        mark, room = self._mark_of(step), self.room and self.room.edges.get(step)
        label = arrow_label(edge.labels, mark.notes if mark else (), room.notes if room else None)
        return f"{tail} -> {self._node(edge.target)} [{line}{label}]"

    def _end(self, state: State) -> Iterator[str]:
        mark = self._mark_of((state.name, None, "next"))
        line = self._line((state.name, None, "next")) + arrow_label((), mark.notes if mark else ())
        if state.ends and state.frame is None:
            yield f"{self._exit(state)} -> end [{line}]"
        elif state.ends and state.frame is not None and state.type != "Fail":
            yield f"{self._exit(state)} -> x{self.ids[state.frame[0]]} [{line} arrowhead=none]"

    def _gathered(self) -> Iterator[str]:
        """What stands for the arrows to a state that many Catches lead to."""
        for number, name in enumerate(self.handlers):
            edges = [e for e in self.definition.edges if e.target == name and self._is_chip(e)]
            if edges:
                node, count = f"c{number}", len({edge.source for edge in edges})
                yield _pill(node, f"from {count} states", CATCH)
                yield f"{self.ids[edges[-1].source]} -> {node} [style=invis weight=0]"
                yield f"{node} -> {self._node(name)} [{self._line((None, name, 'catch'))}]"

    def _line(self, step: Step) -> str:
        """Bold for the path taken; a Catch is dashed and orange, taken or not."""
        mark, catch = self._mark_of(step), step[2] == "catch"
        style = "style=dashed " if catch else ""
        if mark:
            colour, width = mark.colour, mark.width
            # A head grows with its line: that of a very wide one would hide the label.
            head = f" arrowsize={0.7 * (3 / width) ** 0.6:.2f}" if width > 3 else ""
            return f'{style}color="{colour}" fontcolor="{colour}" penwidth={width:g}{head}'
        faint = self.overlay.rest is NOT_VISITED
        if catch:
            return (
                f'{style}color="{"#d9a066" if faint else CATCH}" fontcolor="{CATCH}" penwidth=1.2'
            )
        return f'color="{NOT_VISITED.border if faint else FAINT}" penwidth=1.2'

    def _legend(self) -> Iterator[str]:
        looks = (self.room or self.overlay).legend
        if not self.room and self.overlay.states.keys() >= self.definition.states.keys():
            looks = tuple(look for look in looks if look is not self.overlay.rest)
        text = legend(looks, any(edge.kind == "catch" for edge in self.definition.edges))
        if self.overlay.title:
            yield f"graph [label=<{headed(self.overlay.title, text)}> labelloc=t labeljust=l]"
        elif text:
            yield f"graph [label=<{text}> labelloc=b labeljust=c]"


def _step(edge: Edge) -> Step:
    return (edge.source, edge.target, "catch" if edge.kind == "catch" else "next")


def _pill(node: str, text: str, colour: str) -> str:
    return (
        f'{node} [label="{text}" style="rounded,filled" fillcolor="{colour}" color="{colour}" '
        f'fontcolor="#ffffff" fontsize=10 height=0.22 width=0.5 margin="0.08,0.02"]'
    )


def _ghost(node: str, name: str) -> str:
    """What stands for a state that is named and does not exist."""
    text = f'<FONT COLOR="{FAILURE}">no state<BR/><B>{broken(name)}</B></FONT>'
    return (
        f'{node} [label=<{text}> style="rounded,dashed" color="{FAILURE}" penwidth=2 fontsize=11]'
    )
