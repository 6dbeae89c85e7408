"""The publisher's own zip, run by the local AWS: records arrive in a real stream."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from scripts import package_functions
from scripts.paths import SCHEMAS, TERRAFORM
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.gateway_fixture import LocalAws

    Invoke = Callable[[Any], tuple[bool, Any]]

SAMPLE = re.compile(r"```json\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def stream(local_aws: LocalAws) -> str:
    name = unique("published")
    kinesis = local_aws.clients.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return name


@pytest.fixture(scope="module")
def invoke(local_aws: LocalAws, stream: str, tmp_path_factory: pytest.TempPathFactory) -> Invoke:
    """A function that calls the publisher; gives whether it failed, and its answer."""
    folder: Path = tmp_path_factory.mktemp("packages")
    package_functions.pack(SCHEMAS, folder)
    name = unique("publisher")
    role = local_aws.clients.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]
    functions = local_aws.clients.client("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role["Arn"],
        Handler="lambda_publisher.handler.handler",
        Code={"ZipFile": (folder / "publisher.zip").read_bytes()},
        Timeout=60,
        Environment={"Variables": {"STREAMS": json.dumps({"events": stream}), "DEFAULT_DATASET": "events"}},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)

    def call(event: Any) -> tuple[bool, Any]:
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        return "FunctionError" in answer, json.loads(answer["Payload"].read())

    return call


def records(local_aws: LocalAws, stream: str) -> list[dict[str, Any]]:
    """Read everything that is in the stream."""
    kinesis = local_aws.clients.client("kinesis")
    found: list[dict[str, Any]] = []
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found += [
            json.loads(record["Data"]) for record in kinesis.get_records(ShardIterator=iterator)["Records"]
        ]
    return found


def test_the_sample_events_of_the_readme_arrive(local_aws: LocalAws, stream: str, invoke: Invoke) -> None:
    samples = SAMPLE.findall((TERRAFORM / "modules/publisher/README.md").read_text(encoding="utf-8"))
    assert len(samples) >= 2
    before = len(records(local_aws, stream))
    sent = 0
    for sample in samples:
        failed, answer = invoke(json.loads(sample))
        assert not failed, answer
        assert (answer["dataset"], answer["stream"], answer["invalid"]) == ("events", stream, 0)
        sent += answer["sent"]
    arrived = records(local_aws, stream)[before:]
    assert len(arrived) == sent > len(samples)
    assert len({one["event_uuid"] for one in arrived}) == sent


def test_what_the_contract_refuses_is_not_sent(local_aws: LocalAws, stream: str, invoke: Invoke) -> None:
    before = len(records(local_aws, stream))
    wrong = {"event_uuid": "{{uuid}}", "event_name": "course:viewed", "created_at": "yesterday"}
    failed, answer = invoke([wrong])
    assert failed
    told = json.loads(answer["errorMessage"])
    assert (told["sent"], told["invalid"]) == (0, 1)
    assert re.match(r"\$\.\w+: ", told["reasons"][0]["reason"])
    assert len(records(local_aws, stream)) == before


def test_an_unknown_dataset_is_named(invoke: Invoke) -> None:
    failed, answer = invoke({"dataset": "clicks", "events": [{"a": 1}]})
    assert failed
    assert "the dataset is 'clicks'; there are events" in answer["errorMessage"]
