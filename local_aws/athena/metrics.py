"""The metrics that Athena publishes for a workgroup that asks for them (reference 10.1)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.athena.executions import CANCELLED

if TYPE_CHECKING:
    from local_aws.athena.executions import Execution
    from local_aws.clients import Clients

_log = logging.getLogger(__name__)
NAMESPACE = "AWS/Athena"
_MILLISECONDS = {
    "TotalExecutionTime": "TotalExecutionTimeInMillis",
    "QueryQueueTime": "QueryQueueTimeInMillis",
    "ServicePreProcessingTime": "ServicePreProcessingTimeInMillis",
    "QueryPlanningTime": "QueryPlanningTimeInMillis",
    "EngineExecutionTime": "EngineExecutionTimeInMillis",
    "ServiceProcessingTime": "ServiceProcessingTimeInMillis",
}
# AWS rule: the metrics are spelled with one L, the API with two.
_STATES = {CANCELLED: "CANCELED"}


def metric_data(execution: Execution) -> list[Any]:
    """Give the numbers of a finished query, as PutMetricData takes them: by state, kind and workgroup."""
    dimensions = [
        {"Name": "QueryState", "Value": _STATES.get(execution.state, execution.state)},
        {"Name": "QueryType", "Value": execution.statement_type},
        {"Name": "WorkGroup", "Value": execution.workgroup},
    ]
    numbers = execution.statistics()
    values = [("ProcessedBytes", "Bytes", execution.scanned_bytes)]
    values += [(name, "Milliseconds", numbers.get(key, 0)) for name, key in _MILLISECONDS.items()]
    moment = datetime.fromtimestamp(execution.completed or execution.submitted, UTC)
    return [
        {"MetricName": name, "Dimensions": dimensions, "Timestamp": moment, "Unit": unit, "Value": value}
        for name, unit, value in values
    ]


def publish(execution: Execution, clients: Clients) -> None:
    """Publish the numbers of a finished query, by its state, its kind and its workgroup; a failure is only logged."""
    try:
        clients.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=metric_data(execution))
    except (BotoCoreError, ClientError) as error:
        _log.warning("the metrics of query %s could not be published: %s", execution.id, error)
