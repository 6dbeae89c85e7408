"""A gateway that is killed, as a power cut does, and started again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.gateway_fixture import LocalAws
from tests.waiting import wait_until


def test_what_was_made_before_a_kill_is_there_after_it_and_the_kill_is_said(
    make_local_aws: Callable[..., LocalAws],
) -> None:
    aws = make_local_aws()
    kinesis, iam = aws.clients.client("kinesis"), aws.clients.client("iam")
    glue, s3 = aws.clients.client("glue"), aws.clients.client("s3")
    kinesis.create_stream(StreamName="orders", ShardCount=1)
    glue.create_database(DatabaseInput={"Name": "lake"})
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17"}))
    s3.create_bucket(Bucket="killed-data")
    s3.put_object(Bucket="killed-data", Key="a/key", Body=b"kept")
    put = kinesis.put_record(StreamName="orders", Data=b"before", PartitionKey="p")
    states = aws.settings.ministack_dir / "state"
    wanted = {"kinesis": "orders", "glue": "lake", "iam": "reader", "s3": "killed-data"}
    wait_until(
        lambda: all(_has(states / f"{name}.json", text) for name, text in wanted.items()), "saved states"
    )

    aws.kill()
    started = aws.command("up")
    assert started.returncode == 0, started.stderr
    assert "the local AWS had been killed" in started.stdout + started.stderr
    assert (
        kinesis.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]["OpenShardCount"]
        == 1
    )
    assert glue.get_database(Name="lake")["Database"]["Name"] == "lake"
    assert iam.get_role(RoleName="reader")["Role"]["RoleName"] == "reader"
    assert s3.get_object(Bucket="killed-data", Key="a/key")["Body"].read() == b"kept"
    # A checkpoint that is further than the stream's saved records must not swallow those that come now.
    after = kinesis.put_record(StreamName="orders", Data=b"after", PartitionKey="p")
    assert int(after["SequenceNumber"]) > int(put["SequenceNumber"])

    aws.stop()
    again = aws.command("up")
    assert "had been killed" not in again.stdout + again.stderr


def _has(file: Path, text: str) -> bool:
    return file.is_file() and text in file.read_text(encoding="utf-8")
