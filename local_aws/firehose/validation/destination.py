"""All rules for an S3 destination, in one order, for creation and for the merged state of an update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.firehose.destination import is_partitioning
from local_aws.firehose.validation import conversion, partitioning, prefixes, processing, s3

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.firehose.destination import Place


def check(settings: Mapping[str, Any], place: Place) -> None:
    """Check an ExtendedS3DestinationConfiguration, or a description that an update was laid over."""
    backup = settings.get("S3BackupConfiguration") or settings.get("S3BackupDescription")
    s3.check(settings, place)
    s3.check_time_zone(settings.get("CustomTimeZone", ""))
    prefixes.check(settings, partitioning=is_partitioning(settings))
    conversion.check(settings, place.account_id)
    partitioning.check(settings)
    processing.check(settings)
    s3.check_backup(settings, backup, place)
    if backup is not None:
        prefixes.check(backup, partitioning=False)


def check_update(present: Mapping[str, Any], merged: Mapping[str, Any], place: Place) -> None:
    """Check what an update may not change, and then the state that it would lead to."""
    s3.check_backup_stays(present, merged)
    partitioning.check_unchanged(present, merged)
    check(merged, place)
