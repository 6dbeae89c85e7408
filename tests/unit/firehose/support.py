"""The control plane by itself: no gateway before it, no services around it, and a clock that tests move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.config import Settings
from local_aws.firehose.service import FirehoseService, Pace
from local_aws.gateway.service import ApiError, ApiRequest

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:iam::000000000000:role/delivery"
S3 = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake"}
# How long each of CREATING, DELETING, ENABLING and DISABLING takes on the clock of `Firehose`.
PACE_SECONDS = 10


class Firehose:
    """A service whose clock stands still until a test moves it."""

    def __init__(self, state_dir: Path, most_streams: int = 3) -> None:
        self.settings = Settings(state_dir=state_dir)
        self.now = 1000.0
        pace = Pace(PACE_SECONDS, PACE_SECONDS, PACE_SECONDS, most_streams=most_streams)
        self.service = FirehoseService(self.settings, pace, clock=lambda: self.now)
        self.service.start()

    def __call__(self, operation: str, region: str = "us-east-1", **parameters: Any) -> Any:
        request = ApiRequest("firehose", operation, parameters, region, "000000000000", "test")
        return self.service.handle(request)

    def create(self, name: str) -> Any:
        return self("CreateDeliveryStream", DeliveryStreamName=name, ExtendedS3DestinationConfiguration=S3)

    def create_active(self, name: str) -> None:
        self.create(name)
        self.now += PACE_SECONDS

    def describe(self, name: str) -> dict[str, Any]:
        answer = self("DescribeDeliveryStream", DeliveryStreamName=name)
        return dict(answer["DeliveryStreamDescription"])

    def status(self, name: str) -> str:
        return str(self.describe(name)["DeliveryStreamStatus"])

    def refusal(self, operation: str, **parameters: Any) -> tuple[str, str]:
        """Give code and message of the error with which a call is answered."""
        try:
            self(operation, **parameters)
        except ApiError as error:
            return error.code, error.message
        raise AssertionError(f"{operation} was not refused")
