"""The one place where AWS sessions are made."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scripts.environment import environment
from scripts.errors import UsageError

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config

LOCAL_TARGETS = frozenset({"local", "localstack"})
# The emulators take this pair for the account's root.
LOCAL_KEYS = ("test", "test")


def local_keys() -> tuple[str, str]:
    """Return the key pair for local targets: root's, or a user's where the local AWS enforces IAM."""
    return (
        os.environ.get("STREAMLAKE_ACCESS_KEY_ID") or LOCAL_KEYS[0],
        os.environ.get("STREAMLAKE_SECRET_ACCESS_KEY") or LOCAL_KEYS[1],
    )


def session_for(
    target: str, endpoint: str | None, region: str, keys: tuple[str, str] | None = None
) -> Session:
    """Make a session for a target.

    :param target: ``local``, ``localstack`` or ``aws``.
    :param endpoint: URL of the emulator; ``None`` on AWS.
    :param keys: whose access key and secret a local session signs with (default: see :func:`local_keys`).
    :raises UsageError: a local target without an endpoint, or AWS with one.
    """
    if (target in LOCAL_TARGETS) != (endpoint is not None):
        raise UsageError(
            f"target {target!r} with endpoint {endpoint!r}: local targets need one, aws has none of its own"
        )
    return Session(endpoint, region, keys)


class Session:
    """Makes boto3 clients for one target; each client is made once."""

    def __init__(self, endpoint: str | None, region: str, keys: tuple[str, str] | None = None) -> None:
        self.endpoint = endpoint
        self.region = region
        self._clients: dict[str, Any] = {}
        self._maker: Any = (
            _local_maker(endpoint, region, keys or local_keys()) if endpoint else _aws_maker(region)
        )

    def client(self, service: str, config: Config | None = None) -> Any:
        """Return a client; one made with a configuration of its own is not shared."""
        if config is not None:
            return self._maker.client(service, config=config)
        if service not in self._clients:
            self._clients[service] = self._maker.client(service)
        return self._clients[service]


def _local_maker(endpoint: str, region: str, keys: tuple[str, str]) -> Any:
    import localstack_client.session

    address = urlsplit(endpoint)
    # localstack_client prefers AWS_ENDPOINT_URL to its own argument; the recorded endpoint must win over the shell.
    with environment({"AWS_ENDPOINT_URL": None, "USE_SSL": "1" if address.scheme == "https" else "0"}):
        return localstack_client.session.Session(
            aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
            region_name=region,
            localstack_host=f"{address.hostname}:{address.port or 443}",
        )


def _aws_maker(region: str) -> boto3.Session:
    import boto3

    return boto3.Session(region_name=region)
