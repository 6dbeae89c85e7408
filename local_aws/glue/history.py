"""Filters of ListCrawls."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from local_aws.glue.errors import invalid_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from local_aws.glue.crawler import Run

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
    "EQ": operator.eq,
    "NE": operator.ne,
}
_TEXTS = ("CRAWL_ID", "STATE")


def filtered(runs: Iterable[Run], filters: Sequence[Mapping[str, str]]) -> list[Run]:
    """Give the runs that pass all filters; raises `ApiError` InvalidInputException for one that makes no sense."""
    tests = [_test(item) for item in filters]
    return [run for run in runs if all(test(run) for test in tests)]


def _test(item: Mapping[str, str]) -> Callable[[Run], bool]:
    name, compared, value = (item.get(key) for key in ("FieldName", "FilterOperator", "FieldValue"))
    if name is None or compared is None or value is None:
        raise invalid_input(f"The filter {dict(item)} needs FieldName, FilterOperator and FieldValue")
    compare = _OPERATORS[compared]
    if name in _TEXTS:
        if compared not in ("EQ", "NE"):
            raise invalid_input(f"The filter on {name} has the operator {compared}; allowed are EQ and NE")
        return lambda run: compare(run.crawl_id if name == "CRAWL_ID" else run.state, value)
    try:
        number = float(value)
    except ValueError as error:
        raise invalid_input(f"The filter on {name} has the value {value!r}; it must be a number") from error

    def test(run: Run) -> bool:
        if name == "DPU_HOUR":
            return compare(0.0, number)
        # The instants of filters are in milliseconds.
        instant = run.started_at if name == "START_TIME" else run.ended_at
        return instant is not None and compare(round(instant * 1000), number)

    return test
