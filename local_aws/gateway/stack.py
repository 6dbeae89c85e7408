"""Everything that answers requests, made from the services: what a reset throws away and makes anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.gateway.app import GatewayApp
from local_aws.gateway.guard import Guard
from local_aws.gateway.repeats import RepeatedCalls
from local_aws.iam.authorization import Authorization

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping, Sequence

    from local_aws.config import Settings
    from local_aws.gateway.asgi import AsgiApp
    from local_aws.gateway.service import Service


@dataclass(frozen=True)
class Stack:
    """One ASGI application with what it is made of; `guard` is None where IAM is not enforced."""

    app: AsgiApp
    guard: Guard | None
    close: Callable[[], None]


def make_stack(
    settings: Settings,
    services: Sequence[Service],
    behind: AsgiApp,
    health: Callable[[], dict[str, Any]],
    handled: Callable[[MutableMapping[str, Any]], None],
) -> Stack:
    """Return the application that answers with these services; on the event loop, after MiniStack was loaded."""
    authorization = Authorization(settings) if settings.auth else None
    guard = Guard(authorization) if authorization else None
    app = GatewayApp(settings, services, behind, health, guard, handled)

    def close() -> None:
        app.close()
        if authorization is not None:
            authorization.close()

    return Stack(RepeatedCalls(app), guard, close)
