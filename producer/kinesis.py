"""The way to Kinesis: one PutRecords call, and what its answer means for each record.

AWS rule: an answer with status 200 may hold refused entries, in the order of the request; ``FailedRecordCount`` alone
is not to be relied on, reference 11.3. So each entry is looked at: a sequence number is an acknowledgement, an error
code a refusal, and an answer that has neither for each record is no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from producer.errors import FinalError, RetryableError
from producer.records import Records

if TYPE_CHECKING:
    from botocore.config import Config

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 10

THROTTLED = "ProvisionedThroughputExceededException"

_THROTTLING_CODES = frozenset(
    {
        THROTTLED,
        "KMSThrottlingException",
        "LimitExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_TOO_MANY_REQUESTS = 429
_REQUEST_TIMEOUT = 408
# Errors that come as HTTP 400 and pass by themselves.
_PASSING_CODES = frozenset({"InternalFailure", "InternalServerError", "ServiceUnavailable", "RequestTimeout"})


class Transport(Protocol):
    """Delivers the records of one request."""

    def put(self, records: Records) -> Sequence[str | None]:
        """Send the records in one request.

        Returns, for each record, None when it is acknowledged, otherwise the reason why it is not.

        :raises RetryableError: the request failed as a whole in a way that passes.
        :raises FinalError: the request failed as a whole and would fail again.
        """
        ...


class KinesisTransport:
    """PutRecords with a boto3 client; serves any number of threads."""

    def __init__(self, client: Any, stream_name: str) -> None:
        """Use a client that leaves retries to its caller (:func:`client_config`)."""
        self._client = client
        self._stream_name = stream_name
        self._endpoint = str(client.meta.endpoint_url)

    def put(self, records: Records) -> Sequence[str | None]:
        """Send the records in one PutRecords call."""
        entries = [
            {"Data": payload, "PartitionKey": key}
            for key, payload in zip(records.keys, records.payloads, strict=True)
        ]
        try:
            answer = self._client.put_records(StreamName=self._stream_name, Records=entries)
        except Exception as error:
            raise self._classified(error) from error
        return _outcomes(answer, len(records))

    def _classified(self, error: Exception) -> Exception:
        """Turn whatever boto3 raises into an error that says whether to send again.

        Unknown kinds count as passing: a proxy's web page instead of an answer must not lose records.
        """
        from botocore import exceptions
        from botocore.parsers import ResponseParserError

        if isinstance(error, exceptions.ClientError):
            return self._refusal(error)
        if isinstance(error, (exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError)):
            connected = isinstance(error, exceptions.ReadTimeoutError)
            what = "answer" if connected else "connection"
            return RetryableError(
                f"no {what} in time from {self._endpoint}", may_be_stored=connected, unreachable=not connected
            )
        if isinstance(
            error, (exceptions.EndpointConnectionError, exceptions.SSLError, exceptions.ProxyConnectionError)
        ):
            hint = "; is it running? (make up)" if "://127.0.0.1:" in self._endpoint else ""
            return RetryableError(
                f"cannot connect to {self._endpoint} ({type(error).__name__}){hint}",
                may_be_stored=False,
                unreachable=True,
            )
        broken_answers = (
            exceptions.HTTPClientError,
            exceptions.ResponseStreamingError,
            exceptions.IncompleteReadError,
        )
        if isinstance(error, (*broken_answers, ResponseParserError)):
            return RetryableError(
                f"no readable answer from {self._endpoint} ({type(error).__name__})", may_be_stored=True
            )
        if isinstance(error, exceptions.BotoCoreError):
            # Credentials, region, parameters: nothing was sent, and nothing would change.
            return FinalError(f"{self._stream_name}: {error}")
        return RetryableError(f"no readable answer from {self._endpoint} ({error!r})", may_be_stored=True)

    def _refusal(self, error: Any) -> Exception:
        answer = error.response
        code = str(answer.get("Error", {}).get("Code", ""))
        status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        said = answer.get("Error", {}).get("Message") or "no message"
        text = f"{code}: {said}"
        if code in _THROTTLING_CODES or status == _TOO_MANY_REQUESTS:
            return RetryableError(text, may_be_stored=False)
        if status >= 500 or status == _REQUEST_TIMEOUT or code in _PASSING_CODES:
            return RetryableError(f"HTTP {status} {text}", may_be_stored=True)
        if code == "ResourceNotFoundException":
            return FinalError(
                f"there is no stream {self._stream_name!r} at {self._endpoint} ({said}); make deploy makes it"
            )
        return FinalError(f"{self._stream_name} at {self._endpoint} refuses: {text}")


def client_config(connections: int) -> Config:
    """Return the client settings under which each call is tried once: retrying is the sender's job.

    boto3's own retries would send a whole request again, the acknowledged records with the refused ones.
    """
    from botocore.config import Config

    return Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=connections,
        tcp_keepalive=True,
        # The batcher keeps every limit; checking 500 entries again costs a fifth of a call.
        parameter_validation=False,
    )


def _outcomes(answer: Any, expected: int) -> list[str | None]:
    entries = answer.get("Records") if isinstance(answer, dict) else None
    if not isinstance(entries, list) or len(entries) != expected:
        received = len(entries) if isinstance(entries, list) else "no"
        raise RetryableError(f"an answer about {received} of {expected} records", may_be_stored=True)
    return [_outcome(entry) for entry in entries]


def _outcome(entry: Any) -> str | None:
    if entry.get("ErrorCode"):
        return str(entry["ErrorCode"])
    return None if entry.get("SequenceNumber") else UNCLEAR


UNCLEAR = "an entry with neither sequence number nor error"
"""The outcome of a record about which an otherwise readable answer says nothing; it may be stored."""
