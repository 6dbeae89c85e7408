"""JSON_TABLE: the rows of a document. A cell is a text as JSON_VALUE and JSON_QUERY give it, or an ordinal number."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, TypeAlias

from local_aws.athena.json_path.errors import EvaluationError
from local_aws.athena.json_path.evaluate import evaluate
from local_aws.athena.json_path.items import read_item
from local_aws.athena.json_path.parse import parse_path
from local_aws.athena.udf_json import passed_values, path_failure, query_cell, specification, value_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.athena.json_path.items import Item

Row: TypeAlias = "dict[int, str | None]"


def _json_table(document: str, spec_text: str, passed: str) -> list[list[str | None]]:
    spec = specification(spec_text)
    table = _Table(passed_values(passed), spec["on_error"] == "ERROR")
    try:
        rows = table.rows(spec["plan"], read_item(document))
    except EvaluationError as error:
        if spec["on_error"] == "ERROR":
            raise path_failure(error, error.code) from None
        return []
    return [[row.get(index) for index in range(spec["width"])] for row in rows]


class _Table:
    """One evaluation: the values that are passed, and whether an error of a path is one of the query."""

    def __init__(self, passed: Mapping[str, Any], strict: bool) -> None:
        self._passed = passed
        self._strict = strict
        self._ids = itertools.count()

    def rows(self, plan: dict[str, Any], item: Item) -> list[Row]:
        """Return the rows that a part of the plan makes of an item."""
        if "union" in plan:
            return [row for part in plan["union"] for row in self.rows(part, item)]
        if "cross" in plan:
            parts = [self.rows(part, item) for part in plan["cross"]]
            return [{k: v for row in rows for k, v in row.items()} for rows in itertools.product(*parts)]
        found: list[Row] = []
        for ordinal, one in enumerate(self._items(plan["path"], item), start=1):
            own = {column["index"]: self._cell(column, one, ordinal) for column in plan["columns"]}
            inner = self.rows(plan["child"], one) if plan.get("child") else [{}]
            if not inner and plan["join"] == "OUTER":
                inner = [{}]
            found += [{**own, **row} for row in inner]
        return found

    def _items(self, path: str, item: Item) -> list[Item]:
        try:
            return evaluate(parse_path(path), item, self._passed, self._ids)
        except EvaluationError:
            if self._strict:
                raise
            return []

    def _cell(self, column: dict[str, Any], item: Item, ordinal: int) -> str | None:
        if column["kind"] == "ordinality":
            return str(ordinal)

        def find() -> list[Item]:
            return evaluate(parse_path(column["path"]), item, self._passed, self._ids)

        return value_cell(column, find) if column["kind"] == "value" else query_cell(column, find)


# Name, function, types of its parameters, type of its result.
FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("python_json_table", _json_table, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR[][]"),
)
