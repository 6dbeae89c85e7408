"""What a metric is, and the measurements that PutMetricData brings, checked by AWS's rules."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from local_aws.cloudwatch.errors import invalid_combination, invalid_value, missing_parameter
from local_aws.cloudwatch.statistics import Aggregate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# AWS rule: quotas of PutMetricData.
MOST_METRICS = 1000
MOST_DIMENSIONS = 30
_MOST_VALUES = 150
_LARGEST_VALUE = 2.0**360
_PAST_SECONDS = 14 * 86400
_FUTURE_SECONDS = 2 * 3600
NO_UNIT = "None"


@dataclass(frozen=True)
class Metric:
    """A metric's identity; `dimensions` are in the order of their names, which makes no difference."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: Sequence[Mapping[str, str]] = ()) -> Metric:
        """Make it of an API's parameters. Raises `ApiError` for a dimension that is given twice."""
        pairs = tuple(sorted((one["Name"], one["Value"]) for one in dimensions))
        names = [pair[0] for pair in pairs]
        if len(set(names)) < len(names):
            raise invalid_value(f"The dimensions of {name} are {names}; each name may be given once")
        return cls(namespace, name, pairs)

    def described(self) -> dict[str, Any]:
        """Give it as the API does."""
        return {
            "Namespace": self.namespace,
            "MetricName": self.name,
            "Dimensions": self.described_dimensions(),
        }

    def described_dimensions(self) -> list[dict[str, str]]:
        """Give the dimensions as the API does."""
        return [{"Name": name, "Value": value} for name, value in self.dimensions]


@dataclass(frozen=True)
class Sample:
    """Measurements of one metric at one moment (`second`, epoch seconds)."""

    metric: Metric
    second: int
    unit: str
    values: Aggregate
    high_resolution: bool = False


def single(metric: Metric, second: float, value: float, unit: str) -> Sample:
    """Give one measurement."""
    return Sample(metric, int(second), unit, Aggregate.of_values({value: 1.0}))


def samples(parameters: Mapping[str, Any], now_seconds: float) -> list[Sample]:
    """Read the parameters of PutMetricData. Raises `ApiError`: a request is taken as a whole or not at all."""
    data = parameters.get("MetricData") or []
    if parameters.get("EntityMetricData"):
        data = [
            *data,
            *(datum for one in parameters["EntityMetricData"] for datum in one.get("MetricData", ())),
        ]
    if not data:
        raise missing_parameter("The parameter MetricData is required.")
    if len(data) > MOST_METRICS:
        raise invalid_value(
            f"The collection MetricData has {len(data)} members; at most {MOST_METRICS} are allowed"
        )
    return [
        _sample(parameters["Namespace"], datum, now_seconds, f"MetricData.member.{number}")
        for number, datum in enumerate(data, start=1)
    ]


def instant(value: Any, what: str) -> float:
    """Give a timestamp, as any of the protocols brings it, as epoch seconds. Raises `ApiError`."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError as error:
            raise invalid_value(f"{what} is {value!r}, which is no time") from error
    return float(value)


def _sample(namespace: str, datum: Mapping[str, Any], now_seconds: float, path: str) -> Sample:
    moment = instant(datum.get("Timestamp", now_seconds), f"The parameter {path}.Timestamp")
    # AWS rule: two weeks back and two hours ahead.
    if not now_seconds - _PAST_SECONDS <= moment <= now_seconds + _FUTURE_SECONDS:
        raise invalid_value(
            f"The parameter {path}.Timestamp is {moment:.0f}; it must be at most two weeks in the past and "
            "two hours in the future"
        )
    resolution = datum.get("StorageResolution", 60)
    if resolution not in (1, 60):
        raise invalid_value(f"The parameter {path}.StorageResolution is {resolution}; allowed are 1 and 60")
    return Sample(
        Metric.of(namespace, datum["MetricName"], datum.get("Dimensions") or ()),
        math.floor(moment),
        datum.get("Unit", NO_UNIT),
        _values(datum, path),
        resolution == 1,
    )


def _values(datum: Mapping[str, Any], path: str) -> Aggregate:
    given = [name for name in ("Value", "Values", "StatisticValues") if datum.get(name) is not None]
    if len(given) > 1:
        raise invalid_combination(
            f"The parameters {path}.{given[0]} and {path}.{given[1]} are mutually exclusive."
        )
    if not given:
        raise missing_parameter(
            f"At least one of the parameters {path}.Value, {path}.Values and {path}.StatisticValues must be specified."
        )
    if "StatisticValues" in given:
        return _statistic_set(datum["StatisticValues"], f"{path}.StatisticValues")
    if "Value" in given:
        return Aggregate.of_values({_number(datum["Value"], f"{path}.Value"): 1.0})
    values = [_number(value, f"{path}.Values") for value in datum["Values"]]
    counts = [_number(count, f"{path}.Counts") for count in datum.get("Counts") or [1.0] * len(values)]
    if not 1 <= len(values) <= _MOST_VALUES:
        raise invalid_value(f"{path}.Values has {len(values)} members; allowed are 1 to {_MOST_VALUES}")
    if len(counts) != len(values):
        raise invalid_value(
            f"{path}.Values has {len(values)} members and Counts {len(counts)}; they must be as many"
        )
    if min(counts) <= 0:
        raise invalid_value(f"{path}.Counts has {min(counts)}; each must be more than 0")
    together: dict[float, float] = {}
    for value, count in zip(values, counts, strict=True):
        together[value] = together.get(value, 0.0) + count
    return Aggregate.of_values(together)


def _statistic_set(given: Mapping[str, Any], path: str) -> Aggregate:
    count, total, minimum, maximum = (
        _number(given[name], f"{path}.{name}") for name in ("SampleCount", "Sum", "Minimum", "Maximum")
    )
    if count <= 0:
        raise invalid_value(f"{path}.SampleCount is {count}; it must be more than 0")
    if minimum > maximum:
        raise invalid_value(f"{path}.Minimum is {minimum}, which is more than Maximum, {maximum}")
    return Aggregate.of_set(count, total, minimum, maximum)


def _number(value: float, path: str) -> float:
    # AWS rule: no NaN, no infinity, nothing beyond 2^360.
    if not abs(value) <= _LARGEST_VALUE:
        raise invalid_value(f"{path} has {value}; allowed are numbers from -2^360 to 2^360")
    return float(value)
