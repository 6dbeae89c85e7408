"""The delivery engine as it runs: a process of its own behind a real gateway."""

from __future__ import annotations

import base64
import signal
from typing import TYPE_CHECKING, Any

import psutil

from tests.gateway_fixture import LocalAws, unique
from tests.integration.delivery.stream import ROLE, Pipeline
from tests.waiting import LIMIT_SECONDS, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable


def engine_process(aws: LocalAws) -> psutil.Process:
    """Give the process of the delivery engine."""
    for process in psutil.Process(aws.gateway_pid()).children(recursive=True):
        if "deliver" in process.cmdline():
            return process
    raise AssertionError("there is no delivery engine")


def test_every_record_arrives_exactly_once(local_aws_delivering: LocalAws) -> None:
    pipeline = Pipeline(local_aws_delivering, shards=2)
    pipeline.put(range(2000), poison_every=100, drop_every=50)
    poison = set(range(0, 2000, 100))
    dropped = set(range(1, 2000, 50)) - poison
    contents = pipeline.wait_for(2000 - len(poison) - len(dropped), len(poison))
    assert sorted(contents.rows) == sorted(set(range(2000)) - poison - dropped)
    assert sorted(base64.b64decode(raw) for raw in contents.failed) == sorted(
        f"poison {number} ".encode() for number in poison
    )
    assert {key.split("/")[1] for key in contents.data_keys} == {"kind=kind0", "kind=kind1", "kind=kind2"}
    assert all(key.startswith("errors/processing-failed/") for key in contents.error_keys)
    # However slowly they came, several records share an object.
    assert len(contents.data_keys) + len(contents.error_keys) < 2000 / 5


def test_records_put_before_the_delivery_stream_are_not_delivered(local_aws_delivering: LocalAws) -> None:
    pipeline = Pipeline(local_aws_delivering)
    pipeline.put(range(10))
    pipeline.wait_for(10)
    firehose = local_aws_delivering.clients.client("firehose")
    firehose.delete_delivery_stream(DeliveryStreamName=pipeline.name)
    pipeline.put(range(10, 20))

    def is_gone() -> bool:
        return pipeline.name not in firehose.list_delivery_streams()["DeliveryStreamNames"]

    wait_until(is_gone, "the delivery stream is deleted")
    request: dict[str, Any] = pipeline.request()
    firehose.create_delivery_stream(**request)
    pipeline.wait_active()
    pipeline.put(range(20, 30))
    contents = pipeline.wait_for(20)
    assert sorted(contents.rows) == [*range(10), *range(20, 30)]


def test_an_update_delivers_what_was_held_under_the_old_version(local_aws_delivering: LocalAws) -> None:
    pipeline = Pipeline(local_aws_delivering, interval_seconds=60)
    pipeline.put(range(100))
    pipeline.wait_until_read(100)
    firehose = local_aws_delivering.clients.client("firehose")
    update: Any = {
        "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 1},
        "Prefix": "new/kind=!{partitionKeyFromLambda:kind}/",
    }
    description = pipeline.describe()
    firehose.update_destination(
        DeliveryStreamName=pipeline.name,
        CurrentDeliveryStreamVersionId=description["VersionId"],
        DestinationId=description["Destinations"][0]["DestinationId"],
        ExtendedS3DestinationUpdate=update,
    )
    contents = pipeline.wait_for(100)
    assert sorted(contents.rows) == list(range(100))
    assert all(f"{pipeline.name}-1-" in key for key in contents.data_keys)
    pipeline.put(range(100, 200))
    s3 = local_aws_delivering.clients.client("s3")

    def new_keys() -> list[str]:
        found = s3.list_objects_v2(Bucket=pipeline.bucket, Prefix="new/").get("Contents", [])
        return [item["Key"] for item in found]

    wait_until(new_keys, "objects under the new prefix")
    assert all(f"{pipeline.name}-2-" in key for key in new_keys())


def test_a_direct_put_stream(local_aws_delivering: LocalAws) -> None:
    clients = local_aws_delivering.clients
    bucket, name = unique("direct"), unique("direct")
    clients.client("s3").create_bucket(Bucket=bucket)
    firehose = clients.client("firehose")
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1},
        },
    )

    def status() -> str:
        answer = firehose.describe_delivery_stream(DeliveryStreamName=name)
        return str(answer["DeliveryStreamDescription"]["DeliveryStreamStatus"])

    wait_until(lambda: status() == "ACTIVE", "the delivery stream is active")
    records: Any = [{"Data": b"%d\n" % number} for number in range(500)]
    firehose.put_record_batch(DeliveryStreamName=name, Records=records)
    firehose.put_record(DeliveryStreamName=name, Record={"Data": b"last\n"})
    s3 = clients.client("s3")

    def lines() -> list[bytes]:
        found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        bodies = [s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in found]
        return [line for body in bodies for line in body.splitlines()]

    wait_until(lambda: len(lines()) >= 501, "501 lines")
    assert sorted(lines()) == sorted([*(b"%d" % number for number in range(500)), b"last"])


def test_a_killed_engine_goes_on_without_loss_or_duplicates(make_local_aws: Callable[..., LocalAws]) -> None:
    aws = make_local_aws(delivery=True)
    pipeline = Pipeline(aws, shards=2)
    for start in range(0, 3000, 1000):
        pipeline.put(range(start, start + 1000), poison_every=200)
        engine = engine_process(aws)
        engine.kill()
        engine.wait(LIMIT_SECONDS)
        wait_until(lambda: _has_engine(aws), "the engine is started again")
    contents = pipeline.wait_for(3000 - 15, 15)
    assert sorted(contents.rows) == [number for number in range(3000) if number % 200]
    assert len(contents.failed) == len(set(contents.failed)) == 15


def _has_engine(aws: LocalAws) -> bool:
    try:
        engine_process(aws)
    except AssertionError:
        return False
    return True


def test_a_stop_delivers_everything_that_is_held(make_local_aws: Callable[..., LocalAws]) -> None:
    aws = make_local_aws(delivery=True)
    pipeline = Pipeline(aws, interval_seconds=300)
    pipeline.put(range(1000))
    pipeline.wait_until_read(1000)
    engine = engine_process(aws)
    engine.send_signal(signal.SIGTERM)
    assert engine.wait(LIMIT_SECONDS) in (0, None)
    contents = pipeline.contents()
    assert sorted(contents.rows) == list(range(1000))
    assert sorted(contents.ids_in_backup()) == list(range(1000))
