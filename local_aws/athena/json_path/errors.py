"""What goes wrong with a JSON path: in its text, or in its evaluation."""

from __future__ import annotations


class InvalidPathError(ValueError):
    """A text that is no JSON path."""


class UnsupportedPathError(ValueError):
    """A part of the path language that Trino's engine of that time does not evaluate either."""


class EvaluationError(Exception):
    """A path that does not fit the document; `code` is Trino's name of the error."""

    code = "PATH_EVALUATION_ERROR"


class StructuralError(EvaluationError):
    """A member or an element that is not there: suppressed in lax mode."""


class ConversionError(EvaluationError):
    """A text that is no JSON document."""

    code = "JSON_INPUT_CONVERSION_ERROR"
