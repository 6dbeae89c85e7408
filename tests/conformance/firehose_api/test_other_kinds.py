"""Destinations and sources that the local Firehose does not have: refused, each by its name; reference 0.3, 1 and 8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.firehose_api.streams import DESTINATION_ID, ROLE_ARN, make, plain, refusal, refused
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws


def test_exactly_one_destination(local_aws: LocalAws) -> None:
    """Reference 0.3: the local engine delivers to S3."""
    firehose = local_aws.unchecked("firehose")
    code, message = refusal(lambda: firehose.create_delivery_stream(DeliveryStreamName=unique("none")))
    assert (code, message) == (
        "InvalidArgumentException",
        "Exactly one destination configuration is supported for a Firehose",
    )
    message = refused(local_aws, plain(), S3DestinationConfiguration=plain())
    assert message == "Exactly one destination configuration is supported for a Firehose"


_S3: dict[str, Any] = {"S3Configuration": plain()}
_ROLE = {"RoleARN": ROLE_ARN}


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (
            "Redshift",
            {
                "ClusterJDBCURL": "jdbc:redshift://c.redshift.amazonaws.com:5439/d",
                "CopyCommand": {"DataTableName": "t"},
                **_ROLE,
            },
        ),
        ("Elasticsearch", {"IndexName": "i", **_ROLE}),
        ("Amazonopensearchservice", {"IndexName": "i", **_ROLE}),
        ("AmazonOpenSearchServerless", {"IndexName": "i", **_ROLE}),
        ("Splunk", {"HECEndpoint": "https://splunk.test", "HECEndpointType": "Raw"}),
        ("HttpEndpoint", {"EndpointConfiguration": {"Url": "https://endpoint.test"}}),
        (
            "Snowflake",
            {
                "AccountUrl": "https://a.snowflakecomputing.com",
                "Database": "d",
                "Schema": "s",
                "Table": "t",
                **_ROLE,
            },
        ),
    ],
)
def test_other_destinations_are_refused_by_name(
    local_aws: LocalAws, kind: str, settings: dict[str, Any]
) -> None:
    """Reference 0.3: the local engine delivers to S3."""
    member = f"{kind}DestinationConfiguration"
    request = {"DeliveryStreamName": unique("other"), member: {**settings, **_S3}}
    assert refusal(lambda: local_aws.unchecked("firehose").create_delivery_stream(**request)) == (
        "InvalidArgumentException",
        f"{member} is given; the local Firehose delivers to S3 only: "
        "ExtendedS3DestinationConfiguration and S3DestinationConfiguration.",
    )


def test_iceberg_is_refused_for_now(local_aws: LocalAws) -> None:
    """Reference 8: it has its place but no engine yet."""
    catalog = {"CatalogConfiguration": {"CatalogARN": "arn:aws:glue:us-east-1:000000000000:catalog"}}
    request: dict[str, Any] = {"IcebergDestinationConfiguration": {**catalog, **_ROLE, **_S3}}
    request["DeliveryStreamName"] = unique("iceberg")
    assert refusal(lambda: local_aws.unchecked("firehose").create_delivery_stream(**request)) == (
        "InvalidArgumentException",
        "IcebergDestinationConfiguration is given; the local Firehose does not deliver to Iceberg tables yet, only "
        "to S3: ExtendedS3DestinationConfiguration and S3DestinationConfiguration.",
    )


def test_an_update_to_another_destination_is_refused(local_aws: LocalAws) -> None:
    """Reference 1.7: the type of the destination stays."""
    name = make(local_aws)
    request = {
        "DeliveryStreamName": name,
        "CurrentDeliveryStreamVersionId": "1",
        "DestinationId": DESTINATION_ID,
        "HttpEndpointDestinationUpdate": {"EndpointConfiguration": {"Url": "https://endpoint.test"}},
    }
    code, message = refusal(lambda: local_aws.unchecked("firehose").update_destination(**request))
    assert code == "InvalidArgumentException"
    assert message.startswith(
        "HttpEndpointDestinationUpdate is given; the local Firehose delivers to S3 only"
    )


@pytest.mark.parametrize("kind", ["MSKAsSource", "DatabaseAsSource"])
def test_other_sources_are_refused_by_name(local_aws: LocalAws, kind: str) -> None:
    """Reference 1: direct PUT and Kinesis streams."""
    assert refused(local_aws, plain(), DeliveryStreamType=kind) == (
        f"DeliveryStreamType is {kind}; the local Firehose reads DirectPut and KinesisStreamAsSource only."
    )
