"""Services that nobody answers are refused by name, and MiniStack is never asked what else AWS has."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import Loader

from local_aws.gateway.unanswered import ANSWERED, refusal_of_service


def authorization(service: str) -> str:
    return f"AWS4-HMAC-SHA256 Credential=test/20261121/eu-west-1/{service}/aws4_request, Signature=00"


def names_of_aws() -> set[str]:
    """Return every name that a signature of one of botocore's services may have."""
    loader = Loader()
    found = set(loader.list_available_services("service-2"))
    for service in tuple(found):
        description: Any = loader.load_service_model(service, "service-2")
        metadata = description["metadata"]
        found |= {metadata["endpointPrefix"], metadata.get("signingName", metadata["endpointPrefix"])}
    return found


def test_answered_is_what_ministack_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    from ministack.core import router

    # With no names known, it takes for S3's what it does not serve.
    monkeypatch.setattr(router, "_KNOWN_AWS_SERVICE_NAMES", frozenset())

    def is_served(name: str) -> bool:
        headers = {"authorization": authorization(name), "host": "localhost"}
        return name == "s3" or str(router.detect_service("GET", "/x", headers, {})) != "s3"

    served = {one for one in names_of_aws() | set(router.SERVICE_PATTERNS) | ANSWERED if is_served(one)}
    assert served <= ANSWERED
    # Told by their target, not by this name.
    assert {one for one in ANSWERED if not is_served(one)} == {"cloudcontrolapi"}


@pytest.mark.parametrize("service", ["glacier", "quicksight", "s4", "S3", "\u00e9"])
def test_another_service_is_refused_by_name(service: str) -> None:
    error = refusal_of_service(authorization(service), "")
    assert error is not None
    assert (error.code, error.status) == ("NotImplemented", 501)
    assert repr(service) in error.message


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", ""),
        ("AWS test:signature", ""),
        (authorization("s3"), ""),
        (authorization("sqs"), ""),
        (authorization("dynamodb"), "DynamoDB_20120810.GetItem"),
        # The target says which service is meant.
        (authorization("other"), "AmazonSQS.SendMessage"),
    ],
)
def test_what_is_answered_passes(header: str, target: str) -> None:
    assert refusal_of_service(header, target) is None
