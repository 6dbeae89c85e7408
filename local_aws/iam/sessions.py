"""Sessions of roles that services assume, and STS's answer that hands one over."""

from __future__ import annotations

import secrets
import string
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from local_aws.clients import Credentials

STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
# AWS rule: a session lasts from a quarter of an hour to twelve hours, one hour when nothing is said.
_SHORTEST_SECONDS, _LONGEST_SECONDS, _DEFAULT_SECONDS = 900, 43200, 3600
_KEY_CHARACTERS = string.ascii_uppercase + "234567"


@dataclass(frozen=True)
class Session:
    """A role that was assumed; `expires_seconds` is epoch seconds."""

    arn: str
    assumed_role_id: str
    credentials: Credentials
    expires_seconds: float


def make_session(role_arn: str, role_id: str, name: str, duration: str, now_seconds: float) -> Session:
    """Give a new session of a role. Raises `ValueError` for a duration that STS does not take."""
    seconds = int(duration) if duration else _DEFAULT_SECONDS
    if not _SHORTEST_SECONDS <= seconds <= _LONGEST_SECONDS:
        raise ValueError(
            f"DurationSeconds is {seconds}; allowed are {_SHORTEST_SECONDS} to {_LONGEST_SECONDS}"
        )
    account_id, role_name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    key = "ASIA" + "".join(secrets.choice(_KEY_CHARACTERS) for _ in range(16))
    return Session(
        arn=f"arn:aws:sts::{account_id}:assumed-role/{role_name}/{name}",
        assumed_role_id=f"{role_id}:{name}",
        credentials=Credentials(key, secrets.token_urlsafe(30), secrets.token_urlsafe(120)),
        expires_seconds=float(round(now_seconds) + seconds),
    )


def assume_role_answer(session: Session) -> bytes:
    """Give the body of AssumeRole's answer."""
    keys = session.credentials
    expiration = datetime.fromtimestamp(session.expires_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'<AssumeRoleResponse xmlns="{STS_NAMESPACE}"><AssumeRoleResult>'
        f"<AssumedRoleUser><AssumedRoleId>{escape(session.assumed_role_id)}</AssumedRoleId>"
        f"<Arn>{escape(session.arn)}</Arn></AssumedRoleUser>"
        f"<Credentials><AccessKeyId>{keys.access_key_id}</AccessKeyId>"
        f"<SecretAccessKey>{keys.secret_access_key}</SecretAccessKey>"
        f"<SessionToken>{keys.session_token}</SessionToken><Expiration>{expiration}</Expiration></Credentials>"
        f"</AssumeRoleResult><ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
        "</AssumeRoleResponse>"
    ).encode()
