"""Judges single values with the transform's own rules, so that the producer and the transform never disagree."""

from __future__ import annotations

from collections.abc import Callable

from lambda_transform.contract_model import Field
from lambda_transform.errors import RefusedError
from lambda_transform.validate import Clock, compile_field

# The clock's limits are not judged here: a time is made from the producer's clock, whatever that says.
_FAR_FUTURE_SECONDS = 200_000_000_000.0

Judge = Callable[[object], str | None]
"""Answers what is wrong with a value, or None when it is valid."""


def judge(field: Field) -> Judge:
    """Compile the rules of a field."""
    clock = Clock()
    clock.set(_FAR_FUTURE_SECONDS)
    check = compile_field(field, clock)

    def judged(value: object) -> str | None:
        try:
            check(value)
        except RefusedError as refused:
            return refused.detail
        return None

    return judged
