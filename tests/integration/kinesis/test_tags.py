"""Tags of streams, through boto3 and the real gateway."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import LocalAws, unique


def test_tags_given_at_creation_are_kept(local_aws: LocalAws) -> None:
    client, name = local_aws.clients.client("kinesis"), unique("tagged")
    client.create_stream(StreamName=name, ShardCount=1, Tags={"Project": "lake"})
    client.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    arn = client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    assert client.list_tags_for_stream(StreamName=name)["Tags"] == [{"Key": "Project", "Value": "lake"}]
    client.tag_resource(ResourceARN=arn, Tags={"Stage": "local"})
    assert {tag["Key"] for tag in client.list_tags_for_resource(ResourceARN=arn)["Tags"]} == {
        "Project",
        "Stage",
    }
    client.untag_resource(ResourceARN=arn, TagKeys=["Project"])
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "Stage", "Value": "local"}]


def test_what_ministack_refuses_is_refused(local_aws: LocalAws) -> None:
    client, name = local_aws.clients.client("kinesis"), unique("twice")
    client.create_stream(StreamName=name, ShardCount=1)
    with pytest.raises(ClientError) as refused:
        client.create_stream(StreamName=name, ShardCount=1)
    assert refused.value.response["Error"]["Code"] == "ResourceInUseException"
    with pytest.raises(ClientError, match="is not the ARN of a stream"):
        client.list_tags_for_resource(ResourceARN="arn:aws:kinesis:us-east-1:000000000000:channel/x")
