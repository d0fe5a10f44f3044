"""A fault of a definition: how grave, what kind, in words, and where.

The codes are those of docs.aws.amazon.com/step-functions/latest/apireference/
API_ValidateStateMachineDefinitionDiagnostic.html and, for expressions, those that AWS was seen to
give. The words are AWS's wherever somebody has recorded them.
"""

from __future__ import annotations

from typing import NamedTuple

ERROR = "ERROR"
WARNING = "WARNING"
SCHEMA = "SCHEMA_VALIDATION_FAILED"


class Diagnostic(NamedTuple):
    """One element of what ValidateStateMachineDefinition answers.

    Attributes:
        code: for example SCHEMA_VALIDATION_FAILED.
        message: a sentence.
        location: such as `/States/Pay/Retry[0]/BackoffRate`; None where there is no place.
        severity: ERROR, or WARNING for what does not keep the machine from being created.
    """

    code: str
    message: str
    location: str | None
    severity: str = ERROR

    def __str__(self) -> str:
        """As CreateStateMachine words it; what has no place is "at null" there."""
        return f"{self.code}: {self.message} at {self.location or 'null'}"


def fault(message: str, location: str) -> Diagnostic:
    """A fault of the form: a field that is missing, of the wrong type, or should not be there."""
    return Diagnostic(SCHEMA, message, location or "/")


def warning(code: str, message: str, location: str) -> Diagnostic:
    return Diagnostic(code, message, location, WARNING)
