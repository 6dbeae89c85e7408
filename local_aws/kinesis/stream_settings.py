"""What MiniStack's Kinesis takes and forgets, or does not know: modes, shard-level metrics, resource policies, limits.

All of it is kept here, shown where AWS shows it, and not acted on: nothing throttles, and policies are not evaluated.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_kinesis import KinesisClient

    from local_aws.kept import Kept

    Parameters = Mapping[str, Any]

_METRICS: Final = (
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
)
# AWS rule: quotas on provisioned shards of an account (Kinesis reference, 2.4) and on its on-demand streams.
_SHARD_LIMITS: Final = {"us-east-1": 20_000, "us-west-2": 20_000, "eu-west-1": 20_000}
_SHARD_LIMIT: Final = 1_000
_ON_DEMAND_LIMIT: Final = 50


class StreamSettings:
    """Keeps and answers them for the streams of one Region."""

    def __init__(self, kept: Kept, region: str) -> None:
        self._kept = kept
        self._region = region

    def completed(self, description: Mapping[str, Any]) -> dict[str, Any]:
        """Return a stream's description, or a summary of it, with what is kept here."""
        name = description["StreamName"]
        found = dict(description)
        if "EnhancedMonitoring" in found:
            found["EnhancedMonitoring"] = [{"ShardLevelMetrics": self._metrics(name)}]
        mode = self._kept.get(_key("mode", name))
        if mode:
            found["StreamModeDetails"] = {"StreamMode": mode}
        return found

    def update_mode(self, client: KinesisClient, parameters: Parameters) -> Mapping[str, Any]:
        """Answer UpdateStreamMode; the shards stay as they are."""
        stream = _present(client, parameters)
        self._kept.put(_key("mode", stream["StreamName"]), parameters["StreamModeDetails"]["StreamMode"])
        return {}

    def enable_metrics(self, client: KinesisClient, parameters: Parameters) -> Mapping[str, Any]:
        """Answer EnableEnhancedMonitoring; a metric that is on already stays on."""
        return self._change_metrics(client, parameters, enable=True)

    def disable_metrics(self, client: KinesisClient, parameters: Parameters) -> Mapping[str, Any]:
        """Answer DisableEnhancedMonitoring."""
        return self._change_metrics(client, parameters, enable=False)

    def limits(self, client: KinesisClient, _parameters: Parameters) -> Mapping[str, Any]:
        """Answer DescribeLimits: quotas of a new account, and what is used of them."""
        shards, on_demand = 0, 0
        for page in client.get_paginator("list_streams").paginate():
            for name in page["StreamNames"]:
                summary = self.completed(
                    client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
                )
                is_on_demand = (summary.get("StreamModeDetails") or {}).get("StreamMode") == "ON_DEMAND"
                on_demand += is_on_demand
                shards += 0 if is_on_demand else int(summary["OpenShardCount"])
        return {
            "ShardLimit": _SHARD_LIMITS.get(self._region, _SHARD_LIMIT),
            "OpenShardCount": shards,
            "OnDemandStreamCount": on_demand,
            "OnDemandStreamCountLimit": _ON_DEMAND_LIMIT,
        }

    def put_policy(self, client: KinesisClient, parameters: Parameters) -> Mapping[str, Any]:
        """Answer PutResourcePolicy. Raises `ApiError` for what is no policy, and for a resource that is not there."""
        arn, text = parameters["ResourceARN"], parameters["Policy"]
        _check_resource(client, arn)
        try:
            document = json.loads(text)
        except ValueError as error:
            raise ApiError("InvalidArgumentException", f"Policy is not valid JSON: {error}") from error
        if not isinstance(document, dict) or not document.get("Statement"):
            raise ApiError("InvalidArgumentException", "Policy has no Statement.")
        self._kept.put(_key("policy", arn), text)
        return {}

    def get_policy(self, client: KinesisClient, parameters: Parameters) -> Mapping[str, Any]:
        """Answer GetResourcePolicy; measured: without a policy the text is `{}`."""
        _check_resource(client, parameters["ResourceARN"])
        return {"Policy": self._kept.get(_key("policy", parameters["ResourceARN"])) or "{}"}

    def delete_policy(self, client: KinesisClient, parameters: Parameters) -> Mapping[str, Any]:
        """Answer DeleteResourcePolicy. Raises `ApiError` when there is none."""
        arn = parameters["ResourceARN"]
        _check_resource(client, arn)
        with self._kept.lock:
            if self._kept.get(_key("policy", arn)) is None:
                raise ApiError("ResourceNotFoundException", f"Resource policy not found for {arn}.")
            self._kept.delete(_key("policy", arn))
        return {}

    def forget(self, name: str, arn: str) -> None:
        """Drop what is kept of a stream that is gone."""
        for key in (_key("mode", name), _key("metrics", name), _key("policy", arn)):
            self._kept.delete(key)

    def _metrics(self, name: str) -> list[str]:
        return list(self._kept.get(_key("metrics", name)) or [])

    def _change_metrics(
        self, client: KinesisClient, parameters: Parameters, *, enable: bool
    ) -> Mapping[str, Any]:
        stream = _present(client, parameters)
        named = _expanded(parameters["ShardLevelMetrics"])
        with self._kept.lock:
            before = self._metrics(stream["StreamName"])
            wanted = set(before) | named if enable else set(before) - named
            after = [metric for metric in _METRICS if metric in wanted]
            self._kept.put(_key("metrics", stream["StreamName"]), after)
        return {
            "StreamName": stream["StreamName"],
            "StreamARN": stream["StreamARN"],
            "CurrentShardLevelMetrics": before,
            "DesiredShardLevelMetrics": after,
        }


def _expanded(metrics: Iterable[str]) -> set[str]:
    """Return metrics by their names: ALL stands for each."""
    return set(_METRICS) if "ALL" in metrics else set(metrics)


def _present(client: KinesisClient, parameters: Parameters) -> Mapping[str, Any]:
    place = {name: parameters[name] for name in ("StreamName", "StreamARN") if parameters.get(name)}
    found: Mapping[str, Any] = client.describe_stream_summary(**place)["StreamDescriptionSummary"]
    return found


def _check_resource(client: KinesisClient, arn: str) -> None:
    """Raise boto3's error for a stream, or a consumer of one, that is not there."""
    if "/consumer/" in arn:
        client.describe_stream_consumer(ConsumerARN=arn)
    else:
        client.describe_stream_summary(StreamARN=arn)


def _key(kind: str, name: str) -> str:
    return f"{kind}/{name}"
