from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.glue.crawling import Crawling

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws


@pytest.fixture
def crawling(local_aws: LocalAws) -> Crawling:
    """A bucket, a database and a role of the test's own."""
    return Crawling(local_aws)
