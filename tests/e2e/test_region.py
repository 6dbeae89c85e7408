"""An example in the Region that it has by itself, beside the Region of the local AWS: it settles, and events arrive."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_aws.clients import Clients
from scripts import package_transform
from scripts.paths import SCHEMAS
from tests.e2e.catalog_stack import Configuration, transformed
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.gateway_fixture import LocalAws

REGION = "eu-west-1"
NAME = "minimal-lake"


@pytest.mark.slow
def test_the_smallest_example_settles_in_its_own_region(
    make_local_aws: Callable[..., LocalAws], tmp_path: Path
) -> None:
    local_aws = make_local_aws(delivery=True)
    packages = tmp_path / "packages"
    package_transform.pack(SCHEMAS, packages, ["events"])
    example = Configuration(
        tmp_path / "copy", local_aws, folder="examples/minimal", variables={"packages_dir": str(packages)}
    )
    example.apply()
    assert example.plan_is_empty()
    clients = Clients(local_aws.endpoint, REGION)
    streams = clients.client("kinesis").list_streams()
    assert [one["StreamARN"].split(":")[3] for one in streams["StreamSummaries"]] == [REGION]
    [event] = transformed("events", 1, tmp_path / "transformed")
    clients.client("kinesis").put_record(
        StreamName=streams["StreamNames"][0], Data=json.dumps(event.sent).encode(), PartitionKey="k"
    )
    buckets = [one["Name"] for one in clients.client("s3").list_buckets()["Buckets"]]
    assert all(REGION in one for one in buckets)
    firehose = clients.client("firehose")
    [stream] = firehose.list_delivery_streams()["DeliveryStreamNames"]
    described = firehose.describe_delivery_stream(DeliveryStreamName=stream)["DeliveryStreamDescription"]
    target = described["Destinations"][0]["ExtendedS3DestinationDescription"]
    bucket = target["BucketARN"].rpartition(":")[2]

    def delivered() -> bool:
        listed = clients.client("s3").list_objects_v2(Bucket=bucket)
        return any(one["Key"].endswith(".parquet") for one in listed.get("Contents", []))

    # The example buffers for 300 seconds.
    wait_until(delivered, "the event in the lake", 600)
    example.destroy()
    home = Clients(local_aws.endpoint, local_aws.settings.region)
    assert home.client("kinesis").list_streams()["StreamNames"] == []
    home.close()
    clients.close()
