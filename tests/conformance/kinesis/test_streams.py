"""Modes, metrics, policies, limits and lists of shards (Kinesis reference 1.3, 1.6, 1.7, 6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local_aws.kept import Kept
from local_aws.kinesis.listing import Listing, Noted
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.gateway_fixture import LocalAws

MIDDLE = str(1 << 127)


@pytest.fixture
def kinesis(local_aws: LocalAws) -> Any:
    return local_aws.clients.client("kinesis")


@pytest.fixture
def stream(kinesis: Any) -> Iterator[str]:
    name = unique("settings")
    kinesis.create_stream(StreamName=name, ShardCount=3)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    yield name
    kinesis.delete_stream(StreamName=name)


def summary(kinesis: Any, stream: str) -> Any:
    return kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]


def refusal(call: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_shard_level_metrics_are_kept_and_shown(kinesis: Any, stream: str) -> None:
    answer = kinesis.enable_enhanced_monitoring(
        StreamName=stream, ShardLevelMetrics=["OutgoingBytes", "IncomingBytes"]
    )
    assert answer["CurrentShardLevelMetrics"] == []
    assert set(answer["DesiredShardLevelMetrics"]) == {"IncomingBytes", "OutgoingBytes"}
    shown = kinesis.describe_stream(StreamName=stream)["StreamDescription"]["EnhancedMonitoring"]
    assert shown == summary(kinesis, stream)["EnhancedMonitoring"]
    assert set(shown[0]["ShardLevelMetrics"]) == {"IncomingBytes", "OutgoingBytes"}
    kinesis.enable_enhanced_monitoring(StreamName=stream, ShardLevelMetrics=["ALL"])
    assert len(summary(kinesis, stream)["EnhancedMonitoring"][0]["ShardLevelMetrics"]) == 7
    kinesis.disable_enhanced_monitoring(StreamName=stream, ShardLevelMetrics=["ALL"])
    assert summary(kinesis, stream)["EnhancedMonitoring"] == [{"ShardLevelMetrics": []}]


def test_the_mode_changes_and_the_shards_stay(kinesis: Any, stream: str) -> None:
    before = kinesis.describe_limits()
    arn = summary(kinesis, stream)["StreamARN"]
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    after = summary(kinesis, stream)
    assert after["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
    assert after["OpenShardCount"] == 3
    limits = kinesis.describe_limits()
    assert limits["OnDemandStreamCount"] == before["OnDemandStreamCount"] + 1
    assert limits["OpenShardCount"] == before["OpenShardCount"] - 3
    assert (limits["ShardLimit"], limits["OnDemandStreamCountLimit"]) == (20_000, 50)


def test_a_new_stream_has_nothing_of_one_of_its_name(kinesis: Any) -> None:
    name = unique("again")
    for _ in range(2):
        kinesis.create_stream(StreamName=name, ShardCount=1)
        kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
        assert summary(kinesis, name)["EnhancedMonitoring"] == [{"ShardLevelMetrics": []}]
        kinesis.enable_enhanced_monitoring(StreamName=name, ShardLevelMetrics=["IncomingBytes"])
        kinesis.delete_stream(StreamName=name)


def test_a_resource_policy_is_given_back_as_it_was(kinesis: Any, stream: str) -> None:
    arn = summary(kinesis, stream)["StreamARN"]
    assert kinesis.get_resource_policy(ResourceARN=arn)["Policy"] == "{}"
    text = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kinesis:PutRecord"}]}
    )
    kinesis.put_resource_policy(ResourceARN=arn, Policy=text)
    assert kinesis.get_resource_policy(ResourceARN=arn)["Policy"] == text
    kinesis.delete_resource_policy(ResourceARN=arn)
    assert refusal(lambda: kinesis.delete_resource_policy(ResourceARN=arn))[0] == "ResourceNotFoundException"
    absent = arn + "-absent"
    assert (
        refusal(lambda: kinesis.put_resource_policy(ResourceARN=absent, Policy=text))[0]
        == "ResourceNotFoundException"
    )
    assert (
        refusal(lambda: kinesis.put_resource_policy(ResourceARN=arn, Policy="{"))[0]
        == "InvalidArgumentException"
    )


def ids(answer: Any) -> list[str]:
    return [shard["ShardId"][-1] for shard in answer["Shards"]]


def test_pages_by_the_token_alone(kinesis: Any, stream: str) -> None:
    first = kinesis.list_shards(StreamName=stream, MaxResults=1)
    second = kinesis.list_shards(NextToken=first["NextToken"], MaxResults=1)
    third = kinesis.list_shards(NextToken=second["NextToken"], MaxResults=1)
    assert [*ids(first), *ids(second), *ids(third)] == ["0", "1", "2"]
    assert "NextToken" not in third


def test_the_filter_of_the_first_page_holds_for_the_others(kinesis: Any, stream: str) -> None:
    kinesis.split_shard(StreamName=stream, ShardToSplit="shardId-000000000001", NewStartingHashKey=MIDDLE)
    kinesis.get_waiter("stream_exists").wait(StreamName=stream, WaiterConfig={"Delay": 1})
    first = kinesis.list_shards(StreamName=stream, MaxResults=2, ShardFilter={"Type": "AT_LATEST"})
    assert ids(first) == ["0", "2"]
    assert ids(kinesis.list_shards(NextToken=first["NextToken"])) == ["3", "4"]
    # MiniStack keeps no closed shards: what is left covers the whole hash range.
    at_horizon = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_TRIM_HORIZON"})
    assert ids(at_horizon) == ["0", "2", "3", "4"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "Either NextToken or StreamName should be provided."),
        ({"token": True, "named": True}, "NextToken and StreamName cannot be provided together."),
        (
            {"token": True, "ShardFilter": {"Type": "AT_LATEST"}},
            "NextToken and ShardFilter cannot be provided together.",
        ),
        (
            {"token": True, "ExclusiveStartShardId": "shardId-000000000000"},
            "NextToken and ExclusiveStartShardId cannot be provided together.",
        ),
        ({"NextToken": "bm90IGEgdG9rZW4="}, "NextToken is invalid."),
        ({"named": True, "ShardFilter": {"Type": "AFTER_SHARD_ID"}}, "ShardId must be provided"),
        ({"named": True, "ShardFilter": {"Type": "AT_TIMESTAMP"}}, "Timestamp must be provided"),
    ],
    ids=["neither", "token-name", "token-filter", "token-start", "strange-token", "no-shard", "no-time"],
)
def test_what_is_refused(asked: dict[str, Any], message: str, kinesis: Any, stream: str) -> None:
    wanted = {name: value for name, value in asked.items() if name not in ("token", "named")}
    if asked.get("token"):
        wanted["NextToken"] = kinesis.list_shards(StreamName=stream, MaxResults=1)["NextToken"]
    if asked.get("named"):
        wanted["StreamName"] = stream
    code, said = refusal(lambda: kinesis.list_shards(**wanted))
    assert (code, message in said) == ("InvalidArgumentException", True), said


class Stream:
    """A stream whose shards a test sets; the trim horizon is a day ago."""

    def __init__(self) -> None:
        self.shards: list[dict[str, Any]] = []

    def describe_stream(self, **_asked: Any) -> Any:
        return {"StreamDescription": {"Shards": self.shards, "HasMoreShards": False}}

    def describe_stream_summary(self, **_asked: Any) -> Any:
        return {"StreamDescriptionSummary": {"RetentionPeriodHours": 24}}


def shard(number: int, *, closed: bool = False, parent: int | None = None) -> dict[str, Any]:
    parents = {} if parent is None else {"ParentShardId": f"shardId-{parent:012}"}
    sequence = {"StartingSequenceNumber": "1", **({"EndingSequenceNumber": "2"} if closed else {})}
    return {"ShardId": f"shardId-{number:012}", "SequenceNumberRange": sequence, **parents}


@pytest.mark.parametrize(
    ("kind", "moment", "listed"),
    [
        ("FROM_TRIM_HORIZON", None, ["0", "1"]),
        ("AT_TRIM_HORIZON", None, ["0"]),
        ("AT_LATEST", None, ["1"]),
        ("AT_TIMESTAMP", 500.0, ["0"]),
        ("AT_TIMESTAMP", 1500.0, ["0"]),
        ("AT_TIMESTAMP", 2500.0, ["1"]),
        ("FROM_TIMESTAMP", 1500.0, ["0", "1"]),
        ("FROM_TIMESTAMP", 2500.0, ["1"]),
    ],
)
def test_shards_by_their_times(kind: str, moment: float | None, listed: list[str], tmp_path: Path) -> None:
    now = [1000.0]
    noted = Noted(Kept(tmp_path), lambda: now[0])
    stream: Any = Stream()
    stream.shards = [shard(0)]
    noted.update("s", stream.shards)
    now[0] = 2000.0
    stream.shards = [shard(0, closed=True), shard(1, parent=0)]
    noted.update("s", stream.shards)
    now[0] = 3000.0
    asked: dict[str, Any] = {"Type": kind, **({} if moment is None else {"Timestamp": moment})}
    assert (
        ids(Listing(noted, lambda: now[0]).answer(stream, {"StreamName": "s", "ShardFilter": asked}))
        == listed
    )


def test_shards_that_have_expired_are_listed_no_more_and_tokens_neither(tmp_path: Path) -> None:
    now = [1000.0]
    noted = Noted(Kept(tmp_path), lambda: now[0])
    listing = Listing(noted, lambda: now[0])
    stream: Any = Stream()
    stream.shards = [shard(0, closed=True), shard(1), shard(2)]
    noted.update("s", stream.shards)
    token = listing.answer(stream, {"StreamName": "s", "MaxResults": 1})["NextToken"]
    now[0] += 301
    with pytest.raises(Exception, match="ExpiredNextTokenException"):
        listing.answer(stream, {"NextToken": token})
    now[0] += 24 * 3600
    assert ids(listing.answer(stream, {"StreamName": "s"})) == ["1", "2"]
