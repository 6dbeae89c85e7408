"""Source backup, buffering, encryption, logging and roles of an S3 destination; reference 6 and 7."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.firehose_api.streams import (
    ROLE_ARN,
    destination,
    make,
    make_active,
    plain,
    refusal,
    refused,
    update,
)

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

_KEY = "arn:aws:kms:us-east-1:000000000000:key/k"


def test_a_backup_needs_its_configuration(local_aws: LocalAws) -> None:
    """Reference 6."""
    assert refused(local_aws, plain(S3BackupMode="Enabled")) == (
        "S3 backup destination configuration is required when enabling S3 backup."
    )


def test_a_backup_can_be_switched_on_later_and_never_off(local_aws: LocalAws) -> None:
    """Reference 6."""
    name = make_active(local_aws)
    update(local_aws, name, S3BackupMode="Enabled", S3BackupUpdate=plain(BucketARN="arn:aws:s3:::raw"))
    assert destination(local_aws, name)["S3BackupMode"] == "Enabled"
    assert refusal(lambda: update(local_aws, name, S3BackupMode="Disabled")) == (
        "InvalidArgumentException",
        "Disabling S3 backup is not currently supported.",
    )


@pytest.mark.parametrize("seconds", [0, 59])
def test_a_backup_has_no_short_interval(local_aws: LocalAws, seconds: int) -> None:
    """Reference 7: 60 to 900 s."""
    hints = {"SizeInMBs": 5, "IntervalInSeconds": seconds}
    settings = plain(S3BackupMode="Enabled", S3BackupConfiguration=plain(BufferingHints=hints))
    assert refused(local_aws, settings).endswith(f"is {seconds}; allowed are 60 to 900.")


def test_zero_buffering(local_aws: LocalAws) -> None:
    """Reference 7: an interval of 0 s is taken."""
    hints = {"SizeInMBs": 1, "IntervalInSeconds": 0}
    assert destination(local_aws, make(local_aws, plain(BufferingHints=hints)))["BufferingHints"] == hints


@pytest.mark.parametrize(("size", "interval"), [(129, 60), (5, 901)])
def test_hints_have_ranges(local_aws: LocalAws, size: int, interval: int) -> None:
    """Reference 7."""
    hints = {"SizeInMBs": size, "IntervalInSeconds": interval}
    code, message = refusal(lambda: make(local_aws, plain(BufferingHints=hints)))
    assert code == "ValidationException"
    assert "Value at 'extendedS3DestinationConfiguration.bufferingHints." in message


@pytest.mark.parametrize("hints", [{"SizeInMBs": 5}, {"IntervalInSeconds": 5}])
def test_both_hints_or_neither(local_aws: LocalAws, hints: dict[str, int]) -> None:
    """Reference 7."""
    assert "both SizeInMBs and IntervalInSeconds are required" in refused(
        local_aws, plain(BufferingHints=hints)
    )


def test_one_kind_of_encryption(local_aws: LocalAws) -> None:
    both = {"NoEncryptionConfig": "NoEncryption", "KMSEncryptionConfig": {"AWSKMSKeyARN": _KEY}}
    assert refused(local_aws, plain(EncryptionConfiguration=both)) == (
        "Exactly one of NoEncryptionConfig or KMSEncryptionConfig must be specified"
    )


def test_the_key_is_in_the_buckets_region(local_aws: LocalAws) -> None:
    key = _KEY.replace("us-east-1", "eu-west-1")
    settings = plain(EncryptionConfiguration={"KMSEncryptionConfig": {"AWSKMSKeyARN": key}})
    assert refused(local_aws, settings) == (
        f"KMS Key {key} does not exist in the same region as the S3 bucket. KMS Key region: eu-west-1. "
        "S3 Bucket Region: us-east-1"
    )


@pytest.mark.parametrize(
    ("options", "missing"),
    [({"Enabled": True}, "Group"), ({"Enabled": True, "LogGroupName": "/g"}, "Stream")],
)
def test_logging_needs_its_names(local_aws: LocalAws, options: dict[str, Any], missing: str) -> None:
    """Reference 2.6."""
    assert refused(local_aws, plain(CloudWatchLoggingOptions=options)) == (
        f"CloudWatch Log {missing} Name is required if CloudWatch Logging is enabled"
    )


def test_the_role_is_of_this_account(local_aws: LocalAws) -> None:
    foreign = ROLE_ARN.replace("000000000000", "111111111111")
    code, message = refusal(lambda: make(local_aws, plain(RoleARN=foreign)))
    assert code == "AccessDeniedException"
    assert message.endswith("is not authorized to access this resource")
