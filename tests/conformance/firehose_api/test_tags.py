"""Tags of a delivery stream: 50 at most, keys once, listed in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conformance.firehose_api.streams import describe, make, plain, refusal, refused

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws


def tags(local_aws: LocalAws, name: str, **parameters: Any) -> dict[str, str]:
    answer = local_aws.unchecked("firehose").list_tags_for_delivery_stream(
        DeliveryStreamName=name, **parameters
    )
    return {tag["Key"]: tag.get("Value", "") for tag in answer["Tags"]}


def test_tags_of_creation_are_added_to_replaced_and_removed(local_aws: LocalAws) -> None:
    firehose = local_aws.unchecked("firehose")
    name = make(local_aws, Tags=[{"Key": "team", "Value": "data"}, {"Key": "flag"}])
    assert tags(local_aws, name) == {"team": "data", "flag": ""}
    firehose.tag_delivery_stream(
        DeliveryStreamName=name, Tags=[{"Key": "team", "Value": "lake"}, {"Key": "größe", "Value": "1 m/s"}]
    )
    assert tags(local_aws, name) == {"team": "lake", "flag": "", "größe": "1 m/s"}
    firehose.untag_delivery_stream(DeliveryStreamName=name, TagKeys=["flag", "not there"])
    assert tags(local_aws, name) == {"team": "lake", "größe": "1 m/s"}
    assert describe(local_aws, name)["VersionId"] == "1", "tags are no configuration change"


def test_pages(local_aws: LocalAws) -> None:
    name = make(local_aws, Tags=[{"Key": f"k{number:02}", "Value": str(number)} for number in range(50)])
    firehose = local_aws.unchecked("firehose")
    page = firehose.list_tags_for_delivery_stream(DeliveryStreamName=name, Limit=20)
    assert [tag["Key"] for tag in page["Tags"]] == [f"k{number:02}" for number in range(20)]
    assert page["HasMoreTags"] is True
    rest = firehose.list_tags_for_delivery_stream(DeliveryStreamName=name, ExclusiveStartTagKey="k19")
    assert len(rest["Tags"]) == 30
    assert rest["HasMoreTags"] is False


def test_limits(local_aws: LocalAws) -> None:
    name = make(local_aws, Tags=[{"Key": f"k{number}"} for number in range(50)])
    firehose = local_aws.unchecked("firehose")
    code, _ = refusal(lambda: firehose.tag_delivery_stream(DeliveryStreamName=name, Tags=[{"Key": "more"}]))
    assert code == "LimitExceededException"
    firehose.tag_delivery_stream(DeliveryStreamName=name, Tags=[{"Key": "k0", "Value": "replaced"}])
    twice = [{"Key": "a"}, {"Key": "a"}]
    assert "given twice" in refused(local_aws, plain(), Tags=twice)
    code, _ = refusal(lambda: make(local_aws, Tags=[{"Key": "aws:reserved"}]))
    assert code == "ValidationException"


def test_tags_of_a_stream_that_is_not_there(local_aws: LocalAws) -> None:
    firehose = local_aws.unchecked("firehose")
    code, _ = refusal(lambda: firehose.list_tags_for_delivery_stream(DeliveryStreamName="none"))
    assert code == "ResourceNotFoundException"
