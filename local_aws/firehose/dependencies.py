"""What a delivery stream refers to in other services and what Firehose looks up when it is created."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.firehose.destination import is_converting
from local_aws.firehose.errors import invalid_argument
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.clients import Clients


class Dependencies:
    """Looks at Glue, Kinesis and KMS through their public APIs."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def check_table(self, destination: Mapping[str, Any]) -> None:
        """Refuse a conversion whose Glue table is not there; AWS rule: reference 4.1."""
        if not is_converting(destination):
            return
        schema = destination["DataFormatConversionConfiguration"]["SchemaConfiguration"]
        catalog = {"CatalogId": schema["CatalogId"]} if "CatalogId" in schema else {}
        try:
            self._clients.client("glue").get_table(
                DatabaseName=schema["DatabaseName"], Name=schema["TableName"], **catalog
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            message = error.response["Error"].get("Message", "")
            raise invalid_argument(
                f"The schema {schema['DatabaseName']}.{schema['TableName']} could not be had from Glue: "
                f"{message} (Service: AWSGlue; Status Code: 400; Error Code: {code})"
            ) from error

    def check_stream(self, source: Mapping[str, Any]) -> None:
        """Refuse a Kinesis source that is not there."""
        stream_arn = source["KinesisStreamARN"]
        try:
            self._clients.client("kinesis").describe_stream_summary(StreamName=stream_arn.rsplit("/", 1)[-1])
        except ClientError as error:
            message = error.response["Error"].get("Message", "")
            raise invalid_argument(f"The Kinesis stream {stream_arn} cannot be read: {message}") from error

    def check_key(self, key_arn: str) -> None:
        """Refuse a customer key that is not there or not enabled, as KMS does."""
        try:
            key = self._clients.client("kms").describe_key(KeyId=key_arn)["KeyMetadata"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            message = error.response["Error"].get("Message", "")
            raise _invalid_key(f"KMS.{code}", message) from error
        if not key["Enabled"]:
            raise _invalid_key("KMS.DisabledException", f"{key_arn} is disabled.")


def _invalid_key(code: str, message: str) -> ApiError:
    return ApiError("InvalidKMSResourceException", message, extra={"code": code})
