"""The services that stand in front of MiniStack."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_aws.config import Settings
    from local_aws.gateway.service import Service

_SERVICES = (
    ("local_aws.athena.service", "AthenaService"),
    ("local_aws.firehose.service", "FirehoseService"),
)


def make_services(settings: Settings) -> list[Service]:
    """Make every service of our own, not yet started."""
    made: list[Service] = []
    for module_name, class_name in _SERVICES:
        package = module_name.rpartition(".")[0]
        if importlib.util.find_spec(package) and importlib.util.find_spec(module_name):
            service: Any = getattr(importlib.import_module(module_name), class_name)(settings)
            made.append(service)
    return made
