"""Kinesis in front of MiniStack's: tags, modes, metrics, policies, lists of shards, and what AWS refuses.

MiniStack keeps tags that are added to a stream, but forgets those that come with `CreateStream`, and does not know
the operations that take an ARN. Terraform sends the one and AWS's newer clients the other.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import ClientError

from local_aws.clients import BEHIND_HEADER, RegionalClients
from local_aws.gateway.service import ApiError
from local_aws.kept import Kept
from local_aws.kinesis import refusals
from local_aws.kinesis.listing import Listing, Noted, shards_of
from local_aws.kinesis.stream_settings import StreamSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from types_boto3_kinesis import KinesisClient

    from local_aws.config import Settings
    from local_aws.gateway.service import ApiRequest

    Operation = Callable[[KinesisClient, dict[str, Any]], Mapping[str, Any]]


class _Streams:
    """What is answered here of the streams of one Region."""

    def __init__(self, settings: Settings, region: str) -> None:
        kept = Kept(settings.state_dir / "kinesis" / region)
        self._settings = StreamSettings(kept, region)
        self._noted = Noted(kept)
        self.operations: Mapping[str, Operation] = {
            "CreateStream": self._create,
            "DeleteStream": self._delete,
            "DeleteResourcePolicy": self._settings.delete_policy,
            "DescribeLimits": self._settings.limits,
            "DescribeStream": partial(self._described, "DescribeStream", "StreamDescription"),
            "DescribeStreamSummary": partial(
                self._described, "DescribeStreamSummary", "StreamDescriptionSummary"
            ),
            "DisableEnhancedMonitoring": self._settings.disable_metrics,
            "EnableEnhancedMonitoring": self._settings.enable_metrics,
            "GetResourcePolicy": self._settings.get_policy,
            "ListShards": Listing(self._noted).answer,
            "ListTagsForResource": _list_tags,
            "MergeShards": partial(self._resharded, "MergeShards"),
            "PutResourcePolicy": self._settings.put_policy,
            "SplitShard": partial(self._resharded, "SplitShard"),
            "TagResource": _tag,
            "UntagResource": _untag,
            "UpdateShardCount": partial(self._resharded, "UpdateShardCount"),
            "UpdateStreamMode": self._settings.update_mode,
        }

    def _create(self, client: KinesisClient, parameters: dict[str, Any]) -> Mapping[str, Any]:
        tags = parameters.pop("Tags", {})
        client.create_stream(**parameters)
        name = parameters["StreamName"]
        if tags:
            client.add_tags_to_stream(StreamName=name, Tags=tags)
        self._noted.forget(name)
        self._noted.update(name, shards_of(client, name))
        return {}

    def _delete(self, client: KinesisClient, parameters: dict[str, Any]) -> Mapping[str, Any]:
        place = {name: parameters[name] for name in ("StreamName", "StreamARN") if parameters.get(name)}
        stream = client.describe_stream_summary(**place)["StreamDescriptionSummary"]
        client.delete_stream(**parameters)
        self._settings.forget(stream["StreamName"], stream["StreamARN"])
        self._noted.forget(stream["StreamName"])
        return {}

    def _described(
        self, operation: str, member: str, client: KinesisClient, parameters: dict[str, Any]
    ) -> Mapping[str, Any]:
        return {member: self._settings.completed(_forwarded(client, operation, parameters)[member])}

    def _resharded(
        self, operation: str, client: KinesisClient, parameters: dict[str, Any]
    ) -> Mapping[str, Any]:
        name = refusals.stream_name(parameters)
        self._noted.update(name, shards_of(client, name))
        answer = _forwarded(client, operation, parameters)
        self._noted.update(name, shards_of(client, name))
        return answer


class KinesisService:
    """Answers what MiniStack lacks or forgets; records are MiniStack's."""

    name = "kinesis"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clients = RegionalClients(settings.endpoint, headers={BEHIND_HEADER: "1"})
        self._lock = threading.Lock()
        self._by_region = {settings.region: _Streams(settings, settings.region)}

    def handles(self, operation: str) -> bool:
        """Return whether the operation is one of ours."""
        return operation in self._by_region[self._settings.region].operations

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        """Answer one request; MiniStack's own refusals are passed on as they are."""
        client = self._client(request)
        with _refusals_passed_on():
            if refusals.is_checked(request.operation):
                refusals.check(request, client)
            return self._streams(request.region).operations[request.operation](
                client, dict(request.parameters)
            )

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

    def _streams(self, region: str) -> _Streams:
        with self._lock:
            if region not in self._by_region:
                self._by_region[region] = _Streams(self._settings, region)
            return self._by_region[region]


def _forwarded(client: KinesisClient, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    answer = getattr(client, xform_name(operation))(**parameters)
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


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
