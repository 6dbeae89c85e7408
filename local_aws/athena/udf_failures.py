"""The failure of a Python function, in the form in which the engine finds Trino's error in it."""

from __future__ import annotations


def failure(name: str, message: str) -> ValueError:
    """Return the error to raise for Trino's error `name`."""
    return ValueError(f"failure<{name}: {message}>' to INT64")


def invalid_argument(message: str) -> ValueError:
    """Return the error to raise for an argument that the function does not take."""
    return failure("INVALID_FUNCTION_ARGUMENT", message)
