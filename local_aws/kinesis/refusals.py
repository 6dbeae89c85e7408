"""Requests that Kinesis refuses and MiniStack would carry out, looked at before they are passed on.

What the API's model says (types, lengths, ranges, patterns) is checked for all services; here is what it does not say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.gateway.service import ApiError
from local_aws.kinesis import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_kinesis import KinesisClient

    from local_aws.gateway.service import ApiRequest

    Parameters = Mapping[str, Any]
    Check = Callable[[KinesisClient, ApiRequest], None]

_OF_A_NUMBER = ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")


def check(request: ApiRequest, client: KinesisClient) -> None:
    """Raise `ApiError` for a request that AWS refuses; `client` is MiniStack's of the request's Region."""
    _CHECKS[request.operation](client, request)


def is_checked(operation: str) -> bool:
    """Return whether requests of this operation are looked at."""
    return operation in _CHECKS


def _check_put(_client: KinesisClient, request: ApiRequest) -> None:
    limits.check(request.parameters)


def _check_iterator(_client: KinesisClient, request: ApiRequest) -> None:
    """Check that a position has what it needs, and nothing else (Kinesis reference 3.1)."""
    kind = request.parameters["ShardIteratorType"]
    has_number = "StartingSequenceNumber" in request.parameters
    if kind == "AT_TIMESTAMP" and "Timestamp" not in request.parameters:
        raise _invalid(
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. "
            "Current request has no timestamp parameter."
        )
    wants_number = kind in _OF_A_NUMBER
    if wants_number == has_number or kind == "AT_TIMESTAMP":
        return
    found = (
        f"{kind} and no StartingSequenceNumber"
        if wants_number
        else f"{kind} and also a StartingSequenceNumber"
    )
    raise _invalid(
        "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or "
        f"(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified {found}."
    )


def _check_merge(client: KinesisClient, request: ApiRequest) -> None:
    """Check that the second shard begins where the first ends (Kinesis reference 1.3)."""
    stream = stream_name(request.parameters)
    ids = [request.parameters["ShardToMerge"], request.parameters["AdjacentShardToMerge"]]
    pages = client.get_paginator("list_shards").paginate(StreamName=stream)
    ranges = {shard["ShardId"]: shard["HashKeyRange"] for page in pages for shard in page["Shards"]}
    if not all(one in ranges for one in ids):
        return
    lower, upper = (ranges[one] for one in ids)
    if int(lower["EndingHashKey"]) + 1 != int(upper["StartingHashKey"]):
        raise _invalid(
            f"Shards {ids[0]} and {ids[1]} in stream {stream} under account {request.account_id} "
            "are not an adjacent pair of shards eligible for merging"
        )


def _check_count(client: KinesisClient, request: ApiRequest) -> None:
    """Check that the count is at most doubled and at most halved (Kinesis reference 2.4)."""
    summary = client.describe_stream_summary(StreamName=stream_name(request.parameters))
    count: int = summary["StreamDescriptionSummary"]["OpenShardCount"]
    target: int = request.parameters["TargetShardCount"]
    if target > 2 * count:
        raise _invalid(_count_message("up over double", count, target))
    if 2 * target < count:
        raise _invalid(_count_message("down below half", count, target))


def _count_message(direction: str, count: int, target: int) -> str:
    return (
        f"UpdateShardCount cannot scale {direction} your current open shard count. "
        f"Current open shard count: {count} Target shard count: {target}"
    )


def _check_delete(client: KinesisClient, request: ApiRequest) -> None:
    """Check that a stream with consumers is deleted only by who says so (Kinesis reference 1.3)."""
    if request.parameters.get("EnforceConsumerDeletion"):
        return
    stream = stream_name(request.parameters)
    arn = client.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    if client.list_stream_consumers(StreamARN=arn, MaxResults=1)["Consumers"]:
        raise ApiError(
            "ResourceInUseException",
            f"DeleteStream can't delete {request.account_id}:{stream} because there are consumers associated with "
            f"this data stream. To delete {stream} anyway, set the EnforceConsumerDeletion parameter to true to force "
            "the deletion of all the consumers that are associated with it.",
        )


def stream_name(parameters: Parameters) -> str:
    """Return the name of the stream that a request is about, by name or by ARN (Kinesis reference 1.1, rule 3).

    Raises `ApiError` InvalidArgumentException where both are missing.
    """
    name = parameters.get("StreamName") or str(parameters.get("StreamARN", "")).rpartition(":stream/")[2]
    if not name:
        raise _invalid("Either StreamName or StreamARN should be provided.")
    return str(name).partition("/")[0]


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidArgumentException", message)


_CHECKS: Mapping[str, Check] = {
    "DeleteStream": _check_delete,
    "GetShardIterator": _check_iterator,
    "MergeShards": _check_merge,
    "PutRecord": _check_put,
    "PutRecords": _check_put,
    "UpdateShardCount": _check_count,
}
