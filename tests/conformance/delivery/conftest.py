from __future__ import annotations

from tests.unit.delivery.conftest import no_power_cut

__all__ = ["no_power_cut"]
