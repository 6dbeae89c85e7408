"""boto3 clients for the engines, made once per endpoint and shared between threads.

An engine only ever talks to public AWS APIs, so the same code runs against the gateway, against another
emulator, and against AWS.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_athena import AthenaClient
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_firehose import FirehoseClient
    from types_boto3_glue import GlueClient
    from types_boto3_iam import IAMClient
    from types_boto3_kinesis import KinesisClient
    from types_boto3_kms import KMSClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client
    from types_boto3_sts import STSClient

# AWS rule: Firehose waits at most five minutes for a transform function, reference 2.3.
_LAMBDA_READ_TIMEOUT_SECONDS = 310
_READ_TIMEOUT_SECONDS = 65
_CONNECT_TIMEOUT_SECONDS = 5
_ATTEMPTS = 4
# A request with this header is MiniStack's, whatever services stand in front of it.
BEHIND_HEADER = "x-local-aws-behind"


@dataclass(frozen=True)
class Credentials:
    """A key pair, with the session token when it comes from STS."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


LOCAL_CREDENTIALS = Credentials("test", "test")


class Clients:
    """Clients of one endpoint, region and key pair; each is made at its first use and then shared.

    `endpoint` None means AWS itself. Profiles, configuration files and proxies of the user are not looked at:
    a local endpoint must work on a machine where they are set to something else. `pool_size` is the number
    of connections that each client keeps, `headers` go with every request.

    The Lambda client never repeats a call by itself: whoever invokes counts the attempts.
    """

    def __init__(
        self,
        endpoint: str | None,
        region: str,
        credentials: Credentials = LOCAL_CREDENTIALS,
        pool_size: int = 32,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.region = region
        self._credentials = credentials
        self._pool_size = pool_size
        self._headers: Mapping[str, str] = headers or {}
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        self._session = self._make_session()

    @property
    def credentials(self) -> Credentials:
        """The key pair to sign with now; those of a role change as time passes."""
        return self._credentials

    def acting_as(self, role_arn: str, source_arn: str) -> Clients:
        """Give the clients for what is done in a role's name for the resource `source_arn`.

        Where IAM is not enforced nobody assumes roles, and these are the same clients.
        """
        del role_arn, source_arn
        return self

    @overload
    def client(self, service: Literal["athena"]) -> AthenaClient: ...
    @overload
    def client(self, service: Literal["cloudwatch"]) -> CloudWatchClient: ...
    @overload
    def client(self, service: Literal["firehose"]) -> FirehoseClient: ...
    @overload
    def client(self, service: Literal["glue"]) -> GlueClient: ...
    @overload
    def client(self, service: Literal["iam"]) -> IAMClient: ...
    @overload
    def client(self, service: Literal["kinesis"]) -> KinesisClient: ...
    @overload
    def client(self, service: Literal["kms"]) -> KMSClient: ...
    @overload
    def client(self, service: Literal["lambda"]) -> LambdaClient: ...
    @overload
    def client(self, service: Literal["logs"]) -> CloudWatchLogsClient: ...
    @overload
    def client(self, service: Literal["s3"]) -> S3Client: ...
    @overload
    def client(self, service: Literal["sns"]) -> Any: ...
    @overload
    def client(self, service: Literal["sts"]) -> STSClient: ...
    def client(self, service: str) -> Any:
        """Give the client of `service` (boto3's name: `s3`, `lambda`, `logs`, …)."""
        # Making a client is not safe from several threads at once; using one is.
        with self._lock:
            made = self._clients.get(service)
            if made is None:
                make: Any = self._session.client
                made = make(service, endpoint_url=self.endpoint, config=self._config(service))
                if self._headers:
                    made.meta.events.register("before-sign", self._add_headers)
                self._clients[service] = made
            return made

    def close(self) -> None:
        """Close the connections of all clients made so far."""
        with self._lock:
            for made in self._clients.values():
                made.close()
            self._clients.clear()

    def _make_session(self) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=self._credentials.access_key_id,
            aws_secret_access_key=self._credentials.secret_access_key,
            aws_session_token=self._credentials.session_token,
            region_name=self.region,
            botocore_session=session_without_user_files(),
        )

    def _add_headers(self, request: Any, **_context: Any) -> None:
        for name, value in self._headers.items():
            request.headers[name] = value

    def _config(self, service: str) -> Config:
        invokes = service == "lambda"
        return Config(
            max_pool_connections=self._pool_size,
            connect_timeout=_CONNECT_TIMEOUT_SECONDS,
            read_timeout=_LAMBDA_READ_TIMEOUT_SECONDS if invokes else _READ_TIMEOUT_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 1 if invokes else _ATTEMPTS},
            s3={"addressing_style": "path"} if self.endpoint else None,
            # Without this botocore signs URLs in the old way, which S3 has given up.
            signature_version="s3v4" if service == "s3" else None,
            proxies={} if self.endpoint else None,
            # Checksums that nobody asked for cost a pass over every object.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            tcp_keepalive=True,
        )


class RegionalClients:
    """The clients of one endpoint in each Region that is asked for, made at their first use."""

    def __init__(
        self,
        endpoint: str | None,
        credentials: Credentials = LOCAL_CREDENTIALS,
        pool_size: int = 32,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._credentials = credentials
        self._pool_size = pool_size
        self._headers = headers
        self._lock = threading.Lock()
        self._by_region: dict[str, Clients] = {}

    def of(self, region: str) -> Clients:
        """Return the clients of a Region."""
        with self._lock:
            if region not in self._by_region:
                self._by_region[region] = Clients(
                    self._endpoint, region, self._credentials, self._pool_size, self._headers
                )
            return self._by_region[region]

    def close(self) -> None:
        """Close the connections of all clients made so far."""
        with self._lock:
            for clients in self._by_region.values():
                clients.close()
            self._by_region.clear()


def session_without_user_files() -> botocore.session.Session:
    """Give a session that looks at no profile and no file of the user."""
    return botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
