"""The CloudWatch metrics of one delivery stream, collected in memory and sent every few seconds.

AWS rule: names, namespace and dimension as in reference 13. Firehose sends them every minute; here an alarm shall not
keep a person waiting, and measurements of a minute are one data point all the same.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from local_aws.clients import Clients
    from local_aws.delivery.clock import Clock

_LOG = logging.getLogger(__name__)
NAMESPACE = "AWS/Firehose"
SOURCE_NAMESPACE = "AWS/Kinesis"
PERIOD_SECONDS = 10.0
# AWS rule: how far behind its stream a reader is, Kinesis publishes too, under a name of its own.
_BEHIND, _ITERATOR_AGE = "KinesisMillisBehindLatest", "GetRecords.IteratorAgeMilliseconds"
# AWS rule: at most 1,000 metrics in one PutMetricData.
_METRICS_PER_CALL = 1000


class Metrics:
    """Counts and measures of one delivery stream. `add` may be called from any thread."""

    def __init__(self, stream_name: str, clock: Clock) -> None:
        self._dimensions = [{"Name": "DeliveryStreamName", "Value": stream_name}]
        self._clock = clock
        self._lock = threading.Lock()
        self._values: dict[tuple[str, str], list[float]] = {}
        self._sent_at = clock.steady_seconds()

    def add(self, name: str, value: float, unit: str = "Count") -> None:
        """Note one measurement."""
        with self._lock:
            entry = self._values.get((name, unit))
            if entry is None:
                self._values[name, unit] = [1.0, value, value, value]
                return
            entry[0] += 1
            entry[1] += value
            entry[2] = min(entry[2], value)
            entry[3] = max(entry[3], value)

    @property
    def due(self) -> bool:
        """Tell whether it is time to send."""
        return self._clock.steady_seconds() - self._sent_at >= PERIOD_SECONDS

    def take(self) -> list[dict[str, Any]]:
        """Give what was noted since the last call, as PutMetricData takes it, and begin anew."""
        with self._lock:
            values, self._values = self._values, {}
        self._sent_at = self._clock.steady_seconds()
        timestamp = datetime.fromtimestamp(self._clock.now_ms() / 1000, tz=UTC)
        return [
            {
                "MetricName": name,
                "Dimensions": self._dimensions,
                "Timestamp": timestamp,
                "Unit": unit,
                "StatisticValues": {
                    "SampleCount": count,
                    "Sum": total,
                    "Minimum": minimum,
                    "Maximum": maximum,
                },
            }
            for (name, unit), (count, total, minimum, maximum) in sorted(values.items())
        ]


def of_source(data: list[dict[str, Any]], stream_name: str) -> list[dict[str, Any]]:
    """Give what the measurements of a delivery stream say about the Kinesis stream that it reads."""
    dimensions = [{"Name": "StreamName", "Value": stream_name}]
    return [
        {**one, "MetricName": _ITERATOR_AGE, "Dimensions": dimensions}
        for one in data
        if one["MetricName"] == _BEHIND
    ]


def send(clients: Clients, data: list[dict[str, Any]], source_name: str | None = None) -> None:
    """Send measurements, and those of the Kinesis stream `source_name` that are among them.

    A failure is logged and the measurements are lost: delivery must not wait for them.
    """
    _put(clients, NAMESPACE, data)
    if source_name is not None:
        _put(clients, SOURCE_NAMESPACE, of_source(data, source_name))


def _put(clients: Clients, namespace: str, data: list[dict[str, Any]]) -> None:
    client: Any = clients.client("cloudwatch")
    for start in range(0, len(data), _METRICS_PER_CALL):
        try:
            client.put_metric_data(Namespace=namespace, MetricData=data[start : start + _METRICS_PER_CALL])
        except (BotoCoreError, ClientError) as error:
            _LOG.warning("metrics were not sent: %s", error)
            return
