from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.delivery.conftest import no_power_cut
from tests.unit.firehose.support import Firehose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["firehose", "no_power_cut"]


@pytest.fixture
def firehose(tmp_path: Path) -> Iterator[Firehose]:
    made = Firehose(tmp_path)
    yield made
    made.service.stop()
