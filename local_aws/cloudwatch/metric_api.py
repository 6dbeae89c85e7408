"""The operations about metrics."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local_aws.cloudwatch import pages, series
from local_aws.cloudwatch.errors import (
    invalid_combination,
    invalid_token,
    invalid_value,
    missing_parameter,
    not_here,
)
from local_aws.cloudwatch.metric import NO_UNIT, Metric, instant, samples
from local_aws.cloudwatch.points import KEPT_SECONDS, MINUTE
from local_aws.cloudwatch.statistics import statistic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local_aws.cloudwatch.metric import Sample
    from local_aws.cloudwatch.points import PointStore

    Parameters = Mapping[str, Any]

# AWS rule: quotas of the operations that read.
_MOST_POINTS = 1440
_MOST_QUERIES = 500
_MOST_DATA = 100_800
_LIST_PAGE = 500
_RECENT_SECONDS = 3 * 3600


class MetricApi:
    """Answers for the measurements in a store; `touch` is told which metrics have new ones."""

    def __init__(
        self, points: PointStore, touch: Callable[[Iterable[Metric]], None], clock: Callable[[], float]
    ) -> None:
        self._points = points
        self._touch = touch
        self._clock = clock
        self.operations = {
            "PutMetricData": self._put,
            "ListMetrics": self._list,
            "GetMetricStatistics": self._statistics,
            "GetMetricData": self._data,
        }

    def record(self, found: list[Sample]) -> None:
        """Keep measurements."""
        self._points.add(found, self._clock())
        self._touch({sample.metric for sample in found})

    def _put(self, parameters: Parameters) -> dict[str, Any]:
        self.record(samples(parameters, self._clock()))
        return {}

    def _list(self, parameters: Parameters) -> dict[str, Any]:
        if parameters.get("IncludeLinkedAccounts") or parameters.get("OwningAccount"):
            raise not_here("metrics of other accounts", "leave IncludeLinkedAccounts and OwningAccount out")
        now = self._clock()
        recent = parameters.get("RecentlyActive") == "PT3H"
        since = now - _RECENT_SECONDS if recent else self._points.listed_since(now)
        wanted = [(one["Name"], one.get("Value")) for one in parameters.get("Dimensions") or ()]
        found = [
            metric
            for metric in self._points.metrics(
                parameters.get("Namespace"), parameters.get("MetricName"), since
            )
            if all(_has(metric, name, value) for name, value in wanted)
        ]
        # Metrics of the same name differ in their dimensions only: all of it together is the key of a page.
        shown, token = pages.page(sorted(found, key=_key), _key, _LIST_PAGE, parameters.get("NextToken"))
        return {"Metrics": [metric.described() for metric in shown], "NextToken": token}

    def _statistics(self, parameters: Parameters) -> dict[str, Any]:
        simple, extended = parameters.get("Statistics") or [], parameters.get("ExtendedStatistics") or []
        if bool(simple) == bool(extended):
            raise invalid_combination("Either Statistics or ExtendedStatistics must be given, and not both")
        period = parameters["Period"]
        start, end = self._range(parameters, period)
        if (end - start) / period > _MOST_POINTS:
            raise invalid_combination(
                f"The request asks for {int((end - start) / period)} data points; at most {_MOST_POINTS} are allowed. "
                "Give a longer Period or a shorter time."
            )
        metric = Metric.of(
            parameters["Namespace"], parameters["MetricName"], parameters.get("Dimensions") or ()
        )
        takers = {name: statistic(name) for name in (*simple, *extended)}
        found: list[dict[str, Any]] = []
        for unit in [parameters["Unit"]] if "Unit" in parameters else self._units(metric, period, start, end):
            source = series.MetricStat(metric, period, "Sum", unit)
            for (moment, _), measured in series.spans(self._points, source, start, end).items():
                values = {name: take(measured) for name, take in takers.items()}
                known = {name: value for name, value in values.items() if value is not None}
                if known:
                    point = {"ExtendedStatistics": known} if extended else known
                    found.append({"Timestamp": _moment(moment), "Unit": unit, **point})
        found.sort(key=lambda point: point["Timestamp"])
        return {"Label": metric.name, "Datapoints": found}

    def _data(self, parameters: Parameters) -> dict[str, Any]:
        given = parameters["MetricDataQueries"]
        if not 1 <= len(given) <= _MOST_QUERIES:
            raise invalid_value(
                f"MetricDataQueries has {len(given)} members; allowed are 1 to {_MOST_QUERIES}"
            )
        queries = series.parse(given)
        periods = [query.source.period for query in queries if query.source is not None]
        if not periods:
            raise missing_parameter("MetricDataQueries has no MetricStat; expressions need one at least")
        most = parameters.get("MaxDatapoints", _MOST_DATA)
        if not 1 <= most <= _MOST_DATA:
            raise invalid_value(f"MaxDatapoints is {most}; allowed are 1 to {_MOST_DATA}")
        start, end = self._range(parameters, min(periods))
        found = series.evaluate(self._points, queries, start, end, min(periods))
        rising = parameters.get("ScanBy") == "TimestampAscending"
        titles = {query.id: query.title for query in queries}
        offset = _offset(parameters.get("NextToken"))
        results, left, total = [], most, 0
        for name, values in found.items():
            moments = sorted(values, reverse=not rising)
            skipped = max(offset - total, 0)
            shown = moments[skipped : skipped + left]
            total += len(moments)
            left -= len(shown)
            if offset and not shown:
                continue
            results.append(
                {
                    "Id": name,
                    "Label": titles[name],
                    "Timestamps": [_moment(moment) for moment in shown],
                    "Values": [values[moment] for moment in shown],
                    "StatusCode": "Complete" if skipped + len(shown) >= len(moments) else "PartialData",
                }
            )
        token = str(offset + most) if total > offset + most else None
        return {"MetricDataResults": results, "NextToken": token, "Messages": []}

    def _range(self, parameters: Parameters, period: int) -> tuple[int, int]:
        """Give the first span's start and the end, both no further back than what is kept."""
        series.check_period(period)
        start = instant(parameters["StartTime"], "The parameter StartTime")
        end = instant(parameters["EndTime"], "The parameter EndTime")
        if start >= end:
            raise invalid_value("The parameter StartTime must be less than the parameter EndTime.")
        now = self._clock()
        kept = period * (
            int((now - KEPT_SECONDS[MINUTE] - start) // period) if start < now - KEPT_SECONDS[MINUTE] else 0
        )
        return series.aligned(start, period) + kept, int(end)

    def _units(self, metric: Metric, period: int, start: int, end: int) -> list[str]:
        """AWS rule: without a unit, data points of every unit are given, each with its unit."""
        resolution = 1 if period < MINUTE else MINUTE
        return sorted({point.unit for point in self._points.read(metric, resolution, start, end)}) or [
            NO_UNIT
        ]


def _has(metric: Metric, name: str, value: str | None) -> bool:
    return any(one == name and value in (None, other) for one, other in metric.dimensions)


def _key(metric: Metric) -> str:
    return "\0".join((metric.namespace, metric.name, *(part for pair in metric.dimensions for part in pair)))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _offset(token: str | None) -> int:
    if not token:
        return 0
    if not token.isdecimal():
        raise invalid_token(token)
    return int(token)
