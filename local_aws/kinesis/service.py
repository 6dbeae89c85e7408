"""Tags of Kinesis streams, and what AWS refuses, in front of MiniStack's Kinesis.

MiniStack keeps tags that are added to a stream, but forgets those that come with `CreateStream`, and does not know
the operations that take an ARN. Terraform sends the one and AWS's newer clients the other.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.clients import BEHIND_HEADER, RegionalClients
from local_aws.gateway.service import ApiError
from local_aws.kinesis import refusals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from types_boto3_kinesis import KinesisClient

    from local_aws.config import Settings
    from local_aws.gateway.service import ApiRequest


class KinesisService:
    """Answers `CreateStream` and the tagging operations; the streams themselves are MiniStack's."""

    name = "kinesis"

    def __init__(self, settings: Settings) -> None:
        self._clients = RegionalClients(settings.endpoint, headers={BEHIND_HEADER: "1"})
        self._operations: dict[str, Callable[[KinesisClient, dict[str, Any]], Mapping[str, Any]]] = {
            "CreateStream": _create_stream,
            "ListTagsForResource": _list_tags,
            "TagResource": _tag,
            "UntagResource": _untag,
        }

    def handles(self, operation: str) -> bool:
        """Tell whether the operation is one of ours."""
        return operation in self._operations

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        """Answer one request; MiniStack's own refusals are passed on as they are."""
        with _refusals_passed_on():
            return self._operations[request.operation](self._client(request), dict(request.parameters))

    def inspects(self, operation: str) -> bool:
        """Return whether the operation has rules that MiniStack lacks."""
        return refusals.is_checked(operation)

    def inspect(self, request: ApiRequest) -> None:
        """Raise `ApiError` for a request that AWS refuses."""
        with _refusals_passed_on():
            refusals.check(request, self._client(request))

    def start(self) -> None:
        """Have nothing to load."""

    def stop(self) -> None:
        """Close the connections."""
        self._clients.close()

    def _client(self, request: ApiRequest) -> KinesisClient:
        return self._clients.of(request.region).client("kinesis")


def _create_stream(client: KinesisClient, parameters: dict[str, Any]) -> Mapping[str, Any]:
    tags = parameters.pop("Tags", {})
    client.create_stream(**parameters)
    if tags:
        client.add_tags_to_stream(StreamName=parameters["StreamName"], Tags=tags)
    return {}


def _list_tags(client: KinesisClient, parameters: dict[str, Any]) -> Mapping[str, Any]:
    return {"Tags": client.list_tags_for_stream(StreamName=_stream(parameters))["Tags"]}


def _tag(client: KinesisClient, parameters: dict[str, Any]) -> Mapping[str, Any]:
    client.add_tags_to_stream(StreamName=_stream(parameters), Tags=parameters["Tags"])
    return {}


def _untag(client: KinesisClient, parameters: dict[str, Any]) -> Mapping[str, Any]:
    client.remove_tags_from_stream(StreamName=_stream(parameters), TagKeys=parameters["TagKeys"])
    return {}


@contextmanager
def _refusals_passed_on() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise ApiError(
            error.response["Error"]["Code"],
            error.response["Error"]["Message"],
            error.response["ResponseMetadata"]["HTTPStatusCode"],
        ) from error


def _stream(parameters: Mapping[str, Any]) -> str:
    """Read the stream's name from `arn:…:stream/<name>`, optionally with `/consumer/…` behind it."""
    arn: str = parameters["ResourceARN"]
    kind, _, rest = arn.rpartition(":")[2].partition("/")
    if kind != "stream" or not rest:
        raise ApiError("InvalidArgumentException", f"ResourceARN {arn} is not the ARN of a stream.")
    return rest.partition("/")[0]
