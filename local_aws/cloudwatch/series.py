"""The data points of queries: statistics of metrics by period, and expressions of such series."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.cloudwatch import expressions
from local_aws.cloudwatch.errors import invalid_combination, invalid_value, missing_parameter, not_here
from local_aws.cloudwatch.expressions import ExpressionError
from local_aws.cloudwatch.metric import Metric
from local_aws.cloudwatch.points import MINUTE, SECOND
from local_aws.cloudwatch.statistics import statistic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.cloudwatch.expressions import Node, Series
    from local_aws.cloudwatch.points import PointStore
    from local_aws.cloudwatch.statistics import Aggregate

# AWS rule: ids of queries begin with a small letter.
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
# AWS rule: periods below a minute are these, others are whole minutes.
_SHORT_PERIODS = (1, 5, 10, 20, 30)


@dataclass(frozen=True)
class MetricStat:
    """A statistic of a metric by period (seconds); `unit` None is every unit."""

    metric: Metric
    period: int
    stat: str
    unit: str | None = None


@dataclass(frozen=True)
class Query:
    """One query of several that may be about each other: a metric's statistic, or an expression."""

    id: str
    label: str | None
    returned: bool
    source: MetricStat | None
    expression: Node | None
    text: str | None

    @property
    def title(self) -> str:
        """Give the label, or what stands for it."""
        return self.label or (self.source.metric.name if self.source else self.text) or self.id


def parse(queries: Sequence[Mapping[str, Any]]) -> tuple[Query, ...]:
    """Read MetricDataQueries. Raises `ApiError` for those that are not allowed, and for functions not built."""
    found = tuple(_query(one) for one in queries)
    ids = [one.id for one in found]
    for name in ids:
        if not _ID.fullmatch(name):
            raise invalid_value(
                f"The Id is {name!r}; it must begin with a small letter, then letters, digits and _"
            )
        if ids.count(name) > 1:
            raise invalid_value(
                f"The Id {name} is given {ids.count(name)} times; each query needs one of its own"
            )
    for one in found:
        for name in expressions.names(one.expression) if one.expression is not None else ():
            if name not in ids:
                raise invalid_value(
                    f"The expression {one.text} names {name}; the queries are {', '.join(ids)}"
                )
    _check_circles(found)
    return found


def check_period(period: int) -> None:
    """Raise `ApiError` for a period that is not allowed."""
    if period % 60 and period not in _SHORT_PERIODS:
        raise invalid_value(
            f"The Period is {period}; allowed are {', '.join(map(str, _SHORT_PERIODS))} and multiples of 60"
        )


def aligned(start: float, period: int) -> int:
    """Give the start of the first span. AWS rule: whole minutes, or whole spans within a minute."""
    step = 60 if period % 60 == 0 else period
    return int(start // step) * step


def spans(
    store: PointStore, source: MetricStat, start: int, end: int
) -> dict[tuple[int, str | None], Aggregate]:
    """Give what was measured by span and unit; without a unit in the query all units are one."""
    resolution = SECOND if source.period < MINUTE else MINUTE
    found: dict[tuple[int, str | None], Aggregate] = {}
    for point in store.read(source.metric, resolution, start, end, source.unit):
        key = (point.start - (point.start - start) % source.period, source.unit)
        found[key] = found[key].merged(point.values) if key in found else point.values
    return found


def series(store: PointStore, source: MetricStat, start: int, end: int) -> Series:
    """Give a statistic by the start of its span, for the spans of [`start`, `end`) that have measurements."""
    take = statistic(source.stat)
    values = {moment: take(measured) for (moment, _), measured in spans(store, source, start, end).items()}
    return {moment: value for moment, value in values.items() if value is not None}


def evaluate(
    store: PointStore, queries: Sequence[Query], start: int, end: int, period: int
) -> dict[str, Series]:
    """Give the data points of the queries that are to be returned; `period` is that of filled gaps.

    Raises `ApiError` for an expression that gives no series.
    """
    known: dict[str, expressions.Value] = {}
    metrics = [one.id for one in queries if one.source is not None]
    moments = range(start, end, period)

    def value(name: str) -> expressions.Value:
        if name not in known:
            query = next(one for one in queries if one.id == name)
            if query.source is not None:
                known[name] = series(store, query.source, start, end)
            elif query.expression is not None:
                known[name] = expressions.evaluate(query.expression, value, metrics, moments)
        return known[name]

    found: dict[str, Series] = {}
    for query in queries:
        if not query.returned:
            continue
        try:
            result = value(query.id)
        except ExpressionError as error:
            raise invalid_value(f"The expression {query.text}: {error}") from error
        if not isinstance(result, dict):
            raise invalid_value(f"The expression {query.text} gives no single series of data points")
        found[query.id] = result
    return found


def _query(given: Mapping[str, Any]) -> Query:
    name, stat, text = given["Id"], given.get("MetricStat"), given.get("Expression")
    if given.get("AccountId"):
        raise not_here("metrics of other accounts", f"leave AccountId out of the query {name}")
    if (stat is None) == (text is None):
        raise invalid_combination(f"The query {name} must have either a MetricStat or an Expression")
    source, node = None, None
    if stat is not None:
        source = metric_stat(stat)
    else:
        try:
            node = expressions.parse(text or "")
        except ExpressionError as error:
            raise invalid_value(f"The expression {text!r} of {name}: {error}") from error
    return Query(name, given.get("Label"), given.get("ReturnData", True), source, node, text)


def metric_stat(given: Mapping[str, Any]) -> MetricStat:
    """Read a MetricStat. Raises `ApiError`."""
    metric = given["Metric"]
    if not metric.get("Namespace") or not metric.get("MetricName"):
        raise missing_parameter("A MetricStat needs the Namespace and the MetricName of its Metric")
    check_period(given["Period"])
    statistic(given["Stat"])
    return MetricStat(
        Metric.of(metric["Namespace"], metric["MetricName"], metric.get("Dimensions") or ()),
        given["Period"],
        given["Stat"],
        given.get("Unit"),
    )


def _check_circles(queries: Sequence[Query]) -> None:
    by_id = {one.id: one for one in queries}

    def walk(query: Query, above: tuple[str, ...]) -> None:
        if query.id in above:
            raise invalid_value(f"The expressions {', '.join(above)} are about each other in a circle")
        if query.expression is not None:
            for name in expressions.names(query.expression):
                walk(by_id[name], (*above, query.id))

    for query in queries:
        walk(query, ())
