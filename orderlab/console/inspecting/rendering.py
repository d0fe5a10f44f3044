"""A state's steps as HTML: each a card, its change as a coloured diff that needs no colour.

Colours are see-through over the page's own, so that they fit a light and a dark theme; text keeps
the theme's colour. Only `<details>` and inline styles, which a notebook that is not trusted keeps.
"""

from __future__ import annotations

from html import escape
from typing import Any

from orderlab.console.definition.signs import sign_of
from orderlab.console.inspecting import wording
from orderlab.console.inspecting.case import Case
from orderlab.console.inspecting.causes import read_cause
from orderlab.console.inspecting.diffs import Line, Run, Sign, lines_of, shown
from orderlab.console.inspecting.logs import Log, parts
from orderlab.console.inspecting.step import Rule, Step
from orderlab.console.inspecting.values import UNKNOWN
from orderlab.console.style import LOOKS, WEB_SIGNS

_CODE = "font-family:monospace;font-size:0.92em"
_FAINT = "opacity:0.68"
_BOX = "border:1px solid #80808050;border-radius:6px;overflow:hidden;margin:5px 0 2px 0"
_CHIP = "background:#80808026;border-radius:3px;padding:0 4px"
_SUMMARY = "cursor:pointer"
_BACK = {" ": "", "+": "background:#2ea04333;", "-": "background:#e5484d2b;"}
_SIGNS = {" ": " ", "+": "+", "-": "\N{MINUS SIGN}"}
_EDGE = {" ": "transparent", "+": "#2ea043", "-": "#e5484d"}
_CHANGED, _SAME, _FAILED = "#3b82f6", "#80808060", "#e5484d"
_HANDLERS = ("Retry", "Catch")  # they change no data, and yet they matter
_WIDE = 64  # characters of a field beside its name; a longer one has a column of its own
_LONGEST = 20_000  # characters of one line in a page


def html(case: Case, steps: list[Step], log: Log | None) -> str:
    """The whole view of one attempt."""
    parts_ = [
        _head(case),
        _attempts(case),
        _ends("Input", "the state's, as it was entered", case.input),
        *(_step(step) for step in steps),
        *map(_note, wording.notes(case, steps)),
    ]
    if case.output is not UNKNOWN:
        to = f"the input of {case.next_state}" if case.next_state else "the state's"
        same = case.output == case.input
        to += ", equal to its input" if same else ""
        parts_.append(_ends("Output", to, case.output, same))
    if log is not None:
        parts_.append(_log(log))
    style = "max-width:62em;line-height:1.5"
    return f'<div class="mathjax_ignore" style="{style}">{"".join(parts_)}</div>'


def _e(value: object) -> str:
    text = str(value)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}... ({len(text)} characters)"
    return escape(text)


def _faint(value: object) -> str:
    return f'<span style="{_FAINT}">{_e(value)}</span>'


def _note(note: str) -> str:
    return _card(_SAME, _faint(note))


# ---- the head


def _head(case: Case) -> str:
    look = LOOKS[wording.status_of(case)]
    sign = WEB_SIGNS.get(look.sign, look.sign)
    chip = (
        f'<span style="background:{look.fill};color:{look.note};border:1px solid {look.border};'
        f'border-radius:10px;padding:1px 9px;font-weight:bold">{sign} {look.word}</span>'
    )
    kind = f"{sign_of(case.visit.type, case.raw)} · {case.language}"
    name = f'<b style="font-size:1.2em">{_e(case.visit.name)}</b>'
    facts = _faint(" · ".join(wording.facts(case)))
    return f'<div style="margin:2px 0 6px 0">{chip} {name} {_faint(kind)}<br>{facts}</div>'


def _attempts(case: Case) -> str:
    lines = wording.attempt_lines(case)
    if not lines:
        return ""
    rows = []
    for number, line in enumerate(lines, 1):
        this = number == case.chosen.attempt_number
        failed = case.visit.attempts[number - 1].failed
        colour, mark = (_FAILED, "✗") if failed else (_EDGE["+"], "✓")
        sign = f'<span style="color:{colour}">{mark}</span>'
        style = "font-weight:bold" if this else _FAINT
        rows.append(f'<div>{sign} <span style="{style}">{_e(line)}</span></div>')
    return f'<div style="margin:0 0 8px 0">{"".join(rows)}</div>'


# ---- the steps


def _card(edge: str, inner: str, quiet: bool = False) -> str:
    space = "0 0 0 12px;margin:3px 0" if quiet else "1px 0 1px 12px;margin:9px 0"
    return f'<div style="border-left:4px solid {edge};padding:{space}">{inner}</div>'


def _ends(name: str, what: str, value: Any, closed: bool = False) -> str:
    """The first and the last card: what goes in, what comes out."""
    title = f"<b>{name}</b> {_faint(what)}"
    if not closed:
        return _card("#808080c0", title + _runs(shown(value, few=9)))
    lines = _runs([Run(" ", tuple(lines_of(value)))])
    summary = f'<summary style="{_SUMMARY}">{title}</summary>'
    return _card("#808080c0", f"<details>{summary}{lines}</details>")


def _step(step: Step) -> str:
    runs = wording.changes(step)
    quiet = not (step.changed or step.fresh or step.error or step.rules)
    quiet = quiet and not (step.given and step.name in _HANDLERS)
    field = wording.field_text(step)
    beside = field and len(field) <= _WIDE and not step.rules
    title = f"<b>{_e(step.name)}</b>"
    if beside:
        title += f' <span style="{_CODE};{_CHIP}">{_e(field)}</span>'
    title += f' <span style="{"" if step.error else _FAINT}">{_e(step.words)}</span>'
    if wording.counted(runs):
        title += f" {_faint(f'({wording.counted(runs)})')}"
    sign = "✗" if step.error else "○" if quiet else "●"
    colour = _FAILED if step.error else _SAME if quiet else _CHANGED
    head = f'<div><span style="color:{colour}">{sign}</span> {title}</div>'
    body = "".join(map(_rule, step.rules)) + _error(step.error) + _runs(runs)
    if field and not beside and not step.rules:
        written = _column(1, "as written", _lines([Run(" ", tuple(lines_of(step.field)))]))
        done = _column(2, "what it made" if not step.fresh else "", body) if body else ""
        body = f'<div style="display:flex;flex-wrap:wrap;gap:0 14px">{written}{done}</div>'
        if not runs and not step.error:
            summary = f'<summary style="{_SUMMARY};{_FAINT}">as written</summary>'
            body = f"<details>{summary}{_lines([Run(' ', tuple(lines_of(step.field)))])}</details>"
    return _card(colour, head + body, quiet=quiet)


def _column(grow: int, title: str, inner: str) -> str:
    name = f'<div style="{_FAINT};font-size:0.88em;margin-top:3px">{title}</div>' if title else ""
    return f'<div style="flex:{grow} 1 {16 * grow}em;min-width:0">{name}{inner}</div>'


def _rule(rule: Rule) -> str:
    sign, colour, style = {
        True: ("✓", _EDGE["+"], "font-weight:bold"),
        False: ("✗", _FAILED, ""),
        None: ("○", _SAME, _FAINT),
    }[rule.matched]
    line = _e(wording.rule_line(rule, "→"))
    return (
        f'<div style="padding-left:1em"><span style="color:{colour}">{sign}</span> '
        f'<span style="{style}">{line}</span></div>'
    )


def _error(cause: str) -> str:
    if not cause:
        return ""
    found = read_cause(cause)
    pieces = (
        (found.message, "font-weight:bold"),
        ("\n".join(found.trace), "margin-top:3px"),
        (found.rest, _FAINT),
    )
    inner = "".join(
        f'<div style="{_CODE};white-space:pre-wrap;overflow-wrap:anywhere;{style}">{_e(text)}</div>'
        for text, style in pieces
        if text
    )
    return f'<div style="{_BOX};{_BACK["-"]}padding:5px 10px">{inner}</div>'


# ---- lines of JSON


def _runs(runs: list[Run]) -> str:
    return _lines(runs) if runs else ""


def _lines(runs: list[Run]) -> str:
    alone = all(run.sign == " " for run in runs)
    inner = []
    for run in runs:
        lines = "".join(_line(run.sign, line, alone) for line in run.lines)
        if run.folded:
            said = f"{len(run.lines)} more lines" if alone else wording.fold_words(run)
            style = f"{_SUMMARY};{_FAINT};padding:0 10px;{_BACK[run.sign]}"
            lines = f'<details><summary style="{style}">{said}</summary>{lines}</details>'
        inner.append(lines)
    return f'<div style="{_BOX};{_CODE};padding:3px 0">{"".join(inner)}</div>'


def _line(sign: Sign, line: Line, alone: bool) -> str:
    first = _text(sign, line.text, alone)
    if not line.hidden:
        return f'<div style="{_line_style(sign, line.text)}">{first}</div>'
    hidden = "".join(_line(sign, Line(one), alone) for one in line.hidden)
    style = f"{_SUMMARY};list-style:none;{_line_style(sign, line.text)}"
    more = f'<span style="{_FAINT}">▸ {len(line.hidden)} more lines</span>'
    return f'<details><summary style="{style}">{first} {more}</summary>{hidden}</details>'


def _text(sign: Sign, text: str, alone: bool) -> str:
    return _e(text if alone else f"{_SIGNS[sign]} {text}")


def _line_style(sign: Sign, text: str) -> str:
    # What does not fit goes on below its own beginning.
    # (JupyterLab's sanitizer knows em, and not ch: a character is 0.6 of it.)
    hang = 0.6 * (len(text) - len(text.lstrip()) + 4)
    return (
        f"white-space:pre-wrap;overflow-wrap:anywhere;padding:0 10px 0 {hang + 0.6:.1f}em;"
        f"text-indent:-{hang:.1f}em;{_BACK[sign]}border-left:3px solid {_EDGE[sign]}"
    )


# ---- the log


def _log(log: Log) -> str:
    title = f"<b>Log of this invocation</b> {_faint(wording.log_title(log))}"
    most = wording.MOST_LOG_LINES
    rows = "".join(_log_line(line.time, line.message) for line in log.lines[:most])
    more = ""
    if len(log.lines) > most:
        left = _faint(f"{len(log.lines) - most} more lines, in .log")
        more = f'<div style="padding:0 10px">{left}</div>'
    box = f'<div style="{_BOX};{_CODE};padding:3px 0">{rows}{more}</div>' if rows else ""
    return _card("#808080c0", title + box)


def _log_line(time: float, message: str) -> str:
    level, text, rest = parts(message)
    grey = _FAINT if text.startswith(("START ", "END ", "REPORT ", "INIT_START ")) else ""
    back = _BACK["-"] if level in ("ERROR", "CRITICAL") or text.startswith("[ERROR]") else ""
    marked = f"<b>{_e(level)}</b> " if level else ""
    text = text.replace("\t", "  ")
    wrapped = f"white-space:pre-wrap;overflow-wrap:anywhere;{grey}"
    said = f'<span style="{wrapped}">{marked}{_e(text)} {_faint(wording.fields_text(rest))}</span>'
    row = f"display:flex;gap:12px;padding:0 10px;{back}"
    return f'<div style="{row}">{_faint(f"{time:.3f}")}{said}</div>'
