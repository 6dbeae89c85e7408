"""Which values INSERT takes into a column, and how they become the column's type."""

from __future__ import annotations

from local_aws.athena.sql.casts import cast, char_of, coerce
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import Type, can_coerce, common_type, quote_text


def assignable(source: Type, target: Type) -> bool:
    """Return whether INSERT takes a value of `source` into a column of `target`.

    Trino asks for a type that both can become, not that the first becomes the second: a bigint goes into an integer
    column and a double into a decimal one, by a cast that may fail for a value. Texts of limited length inside arrays,
    maps and rows are the exception, they have to fit by their types.
    """
    if _holds_limited_text(target):
        return can_coerce(source, target)
    return common_type(source, target) is not None


def assign(value: Typed, target: Type) -> Typed:
    """Return the value as one of the column's type; it must be `assignable`.

    A text loses blanks at its end to fit, anything else that it would lose is an error.
    """
    source = value.type
    if source.is_text and target.is_text and target.parameters:
        return Typed(_fitted(value, target), target)
    return coerce(value, target) if can_coerce(source, target) else cast(value, target)


def _fitted(value: Typed, target: Type) -> str:
    length = target.parameters[0]
    cut = char_of(value.sql, target) if target.name == "char" else f"left({value.sql}, {length})"
    if value.type.parameters and value.type.parameters[0] <= length:
        return cut
    told = (
        "INVALID_CAST_ARGUMENT: Cannot truncate non-space characters when casting from"
        f" {value.type} to {target} on INSERT"
    )
    fits = f"coalesce(length(rtrim({value.sql}, ' ')), 0) <= {length}"
    return f"CASE WHEN {fits} THEN {cut} ELSE fail_as_text_({quote_text(told)}) END"


def _holds_limited_text(kind: Type) -> bool:
    return any(
        (inner.is_text and bool(inner.parameters)) or _holds_limited_text(inner) for inner in kind.arguments
    )
