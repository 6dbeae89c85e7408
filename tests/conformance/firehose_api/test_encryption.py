"""Server-side encryption of the stream itself; reference 1.2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.firehose_api.streams import ROLE_ARN, describe, make, plain, refusal, refused
from tests.gateway_fixture import unique
from tests.unit.firehose.support import PACE_SECONDS
from tests.waiting import wait_until

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws
    from tests.unit.firehose.support import Firehose

_OWNED = {"KeyType": "AWS_OWNED_CMK"}
_MISSING_KEY = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000"
_ONLY_DIRECT_PUT = (
    "Server side encryption from firehose is only allowed for direct put delivery streams and database as a "
    "source delivery streams"
)


def encryption(local_aws: LocalAws, name: str) -> dict[str, Any]:
    found: dict[str, Any] = describe(local_aws, name)["DeliveryStreamEncryptionConfiguration"]
    return found


def test_starting_and_stopping(firehose: Firehose) -> None:
    """ENABLING, then ENABLED; DISABLING, then DISABLED; a change waits for the one before."""

    def state() -> dict[str, Any]:
        found = firehose.describe("orders")["DeliveryStreamEncryptionConfiguration"]
        return {name: value for name, value in found.items() if value is not None}

    firehose.create_active("orders")
    firehose(
        "StartDeliveryStreamEncryption",
        DeliveryStreamName="orders",
        DeliveryStreamEncryptionConfigurationInput={"KeyType": "AWS_OWNED_CMK"},
    )
    assert state()["Status"] == "ENABLING"
    code, _ = firehose.refusal("StopDeliveryStreamEncryption", DeliveryStreamName="orders")
    assert code == "ResourceInUseException"
    firehose.now += PACE_SECONDS
    assert state() == {"Status": "ENABLED", "KeyType": "AWS_OWNED_CMK"}
    put = firehose("PutRecord", DeliveryStreamName="orders", Record={"Data": b"x"})
    assert put["Encrypted"] is True
    firehose("StopDeliveryStreamEncryption", DeliveryStreamName="orders")
    assert state()["Status"] == "DISABLING"
    firehose.now += PACE_SECONDS
    assert state()["Status"] == "DISABLED"
    assert firehose.describe("orders")["VersionId"] == "1"


def test_encryption_from_the_beginning_with_a_customer_key(local_aws: LocalAws) -> None:
    key_arn = local_aws.clients.client("kms").create_key()["KeyMetadata"]["Arn"]
    wanted = {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key_arn}
    name = make(local_aws, DeliveryStreamEncryptionConfigurationInput=wanted)
    wait_until(lambda: encryption(local_aws, name)["Status"] == "ENABLED", "the stream is encrypted")
    assert encryption(local_aws, name) == {"Status": "ENABLED", **wanted}


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (
            {"KeyType": "CUSTOMER_MANAGED_CMK"},
            "KeyARN has to be specified when KeyType is CUSTOMER_MANAGED_CMK",
        ),
        ({**_OWNED, "KeyARN": _MISSING_KEY}, "KeyARN cannot be specified when KeyType is AWS_OWNED_CMK"),
        (
            {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": _MISSING_KEY.replace("us-east-1", "eu-west-1")},
            "Cross-region keys are not allowed for SSE. Please provide CMKs in the same region as firehose",
        ),
    ],
)
def test_recorded_refusals(local_aws: LocalAws, wanted: dict[str, str], message: str) -> None:
    assert refused(local_aws, plain(), DeliveryStreamEncryptionConfigurationInput=wanted) == message


def test_a_key_that_is_not_there(local_aws: LocalAws) -> None:
    wanted = {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": _MISSING_KEY}
    code, _ = refusal(lambda: make(local_aws, DeliveryStreamEncryptionConfigurationInput=wanted))
    assert code == "InvalidKMSResourceException"


def test_a_kinesis_source_has_its_own(local_aws: LocalAws) -> None:
    """Reference 1.2."""
    kinesis = local_aws.clients.client("kinesis")
    source = unique("source")
    kinesis.create_stream(StreamName=source, ShardCount=1)
    stream_arn = kinesis.describe_stream_summary(StreamName=source)["StreamDescriptionSummary"]["StreamARN"]
    parameters: dict[str, Any] = {
        "DeliveryStreamType": "KinesisStreamAsSource",
        "KinesisStreamSourceConfiguration": {"KinesisStreamARN": stream_arn, "RoleARN": ROLE_ARN},
    }
    message = refused(local_aws, plain(), DeliveryStreamEncryptionConfigurationInput=_OWNED, **parameters)
    assert message == _ONLY_DIRECT_PUT
    firehose = local_aws.unchecked("firehose")
    name = make(local_aws, **parameters)
    expected = ("InvalidArgumentException", _ONLY_DIRECT_PUT)
    assert refusal(lambda: firehose.start_delivery_stream_encryption(DeliveryStreamName=name)) == expected
    assert refusal(lambda: firehose.stop_delivery_stream_encryption(DeliveryStreamName=name)) == expected
    assert "DeliveryStreamEncryptionConfiguration" not in describe(local_aws, name)
