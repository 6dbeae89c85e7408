"""ListShards: its filters and its pages, over the shards that MiniStack has.

MiniStack knows neither filters nor a token alone, and not when a shard was opened and closed: that is noted here when
a stream is made and when its shards change (`Noted`).
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from types_boto3_kinesis import KinesisClient

    from local_aws.kept import Kept

    Parameters = Mapping[str, Any]

# AWS rule: most shards of one page, and how long a token is good for (Kinesis reference 1.6).
_MOST: Final = 1000
_TOKEN_SECONDS: Final = 300
_WITH_TOKEN: Final = ("StreamName", "StreamCreationTimestamp", "ExclusiveStartShardId", "ShardFilter")


def shards_of(client: KinesisClient, stream: str) -> list[dict[str, Any]]:
    """Return all shards of a stream in the order of their ids."""
    found: dict[str, dict[str, Any]] = {}
    start: dict[str, str] = {}
    while True:
        answer = client.describe_stream(StreamName=stream, **start)["StreamDescription"]  # type: ignore[arg-type]  # a literal member by name
        found.update((shard["ShardId"], dict(shard)) for shard in answer["Shards"])
        if not answer["HasMoreShards"] or not answer["Shards"]:
            return [found[name] for name in sorted(found)]
        start = {"ExclusiveStartShardId": answer["Shards"][-1]["ShardId"]}


class Noted:
    """When the shards of streams were opened and closed, in epoch seconds, as far as it was seen."""

    def __init__(self, kept: Kept, clock: Callable[[], float] = time.time) -> None:
        self._kept = kept
        self._clock = clock

    def update(self, stream: str, shards: Sequence[Mapping[str, Any]]) -> dict[str, list[float | None]]:
        """Note what is new about the shards of a stream; return [opened, closed] of each, closed None while open."""
        with self._kept.lock:
            before = self._kept.get(_key(stream)) or {}
            now = self._clock()
            after: dict[str, list[float | None]] = {}
            for shard in shards:
                opened, closed = before.get(shard["ShardId"], [now, None])
                is_closed = bool(shard["SequenceNumberRange"].get("EndingSequenceNumber"))
                after[shard["ShardId"]] = [opened, (closed or now) if is_closed else None]
            if after != before:
                self._kept.put(_key(stream), after)
        return after

    def forget(self, stream: str) -> None:
        """Drop what was noted of a stream that is gone."""
        self._kept.delete(_key(stream))


class Listing:
    """Answers ListShards."""

    def __init__(self, noted: Noted, clock: Callable[[], float] = time.time) -> None:
        self._noted = noted
        self._clock = clock

    def answer(self, client: KinesisClient, parameters: Parameters) -> Mapping[str, Any]:
        """Return one page of shards. Raises `ApiError` as AWS refuses; MiniStack's refusals are boto3's errors."""
        asked = self._asked(parameters)
        stream = asked["stream"]
        shards = shards_of(client, stream)
        times = self._noted.update(stream, shards)
        for shard in shards:
            # MiniStack forgets the parents of a split: children stand in for them, or the hash range had a hole.
            if shard.get("ParentShardId") not in times:
                times[shard["ShardId"]][0] = 0.0
        # AWS rule: a moment before the trim horizon, or before the stream, stands for the later of the two.
        began = min((times[one][0] or 0.0 for one in times), default=0.0)
        horizon = self._horizon(client, stream)
        moment = max(asked["moment"] or 0.0, horizon, began)
        wanted = [
            one for one in shards if _passes(one["ShardId"], asked, times[one["ShardId"]], horizon, moment)
        ]
        size = min(parameters.get("MaxResults", _MOST), _MOST)
        page = wanted[:size]
        if len(wanted) <= size:
            return {"Shards": page}
        return {"Shards": page, "NextToken": self._token({**asked, "after": page[-1]["ShardId"]})}

    def _asked(self, parameters: Parameters) -> dict[str, Any]:
        token = parameters.get("NextToken")
        if token is not None:
            for other in _WITH_TOKEN:
                if parameters.get(other) is not None:
                    raise _invalid(f"NextToken and {other} cannot be provided together.")
            return self._read(str(token))
        name = parameters.get("StreamName") or str(parameters.get("StreamARN", "")).rpartition(":stream/")[2]
        if not name:
            raise _invalid("Either NextToken or StreamName should be provided.")
        kept_filter = dict(parameters.get("ShardFilter") or {"Type": "FROM_TRIM_HORIZON"})
        kind = kept_filter["Type"]
        if kind == "AFTER_SHARD_ID" and not kept_filter.get("ShardId"):
            raise _invalid("ShardId must be provided when ShardFilter type is AFTER_SHARD_ID.")
        if kind.endswith("_TIMESTAMP") and kept_filter.get("Timestamp") is None:
            raise _invalid(f"Timestamp must be provided when ShardFilter type is {kind}.")
        after = parameters.get("ExclusiveStartShardId") or ""
        if kind == "AFTER_SHARD_ID":
            after = max(after, str(kept_filter["ShardId"]))
        moment = kept_filter.get("Timestamp")
        return {
            "stream": name,
            "kind": kind,
            "moment": None if moment is None else float(moment),
            "after": after,
        }

    def _horizon(self, client: KinesisClient, stream: str) -> float:
        summary = client.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
        return self._clock() - 3600 * summary["RetentionPeriodHours"]

    def _token(self, asked: Mapping[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps({**asked, "made": self._clock()}).encode()).decode()

    def _read(self, token: str) -> dict[str, Any]:
        try:
            asked: dict[str, Any] = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
            made = asked.pop("made")
        except (binascii.Error, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _invalid("NextToken is invalid.") from error
        if self._clock() - made > _TOKEN_SECONDS:
            raise ApiError("ExpiredNextTokenException", "The NextToken is older than 300 seconds.")
        return asked


def _passes(
    shard: str, asked: Mapping[str, Any], times: Sequence[float | None], horizon: float, moment: float
) -> bool:
    """Return whether a shard is listed (Kinesis reference 1.7): expired ones never are."""
    opened, closed = times[0] or 0.0, times[1]
    if shard <= asked["after"] or (closed is not None and closed < horizon):
        return False
    if asked["kind"] == "AT_LATEST":
        return closed is None
    if asked["kind"] in ("AT_TRIM_HORIZON", "AT_TIMESTAMP"):
        return opened <= moment and (closed is None or closed >= moment)
    if asked["kind"] == "FROM_TIMESTAMP":
        return closed is None or closed >= moment
    return True


def _key(stream: str) -> str:
    return f"shards/{stream}"


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidArgumentException", message)
