"""Which stream records go to, and how to reach it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from producer.kinesis import client_config
from scripts.errors import NotDeployedError
from scripts.session import Session, session_for

if TYPE_CHECKING:
    from scripts.targets import Target

DEFAULT_REGION = "us-east-1"
_ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_KINESIS", "AWS_ENDPOINT_URL")


@dataclass(frozen=True)
class Destination:
    """A stream, and the session that reaches it."""

    stream_name: str
    session: Session

    def client(self, connections: int) -> Any:
        """Make a Kinesis client for so many connections that leaves retries to the sender."""
        return self.session.client("kinesis", config=client_config(connections))


def find(dataset: str, stream_name: str | None, target: Target | None) -> Destination:
    """Find the stream of a dataset.

    A stream that is named needs no deployment: it is looked for at ``AWS_ENDPOINT_URL``, else where the lake is, else
    on AWS.

    :param target: the lake to look in; None is the one deployed last.
    :raises NotDeployedError: no stream is named and there is no lake.
    :raises UsageError: the dataset is not deployed.
    """
    from scripts.deployment import load_outputs, read_record

    if stream_name is None:
        outputs = load_outputs(target)
        return Destination(outputs.dataset(dataset).stream_name, outputs.session())
    endpoint = next((os.environ[name] for name in _ENDPOINT_VARIABLES if os.environ.get(name)), None)
    if endpoint is not None:
        return Destination(stream_name, session_for("local", endpoint, _region()))
    try:
        place = target or read_record()
    except NotDeployedError:
        return Destination(stream_name, session_for("aws", None, _region()))
    return Destination(stream_name, session_for(place.name, place.endpoint, place.region))


def _region() -> str:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
