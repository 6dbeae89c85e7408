"""S3's request metrics behind the gateway: their configurations are answered here, and what passes is counted.

How objects are encrypted is added to MiniStack's answers.

AWS rule: a bucket counts the requests of each of its metrics configurations, for all objects or those with a prefix, as
metrics of `AWS/S3` with the dimensions BucketName and FilterId.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from botocore.exceptions import ClientError

from local_aws.clients import BEHIND_HEADER, Clients
from local_aws.cloudwatch.metric import Metric, single
from local_aws.gateway.service import ApiError
from local_aws.regions import is_region
from local_aws.s3 import encryption
from local_aws.s3.configurations import Configurations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from local_aws.cloudwatch.metric import Sample
    from local_aws.config import Settings
    from local_aws.gateway.observing import Exchange, Head
    from local_aws.gateway.service import ApiRequest

# AWS rule: configurations of a bucket.
_MOST = 1000
_METRICS = {
    "PUT": "PutRequests",
    "GET": "GetRequests",
    "HEAD": "HeadRequests",
    "DELETE": "DeleteRequests",
    "POST": "PostRequests",
}
_FIRST_REFUSED, _FIRST_FAILED = 400, 500


class S3Service:
    """Answers for the metrics configurations of buckets; `record` takes what is counted."""

    name = "s3"

    def __init__(self, settings: Settings, record: Callable[[str, list[Sample]], None]) -> None:
        self._record = record
        self._clients = Clients(settings.endpoint, settings.region, headers={BEHIND_HEADER: "1"})
        self._configurations = Configurations(settings.state_dir / "s3" / "request-metrics.json")
        self._operations: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "PutBucketMetricsConfiguration": self._put,
            "GetBucketMetricsConfiguration": self._get,
            "ListBucketMetricsConfigurations": self._list,
            "DeleteBucketMetricsConfiguration": self._delete,
        }

    def handles(self, operation: str) -> bool:
        """Tell whether the operation is one of ours."""
        return operation in self._operations

    def asked(self, method: str, path: str, query_string: str) -> str | None:
        """Give the operation of ours that a request asks for, or None."""
        bucket, _, key = path.strip("/").partition("/")
        if not bucket or key or "metrics" not in query_string:
            return None
        query = dict(parse_qsl(query_string, keep_blank_values=True))
        if "metrics" not in query:
            return None
        if method == "GET":
            return "GetBucketMetricsConfiguration" if "id" in query else "ListBucketMetricsConfigurations"
        return {"PUT": "PutBucketMetricsConfiguration", "DELETE": "DeleteBucketMetricsConfiguration"}.get(
            method
        )

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        """Answer one request about a bucket that is there."""
        bucket = request.parameters["Bucket"]
        try:
            self._clients.client("s3").head_bucket(Bucket=bucket)
        except ClientError as error:
            raise ApiError("NoSuchBucket", f"The bucket {bucket} does not exist", 404) from error
        return self._operations[request.operation](request.parameters)

    def start(self) -> None:
        """Load the configurations."""
        self._configurations.load()

    def stop(self) -> None:
        """Close the connections."""
        self._clients.close()

    def completes(self, method: str, host: str, path: str, query_string: str) -> bool:
        """Return whether a request is about what an object holds."""
        return encryption.is_about_content(method, host, path, query_string)

    def added_headers(self, status: int, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Return how an object is encrypted where MiniStack's answer does not say so."""
        return encryption.told(status, headers)

    def observes(self, head: Head) -> bool:
        """Tell whether a request is to a bucket whose requests are counted."""
        return (
            is_region(head.region) and head.service == "s3" and bool(self._configurations.of(_bucket(head)))
        )

    def wants_bodies(self, head: Head) -> bool:
        """Tell that the bodies do not matter."""
        del head
        return False

    def observed(self, exchange: Exchange) -> None:
        """Count a request; a bucket that goes takes its configurations along."""
        head, bucket = exchange.head, _bucket(exchange.head)
        key = unquote(head.path.strip("/")).partition("/")[2]
        if not key and not head.query and head.method == "DELETE" and exchange.status < _FIRST_REFUSED:
            self._configurations.delete(bucket)
            return
        counted = [
            single(
                Metric("AWS/S3", name, (("BucketName", bucket), ("FilterId", id_))),
                exchange.began_at,
                value,
                "Count",
            )
            for id_, configuration in self._configurations.of(bucket).items()
            if _fits(configuration, key)
            for name, value in _values(exchange, key)
        ]
        if counted:
            self._record(head.region, counted)

    def _put(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        bucket, id_, configuration = (
            parameters["Bucket"],
            parameters["Id"],
            parameters["MetricsConfiguration"],
        )
        if configuration.get("Id") != id_:
            raise ApiError(
                "MalformedXML", f"The configuration's Id is {configuration.get('Id')!r}, the query's {id_!r}"
            )
        other = set(configuration.get("Filter") or {}) - {"Prefix"}
        if other:
            raise ApiError(
                "NotImplemented",
                f"The local S3 counts requests by Prefix only, not by {', '.join(sorted(other))}",
                501,
            )
        present = self._configurations.of(bucket)
        if id_ not in present and len(present) >= _MOST:
            raise ApiError(
                "TooManyConfigurations", f"The bucket has {_MOST} metrics configurations, the most allowed"
            )
        self._configurations.put(bucket, id_, configuration)
        return {}

    def _get(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"MetricsConfiguration": self._present(parameters)}

    def _list(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        present = self._configurations.of(parameters["Bucket"])
        return {"IsTruncated": False, "MetricsConfigurationList": [present[id_] for id_ in sorted(present)]}

    def _delete(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        self._present(parameters)
        self._configurations.delete(parameters["Bucket"], parameters["Id"])
        return {}

    def _present(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        found = self._configurations.of(parameters["Bucket"]).get(parameters["Id"])
        if found is None:
            raise ApiError(
                "NoSuchConfiguration", f"There is no metrics configuration {parameters['Id']!r}", 404
            )
        configuration: Mapping[str, Any] = found
        return configuration


def _bucket(head: Head) -> str:
    return head.path.strip("/").partition("/")[0]


def _fits(configuration: Mapping[str, Any], key: str) -> bool:
    prefix = (configuration.get("Filter") or {}).get("Prefix", "")
    # A request about the bucket itself belongs to a configuration for all of it.
    return key.startswith(prefix) if key else not prefix


def _values(exchange: Exchange, key: str) -> Iterator[tuple[str, float]]:
    yield "AllRequests", 1.0
    if key:
        yield _METRICS.get(exchange.head.method, "PostRequests"), 1.0
    elif exchange.head.method == "GET":
        yield "ListRequests", 1.0
    yield "4xxErrors", float(_FIRST_REFUSED <= exchange.status < _FIRST_FAILED)
    yield "5xxErrors", float(exchange.status >= _FIRST_FAILED)
