"""Every name that MiniStack gives to what it makes passes the gateway's checks when it is sent back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fuzz.made import make_and_use
from tests.fuzz.requests import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway_fixture import LocalAws

# Their requests are not checked by a model.
_NOT_CHECKED = frozenset({"cloudfront", "route53", "s3"})


def test_names_of_a_few_services(make_local_aws: Callable[..., LocalAws]) -> None:
    instance, used = make_local_aws(), 0
    for service in ("kms", "logs", "scheduler", "secretsmanager", "sqs"):
        found = make_and_use(instance, service)
        assert found.refused == []
        used += found.used
    assert used > 40


@pytest.mark.slow
def test_names_of_all_services(make_local_aws: Callable[..., LocalAws]) -> None:
    instance, used, refused = make_local_aws(), 0, []
    for service in services():
        if service not in _NOT_CHECKED:
            found = make_and_use(instance, service)
            refused += found.refused
            used += found.used
    assert refused == []
    assert used > 1000
