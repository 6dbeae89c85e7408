"""CloudWatch without a web server, on a clock that the tests move, with a topic that remembers what it gets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from botocore.exceptions import EndpointConnectionError

from local_aws.cloudwatch.service import CloudWatchService
from local_aws.config import Settings
from local_aws.gateway.dispatch import Caller, answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A whole minute: Saturday, 21 November 2026, 08:30 UTC.
NOW = 1795249800.0
TOPIC = "arn:aws:sns:us-east-1:000000000000:alarms"


class RefusedError(Exception):
    """An error answer; `code` is the exception's name in the model."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Topic:
    """Takes the place of SNS."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, dict[str, Any]]] = []
        self.is_away = False

    def publish(self, topic_arn: str, subject: str, message: str, alarm_arn: str) -> None:
        if self.is_away:
            raise EndpointConnectionError(endpoint_url="http://sns")
        content = json.loads(message)
        assert content["AlarmArn"] == alarm_arn
        self.messages.append((topic_arn, subject, content))

    def close(self) -> None: ...

    def told(self) -> list[tuple[str, str, str]]:
        """Give alarm, state before and state of every message so far, and forget them."""
        messages, self.messages = self.messages, []
        return [(one["AlarmName"], one["OldStateValue"], one["NewStateValue"]) for _, _, one in messages]


class CloudWatch:
    """The service, called by its operations' names as botocore's clients are."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.topic = Topic()
        self._settings = Settings(state_dir=folder)
        self.service = self._started()

    def __getattr__(self, name: str) -> Any:
        operation = "".join(part.capitalize() for part in name.split("_"))
        return lambda **parameters: self.call(operation, parameters)

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        caller = Caller("us-east-1", "000000000000", "test")
        reply = answer(self.service, operation, json.dumps(parameters).encode(), caller)
        content: dict[str, Any] = orjson.loads(reply.body) if reply.body else {}
        if reply.status != 200:
            raise RefusedError(content["__type"], content["message"])
        return content

    def restart(self) -> None:
        self.service.stop()
        self.service = self._started()

    def put(self, value: float, seconds_ago: float = 0.0, name: str = "m", **more: Any) -> None:
        datum = {"MetricName": name, "Value": value, "Timestamp": self.now - seconds_ago, **more}
        self.put_metric_data(Namespace="N", MetricData=[datum])

    def sums(self, name: str = "m", period: int = 60, seconds: int = 3600, **more: Any) -> dict[int, float]:
        """Give the sums of a metric's periods until now, by how many seconds ago they began."""
        asked = {"Namespace": "N", "MetricName": name, "Period": period, "Statistics": ["Sum"], **more}
        found = self.get_metric_statistics(StartTime=self.now - seconds, EndTime=self.now + 60, **asked)
        return {int(self.now - point["Timestamp"]): point["Sum"] for point in found["Datapoints"]}

    def alarm(self, name: str = "a", **more: Any) -> None:
        given: dict[str, Any] = {
            "AlarmName": name,
            "Namespace": "N",
            "MetricName": "m",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [TOPIC],
            "OKActions": [TOPIC],
            "InsufficientDataActions": [TOPIC],
            **more,
        }
        self.put_metric_alarm(**{key: value for key, value in given.items() if value is not None})

    def described(self, name: str = "a") -> dict[str, Any]:
        (found,) = self.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        alarm: dict[str, Any] = found
        return alarm

    def state(self, name: str = "a") -> str:
        return str(self.described(name)["StateValue"])

    def wait(self, seconds: float) -> list[str]:
        """Let time pass; give the alarms that changed their state then."""
        self.now += seconds
        return self.service.tick()

    def _started(self) -> CloudWatchService:
        service = CloudWatchService(self._settings, self.topic, lambda: self.now, watch_clock=False)
        service.start()
        return service


@pytest.fixture
def cloudwatch(tmp_path: Path) -> Iterator[CloudWatch]:
    made = CloudWatch(tmp_path)
    yield made
    made.service.stop()
