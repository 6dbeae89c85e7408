"""Rules for one S3 destination or backup by itself: buffers, encryption, logging, role, time zone."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from local_aws.firehose.errors import access_denied, invalid_argument

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.firehose.destination import Place

_SHORT_ZONE_LENGTH = 3
_LEAST_BACKUP_INTERVAL_SECONDS = 60
# Measured: refused, though they are IANA's; the older names Asia/Calcutta and Europe/Kiev are taken.
_REFUSED_ZONES = frozenset({"Asia/Kolkata", "Europe/Kyiv"})


def check(settings: Mapping[str, Any], place: Place) -> None:
    """Check what every S3 destination and backup has."""
    _check_role(settings["RoleARN"], place)
    _check_hints(settings.get("BufferingHints", {}))
    _check_encryption(settings.get("EncryptionConfiguration", {}), place)
    _check_logging(settings.get("CloudWatchLoggingOptions", {}))


def check_time_zone(name: str) -> None:
    """Check `CustomTimeZone`; AWS rule: UTC and IANA names, reference 3.1."""
    if name in ("", "UTC"):
        return
    if len(name) <= _SHORT_ZONE_LENGTH or name in _REFUSED_ZONES or name not in _zones():
        raise invalid_argument(
            "Provided custom time zone is not supported. Custom time zones are limited to UTC and "
            "non-3-letter IANA time zones."
        )


def check_backup(destination: Mapping[str, Any], backup: Mapping[str, Any] | None, place: Place) -> None:
    """Check the source backup of `destination`; AWS rule: reference 6 and 7."""
    if destination.get("S3BackupMode", "Disabled") == "Enabled" and backup is None:
        raise invalid_argument("S3 backup destination configuration is required when enabling S3 backup.")
    if backup is None:
        return
    check(backup, place)
    interval_seconds = backup.get("BufferingHints", {}).get("IntervalInSeconds")
    if interval_seconds is not None and interval_seconds < _LEAST_BACKUP_INTERVAL_SECONDS:
        raise invalid_argument(
            f"BufferingHints.IntervalInSeconds of the S3 backup is {interval_seconds}; allowed are "
            f"{_LEAST_BACKUP_INTERVAL_SECONDS} to 900."
        )


def check_backup_stays(present: Mapping[str, Any], merged: Mapping[str, Any]) -> None:
    """Refuse an update that switches the backup off; AWS rule: reference 6."""
    if present.get("S3BackupMode") == "Enabled" and merged.get("S3BackupMode") != "Enabled":
        raise invalid_argument("Disabling S3 backup is not currently supported.")


def _check_role(role_arn: str, place: Place) -> None:
    if role_arn.split(":")[4] != place.account_id:
        caller = f"arn:aws:iam::{place.account_id}:root"
        raise access_denied(f"User: {caller} is not authorized to access this resource")


def _check_hints(hints: Mapping[str, Any]) -> None:
    # AWS rule: give both or neither, reference 7.
    if hints and len(hints) != len(("SizeInMBs", "IntervalInSeconds")):
        raise invalid_argument(
            f"BufferingHints has only {', '.join(hints)}; both SizeInMBs and IntervalInSeconds are required."
        )


def _check_encryption(encryption: Mapping[str, Any], place: Place) -> None:
    if not encryption:
        return
    if len(encryption) != 1:
        raise invalid_argument("Exactly one of NoEncryptionConfig or KMSEncryptionConfig must be specified")
    key_arn = encryption.get("KMSEncryptionConfig", {}).get("AWSKMSKeyARN")
    if key_arn is None:
        return
    key_region = key_arn.split(":")[3]
    if key_region != place.region:
        raise invalid_argument(
            f"KMS Key {key_arn} does not exist in the same region as the S3 bucket. "
            f"KMS Key region: {key_region}. S3 Bucket Region: {place.region}"
        )


def _check_logging(options: Mapping[str, Any]) -> None:
    if not options.get("Enabled"):
        return
    for member, spelled in (("LogGroupName", "Group"), ("LogStreamName", "Stream")):
        if not options.get(member):
            raise invalid_argument(
                f"CloudWatch Log {spelled} Name is required if CloudWatch Logging is enabled"
            )


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
