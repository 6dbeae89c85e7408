"""The metrics that Athena publishes for a workgroup that asks for them (reference 10.1)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from local_aws.athena.executions import Execution
    from local_aws.clients import Clients

_log = logging.getLogger(__name__)
NAMESPACE = "AWS/Athena"
_MILLISECONDS = {
    "TotalExecutionTime": "TotalExecutionTimeInMillis",
    "QueryQueueTime": "QueryQueueTimeInMillis",
    "QueryPlanningTime": "QueryPlanningTimeInMillis",
    "EngineExecutionTime": "EngineExecutionTimeInMillis",
    "ServiceProcessingTime": "ServiceProcessingTimeInMillis",
}


def publish(execution: Execution, clients: Clients) -> None:
    """Publish the numbers of a finished query, by its state, its kind and its workgroup; a failure is only logged."""
    dimensions = [
        {"Name": "QueryState", "Value": execution.state},
        {"Name": "QueryType", "Value": execution.statement_type},
        {"Name": "WorkGroup", "Value": execution.workgroup},
    ]
    numbers = execution.statistics()
    data: list[Any] = [
        {
            "MetricName": "ProcessedBytes",
            "Dimensions": dimensions,
            "Unit": "Bytes",
            "Value": execution.scanned_bytes,
        }
    ]
    data += [
        {"MetricName": name, "Dimensions": dimensions, "Unit": "Milliseconds", "Value": numbers[key]}
        for name, key in _MILLISECONDS.items()
    ]
    try:
        clients.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)
    except (BotoCoreError, ClientError) as error:
        _log.warning("the metrics of query %s could not be published: %s", execution.id, error)
