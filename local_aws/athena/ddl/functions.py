"""SHOW FUNCTIONS: the functions that a query can call here, in the six columns that Athena prints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local_aws.athena.ddl.context import TextResult, text_column
from local_aws.athena.sql.aggregates import AGGREGATES
from local_aws.athena.sql.functions import SCALARS
from local_aws.athena.sql.windows import RANKING, VALUE_FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOT_DETERMINISTIC = ("rand", "random", "shuffle", "uuid")
_COLUMNS = ("Function", "Return Type", "Argument Types", "Function Type", "Deterministic", "Description")


def show_functions(pattern: str | None) -> TextResult:
    """Return a row for each signature. A function that is built by code of its own has one, without types.

    Measured: a column of text is a varchar as long as its longest value.
    """
    rows = sorted(row for row in _rows() if pattern is None or _like(row[0], pattern))
    columns = []
    for index, name in enumerate(_COLUMNS):
        longest = max((len(row[index]) for row in rows), default=0)
        digits = {"Precision": longest, "CaseSensitive": True}
        columns.append(
            text_column(name, "boolean") if name == "Deterministic" else text_column(name, "varchar") | digits
        )
    return TextResult(columns, ["\t".join(row) for row in rows], 0)


def _rows() -> Iterator[tuple[str, ...]]:
    for name in SCALARS.names:
        signatures = [rule.signature for rule in SCALARS.rules.get(name, ())]
        types = [
            (str(one.result), ", ".join(map(str, one.parameters)) + (", ..." if one.variadic else ""))
            for one in signatures
        ]
        for result, arguments in dict.fromkeys(types or [("", "")]):
            yield _row(name, result, arguments, "scalar")
    for name in AGGREGATES:
        yield _row(name, "", "", "aggregate")
    for name in (*RANKING, *VALUE_FUNCTIONS):
        yield _row(name, str(RANKING.get(name, "")), "", "window")


def _row(name: str, result: str, arguments: str, kind: str) -> tuple[str, ...]:
    return name, result, arguments, kind, str(name not in _NOT_DETERMINISTIC).lower(), ""


def _like(name: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace("%", ".*").replace("_", "."), name) is not None
