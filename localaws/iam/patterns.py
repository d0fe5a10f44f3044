"""Wildcards: `*` is any text, `?` is any one letter."""

from __future__ import annotations

import functools
import re


@functools.cache
def glob(pattern: str) -> re.Pattern[str]:
    """What a text with wildcards matches."""
    return re.compile(glob_text(pattern), re.DOTALL)


@functools.cache
def arn_glob(pattern: str) -> re.Pattern[str]:
    """What a Resource matches.

    A wildcard stays within one of an ARN's six segments, unless it ends the segment:
    docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    return re.compile(arn_text(pattern), re.DOTALL)


def glob_text(pattern: str) -> str:
    """The regular expression of a text with wildcards."""
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")


def arn_text(pattern: str) -> str:
    """The regular expression of a Resource."""
    *inside, last = pattern.split(":", 5)
    segments = [
        glob_text(segment) if segment.endswith("*") else glob_text(segment).replace(".*", "[^:]*")
        for segment in inside
    ]
    return ":".join((*segments, glob_text(last)))
