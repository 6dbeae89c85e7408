"""AWS's own services as callers.

On AWS, Firehose does not use anybody's key: the service itself assumes the delivery role, and the role's trust
policy says whether it may. Here the gateway makes a key pair for each such service at every start and leaves it in
the state folder, readable by its owner only; the delivery engine signs with it. Such a key can do four things:
assume roles whose trust policies name the service, publish to topics whose policies let the service, send metrics, and
read its own control plane.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from local_aws.clients import Credentials
from local_aws.durable import write_json
from local_aws.errors import ProcessError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_aws.config import Settings

CLOUDWATCH = "cloudwatch.amazonaws.com"
FIREHOSE = "firehose.amazonaws.com"
GLUE = "glue.amazonaws.com"
# AWS rule: a service that acts for a resource of yours says so in these headers; they become the condition keys
# `aws:SourceArn` and `aws:SourceAccount` of the role's trust policy.
_SOURCE_ARN_HEADER = "x-amz-source-arn"
_SOURCE_ACCOUNT_HEADER = "x-amz-source-account"
# What a header holds as it is. Names of crawlers and alarms have blanks and letters beyond ASCII.
_PLAIN_IN_HEADERS = ":/*=+@,()[]{}!$&'|;"
_KEY_PREFIX = "SVCLOCAL"


@dataclass(frozen=True)
class ServiceKey:
    """The key pair of one service, which `principal` names (`firehose.amazonaws.com`)."""

    principal: str
    credentials: Credentials


def is_service_key(access_key_id: str | None) -> bool:
    """Tell whether an access key looks like that of a service."""
    return bool(access_key_id and access_key_id.startswith(_KEY_PREFIX))


def source_headers(arn: str, account_id: str) -> dict[str, str]:
    """Return the headers that say for which resource a service acts."""
    return {
        _SOURCE_ARN_HEADER: quote(arn, safe=_PLAIN_IN_HEADERS),
        _SOURCE_ACCOUNT_HEADER: account_id,
    }


def source_keys(header: Callable[[str], str]) -> dict[str, str]:
    """Return the condition keys that `source_headers` become; empty values where a request has none."""
    return {
        "aws:SourceArn": unquote(header(_SOURCE_ARN_HEADER)),
        "aws:SourceAccount": header(_SOURCE_ACCOUNT_HEADER),
    }


def make_keys(
    settings: Settings, principals: tuple[str, ...] = (CLOUDWATCH, FIREHOSE, GLUE)
) -> dict[str, ServiceKey]:
    """Make new key pairs, leave them for the engine, and give them by access key."""
    keys = [
        ServiceKey(
            principal, Credentials(_KEY_PREFIX + secrets.token_hex(6).upper(), secrets.token_urlsafe(30))
        )
        for principal in principals
    ]
    content = {
        key.principal: {
            "access_key_id": key.credentials.access_key_id,
            "secret_access_key": key.credentials.secret_access_key,
        }
        for key in keys
    }
    write_json(_path(settings), content)
    return {key.credentials.access_key_id: key for key in keys}


def read_key(settings: Settings, principal: str) -> Credentials:
    """Read the key pair that the running gateway made for a service.

    Raises `ProcessError` when there is none: no gateway has been started with this state folder.
    """
    path = _path(settings)
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        key = content[principal]
        return Credentials(key["access_key_id"], key["secret_access_key"])
    except (OSError, ValueError, KeyError) as error:
        raise ProcessError(
            f"{path} has no key for {principal}; start the local AWS with STREAMLAKE_AUTH=true first"
        ) from error


def _path(settings: Settings) -> Path:
    return settings.run_dir / "service-keys.json"
