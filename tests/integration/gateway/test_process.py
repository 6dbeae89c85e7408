"""Starting, finding, stopping and surviving: the commands as a person uses them."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from local_aws import process, running
from local_aws.config import Settings
from tests.gateway_fixture import LocalAws, free_port, unique
from tests.integration.gateway.test_pass_through import ROLE_ARN, function_zip
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeLocalAws = Callable[..., LocalAws]


def delivery(instance: LocalAws) -> dict[str, object]:
    found: dict[str, object] = {}

    def answers() -> bool:
        # A gateway that is busy may let a probe wait for longer than the probe does.
        content = process.health(instance.settings)
        found.update(content["delivery"] if content else {})
        return content is not None

    wait_until(answers, "the gateway answers")
    return found


def test_up_says_where_and_what_next_and_is_repeatable(local_aws: LocalAws) -> None:
    instance = local_aws
    again = instance.command("up")
    assert again.returncode == 0
    first, second = again.stdout.splitlines()
    assert first.startswith(f"The local AWS runs already: {instance.endpoint} (pid {instance.gateway_pid()}")
    assert second == "Next: make deploy"


def test_status_as_text_and_as_json(make_local_aws: MakeLocalAws) -> None:
    instance = make_local_aws()
    done = instance.command("status", "--output", "json")
    assert done.returncode == 0
    content = json.loads(done.stdout)
    assert content["running"] is True
    assert content["pid"] == instance.gateway_pid()
    assert content["state_dir"] == str(instance.settings.state_dir)
    assert "firehose" in content["services"]
    assert content["delivery"] == {"state": "disabled"}
    assert instance.endpoint in instance.command("status").stdout
    instance.stop()
    done = instance.command("status", "--output", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"running": False}
    assert "Next: make up" in instance.command("status").stdout


def test_down_ends_everything_including_the_processes_of_functions(make_local_aws: MakeLocalAws) -> None:
    instance = make_local_aws(delivery=True)
    client = instance.clients.client("lambda")
    client.create_function(
        FunctionName="pid",
        Runtime="python3.12",
        Role=ROLE_ARN,
        Handler="index.handler",
        Code={"ZipFile": function_zip("import os\n\ndef handler(event, context):\n    return os.getpid()\n")},
    )
    worker = psutil.Process(int(client.invoke(FunctionName="pid", Payload=b"{}")["Payload"].read()))
    family = instance.family()
    assert worker in family
    assert len(family) >= 3, "gateway, delivery engine, function"
    done = instance.command("down")
    assert done.returncode == 0
    assert "flushed, saved and stopped" in done.stdout
    assert "Killed" not in done.stdout
    assert not [one for one in family if running.alive(one.pid, one.create_time())]
    assert instance.command("down").stdout.startswith("No local AWS runs")


def test_what_does_not_end_in_time_is_killed_and_named(make_local_aws: MakeLocalAws) -> None:
    instance = make_local_aws(delivery=True)
    family = instance.family()
    family[0].suspend()
    done = instance.command("down", "--timeout", "0.5")
    assert done.returncode == 1
    assert "Killed after 0.5 s: " in done.stdout
    assert str(family[0].pid) in done.stdout
    assert not [one for one in family if running.alive(one.pid, one.create_time())]
    assert running.port_is_free(instance.settings) is None


def test_a_taken_port_is_named_with_its_holder(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        instance = LocalAws(without_engine(tmp_path, port))
        done = instance.command("up")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: port {port} on 127.0.0.1 is taken by ")
    assert f"(pid {os.getpid()})" in done.stderr


def test_a_state_folder_belongs_to_one_instance(local_aws: LocalAws) -> None:
    instance = local_aws
    other = LocalAws(without_engine(instance.settings.state_dir, free_port()))
    done = other.command("up")
    assert done.returncode == 1
    assert f"runs already, on port {instance.settings.port}" in done.stderr
    done = other.command("serve")
    assert done.returncode == 1
    assert "another instance uses the state folder" in done.stderr


def test_two_instances_side_by_side(local_aws: LocalAws, make_local_aws: MakeLocalAws) -> None:
    local_aws.clients.client("s3").create_bucket(Bucket=unique("only-here"))
    two = make_local_aws()
    assert two.clients.client("s3").list_buckets()["Buckets"] == []


def test_a_wrong_setting_is_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = LocalAws(without_engine(tmp_path, free_port()))
    done = instance.command("--port", "no")
    assert done.returncode == 2
    monkeypatch.setattr("local_aws.config.Settings.to_environment", lambda _: {"STREAMLAKE_PORT": "x"})
    done = instance.command("status")
    assert done.returncode == 2
    assert done.stderr == "error: STREAMLAKE_PORT is 'x'; allowed is a whole number from 1 to 65535\n"


def test_the_lake_is_there_after_down_and_up(make_local_aws: MakeLocalAws) -> None:
    """Objects, tables, unread stream records, functions and delivery streams."""
    instance = make_local_aws()
    clients = instance.clients
    clients.client("s3").create_bucket(Bucket="kept")
    clients.client("s3").put_object(Bucket="kept", Key="a/b", Body=b"content")
    glue = clients.client("glue")
    glue.create_database(DatabaseInput={"Name": "lake"})
    columns: Any = [{"Name": "id", "Type": "string"}]
    glue.create_table(
        DatabaseName="lake", TableInput={"Name": "events", "StorageDescriptor": {"Columns": columns}}
    )
    kinesis = clients.client("kinesis")
    kinesis.create_stream(StreamName="events", ShardCount=1)
    clients.client("kinesis").get_waiter("stream_exists").wait(StreamName="events")
    kinesis.put_record(StreamName="events", Data=b"unread", PartitionKey="k")
    firehose = clients.client("firehose")
    firehose.create_delivery_stream(
        DeliveryStreamName="kept",
        S3DestinationConfiguration={"RoleARN": ROLE_ARN, "BucketARN": "arn:aws:s3:::kept"},
        Tags=[{"Key": "a", "Value": "b"}],
    )
    described = firehose.describe_delivery_stream(DeliveryStreamName="kept")["DeliveryStreamDescription"]

    instance.stop()
    instance.start()

    body = clients.client("s3").get_object(Bucket="kept", Key="a/b")["Body"].read()
    assert body == b"content"
    assert (
        glue.get_table(DatabaseName="lake", Name="events")["Table"]["StorageDescriptor"]["Columns"] == columns
    )
    shard_id = kinesis.list_shards(StreamName="events")["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(
        StreamName="events", ShardId=shard_id, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    assert [record["Data"] for record in kinesis.get_records(ShardIterator=iterator)["Records"]] == [
        b"unread"
    ]
    again = firehose.describe_delivery_stream(DeliveryStreamName="kept")["DeliveryStreamDescription"]
    assert again == {**described, "DeliveryStreamStatus": "ACTIVE"}
    tags = firehose.list_tags_for_delivery_stream(DeliveryStreamName="kept")["Tags"]
    assert tags == [{"Key": "a", "Value": "b"}]


def test_nothing_is_written_outside_the_state_folder(local_aws: LocalAws) -> None:
    instance, name = local_aws, unique("where")
    client = instance.clients.client("lambda")
    client.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=ROLE_ARN,
        Handler="index.handler",
        Code={"ZipFile": function_zip("import os\n\ndef handler(event, context):\n    return os.getcwd()\n")},
    )
    folder = json.loads(client.invoke(FunctionName=name, Payload=b"{}")["Payload"].read())
    assert folder.startswith(str(instance.settings.run_dir / "tmp"))
    opened = {
        file.path
        for one in instance.family()
        for file in one.open_files()
        if file.mode in ("w", "a", "w+", "a+")
    }
    assert all(path.startswith(str(instance.settings.state_dir)) for path in opened), opened


def test_an_engine_that_crashes_is_started_again(make_local_aws: MakeLocalAws) -> None:
    instance = make_local_aws(delivery=True)
    assert delivery(instance)["state"] == "running"
    first = delivery(instance)["pid"]
    assert isinstance(first, int)
    psutil.Process(first).kill()
    wait_until(lambda: delivery(instance)["restarts"] == 1, "the engine is started again")
    wait_until(lambda: delivery(instance)["state"] == "running", "the engine runs")
    assert delivery(instance)["pid"] != first
    assert delivery(instance)["last_exit_code"] == -9


def test_a_killed_gateway_leaves_no_process_and_can_be_started_again(make_local_aws: MakeLocalAws) -> None:
    instance = make_local_aws(delivery=True)
    firehose = instance.clients.client("firehose")
    firehose.create_delivery_stream(
        DeliveryStreamName="survives",
        S3DestinationConfiguration={"RoleARN": ROLE_ARN, "BucketARN": "arn:aws:s3:::b"},
    )
    instance.kill()
    assert running.find(instance.settings) is None
    instance.start()
    assert firehose.list_delivery_streams()["DeliveryStreamNames"] == ["survives"]


def test_what_a_killed_gateway_leaves_is_told_and_ended(make_local_aws: MakeLocalAws) -> None:
    """The engine is stopped, as one that hangs: it does not notice that its gateway is gone."""
    instance = make_local_aws(delivery=True)
    wait_until(lambda: delivery(instance)["state"] == "running", "the engine runs")
    pid = delivery(instance)["pid"]
    assert isinstance(pid, int)
    engine = psutil.Process(pid)
    started = engine.create_time()
    engine.suspend()
    psutil.Process(instance.gateway_pid()).kill()
    wait_until(lambda: running.find(instance.settings) is None, "the gateway is gone")
    told = instance.command("status")
    assert told.returncode == 1
    assert f"a gateway that is gone: {engine.pid}" in told.stdout
    done = instance.command("down")
    assert done.returncode == 1
    assert str(engine.pid) in done.stdout
    assert "did not save everything when it ended (it was killed)" in done.stdout
    assert running.alive(engine.pid, started) is None
    instance.start()
    assert instance.command("status").returncode == 0
    assert instance.command("down").returncode == 0
    assert instance.command("down").returncode == 0


def test_acknowledged_direct_put_records_are_delivered_across_a_restart(make_local_aws: MakeLocalAws) -> None:
    instance = make_local_aws(delivery=True)
    s3, firehose = instance.clients.client("s3"), instance.clients.client("firehose")
    s3.create_bucket(Bucket="lake")
    firehose.create_delivery_stream(
        DeliveryStreamName="direct",
        S3DestinationConfiguration={
            "RoleARN": ROLE_ARN,
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1},
        },
    )
    sent = [f"{number}\n".encode() for number in range(1000)]
    firehose.put_record_batch(DeliveryStreamName="direct", Records=[{"Data": data} for data in sent[:500]])
    instance.stop()
    instance.start()
    firehose.put_record_batch(DeliveryStreamName="direct", Records=[{"Data": data} for data in sent[500:]])

    def delivered() -> bytes:
        found = s3.list_objects_v2(Bucket="lake").get("Contents", [])
        return b"".join(s3.get_object(Bucket="lake", Key=one["Key"])["Body"].read() for one in found)

    wait_until(lambda: len(delivered()) >= len(b"".join(sent)), "everything is delivered")
    assert sorted(delivered().split()) == sorted(b"".join(sent).split())


def without_engine(state_dir: Path, port: int) -> Settings:
    return Settings(port=port, state_dir=state_dir, delivery_enabled=False)
