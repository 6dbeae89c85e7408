"""The services that stand in front of MiniStack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.service import AthenaService
from local_aws.athena.workers.shared import AthenaWorkers
from local_aws.cloudwatch.service import CloudWatchService
from local_aws.firehose.service import FirehoseService
from local_aws.glue.service import GlueService
from local_aws.kinesis.service import KinesisService
from local_aws.regions import ObservingPerRegion, PerRegion
from local_aws.s3.service import S3Service

if TYPE_CHECKING:
    from local_aws.config import Settings
    from local_aws.gateway.service import Service


def make_services(settings: Settings) -> list[Service]:
    """Make every service of our own, not yet started."""
    workers = AthenaWorkers(settings)
    cloudwatch = ObservingPerRegion(settings, CloudWatchService)
    return [
        PerRegion(settings, lambda regional: AthenaService(regional, workers)),
        cloudwatch,
        PerRegion(settings, FirehoseService),
        PerRegion(settings, GlueService),
        KinesisService(settings),
        S3Service(settings, lambda region, samples: cloudwatch.of(region).record(samples)),
    ]
