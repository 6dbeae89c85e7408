"""Tags of Kinesis streams, and a look at large puts, in front of MiniStack's Kinesis.

MiniStack keeps tags that are added to a stream, but forgets those that come with `CreateStream`, and does not know
the operations that take an ARN. Terraform sends the one and AWS's newer clients the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.clients import BEHIND_HEADER, Clients
from local_aws.gateway.service import ApiError
from local_aws.kinesis import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.config import Settings
    from local_aws.gateway.service import ApiRequest


class KinesisService:
    """Answers `CreateStream` and the tagging operations; the streams themselves are MiniStack's."""

    name = "kinesis"

    def __init__(self, settings: Settings) -> None:
        self._clients = Clients(settings.endpoint, settings.region, headers={BEHIND_HEADER: "1"})
        self._operations = {
            "CreateStream": self._create_stream,
            "ListTagsForResource": self._list_tags,
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }

    def handles(self, operation: str) -> bool:
        """Tell whether the operation is one of ours."""
        return operation in self._operations

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        """Answer one request; MiniStack's own refusals are passed on as they are."""
        try:
            return self._operations[request.operation](dict(request.parameters))
        except ClientError as error:
            raise ApiError(
                error.response["Error"]["Code"],
                error.response["Error"]["Message"],
                error.response["ResponseMetadata"]["HTTPStatusCode"],
            ) from error

    def inspects(self, operation: str, body_bytes: int) -> bool:
        """Tell whether a request may be larger than AWS allows; small ones are not even read here."""
        return limits.may_exceed(operation, body_bytes)

    def inspect(self, body: bytes) -> None:
        """Raise `ApiError` for a put that is larger than AWS allows."""
        limits.check(body)

    def start(self) -> None:
        """Have nothing to load."""

    def stop(self) -> None:
        """Close the connections."""
        self._clients.close()

    def _create_stream(self, parameters: dict[str, Any]) -> Mapping[str, Any]:
        client = self._clients.client("kinesis")
        tags = parameters.pop("Tags", {})
        client.create_stream(**parameters)
        if tags:
            client.add_tags_to_stream(StreamName=parameters["StreamName"], Tags=tags)
        return {}

    def _list_tags(self, parameters: dict[str, Any]) -> Mapping[str, Any]:
        answer = self._clients.client("kinesis").list_tags_for_stream(StreamName=_stream(parameters))
        return {"Tags": answer["Tags"]}

    def _tag(self, parameters: dict[str, Any]) -> Mapping[str, Any]:
        self._clients.client("kinesis").add_tags_to_stream(
            StreamName=_stream(parameters), Tags=parameters["Tags"]
        )
        return {}

    def _untag(self, parameters: dict[str, Any]) -> Mapping[str, Any]:
        self._clients.client("kinesis").remove_tags_from_stream(
            StreamName=_stream(parameters), TagKeys=parameters["TagKeys"]
        )
        return {}


def _stream(parameters: Mapping[str, Any]) -> str:
    """Read the stream's name from `arn:…:stream/<name>`, optionally with `/consumer/…` behind it."""
    arn: str = parameters["ResourceARN"]
    kind, _, rest = arn.rpartition(":")[2].partition("/")
    if kind != "stream" or not rest:
        raise ApiError("InvalidArgumentException", f"ResourceARN {arn} is not the ARN of a stream.")
    return rest.partition("/")[0]
