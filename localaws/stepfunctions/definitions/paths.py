"""Paths, reference paths and intrinsic functions: whether a string is one.

Rules: states-language.net/spec.html, "Paths", "Reference Paths", "Intrinsic Functions";
docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import re

from localaws.stepfunctions.definitions.schema import INTRINSICS
from localaws.stepfunctions.intrinsics import parse

# What a path begins with: the input, the context object, or a variable.
_ROOT = re.compile(r"\$(\$|[A-Za-z_][A-Za-z0-9_]*)?")
_NAME = re.compile(r"[^\s.\[\]()'\"*?@,:]+")
_FUNCTION = re.compile(r"States\.([A-Za-z0-9]+)\(")
_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")


def is_path(text: str) -> bool:
    """Whether a text is a JSONPath."""
    end = _path_end(text, 0)
    return end == len(text)


def reference_path_problem(text: str) -> str | None:
    """What keeps a text from being a path to one node; None where nothing does."""
    if not text.startswith("$"):
        return "Value is not a Reference Path: Reference path didn't start with '$'"
    if not is_path(text) or _has_many(text):
        return "Value is not a Reference Path: The path must identify a single node"
    return None


def is_intrinsic(text: str) -> bool:
    """Whether a text calls an intrinsic function, with as many sound arguments as it takes."""
    try:
        return _call_end(text, 0) == len(text) and bool(parse(text))
    except (RecursionError, ValueError):
        return False


def _has_many(path: str) -> bool:
    """Whether a path may lead to more than one node."""
    without_names = re.sub(r"'[^']*'|\"[^\"]*\"", "", path)
    return ".." in without_names or any(sign in without_names for sign in "@,:?*(")


def _path_end(text: str, at: int) -> int:
    """Where a path ends that begins at `at`; -1 where none does."""
    root = _ROOT.match(text, at)
    if root is None:
        return -1
    at = root.end()
    while at < len(text):
        if text[at] == "[":
            at = _bracket_end(text, at)
            if at < 0:
                return -1
        elif text[at] == ".":
            at = _step_end(text, at)
            if at < 0:
                return -1
        elif text.startswith("()", at):  # a function of JSONPath, as length()
            at += 2
        else:
            break
    return at


def _step_end(text: str, at: int) -> int:
    """Where `.name`, `..name`, `.*` or `.[0]` ends; -1 where nothing follows the dots."""
    at += 2 if text.startswith("..", at) else 1
    if text.startswith("*", at):
        return at + 1
    if text.startswith("[", at):
        return at
    name = _NAME.match(text, at)
    return name.end() if name else -1


def _bracket_end(text: str, at: int) -> int:
    """Where a bracket is closed that opens at `at`: -1 where never, or where it is empty."""
    depth, quote, begun = 0, "", at
    while at < len(text):
        sign = text[at]
        if quote:
            if sign == "\\":
                at += 1
            elif sign == quote:
                quote = ""
        elif sign in "'\"":
            quote = sign
        elif sign in "[(":
            depth += 1
        elif sign in "])":
            depth -= 1
            if depth == 0:
                return at + 1 if at > begun + 1 else -1
        at += 1
    return -1


def _call_end(text: str, at: int) -> int:
    """Where a call of an intrinsic function ends; -1 where none is."""
    call = _FUNCTION.match(text, at)
    if call is None or call[1] not in INTRINSICS:
        return -1
    at = _blanks_end(text, call.end())
    if text.startswith(")", at):
        return at + 1
    while True:
        at = _argument_end(text, at)
        if at < 0:
            return -1
        at = _blanks_end(text, at)
        if text.startswith(")", at):
            return at + 1
        if not text.startswith(",", at):
            return -1
        at = _blanks_end(text, at + 1)


def _argument_end(text: str, at: int) -> int:
    if text.startswith("$", at):
        return _path_end(text, at)
    if text.startswith("States.", at):
        return _call_end(text, at)
    literal = _LITERAL.match(text, at)
    return literal.end() if literal else -1


def _blanks_end(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
