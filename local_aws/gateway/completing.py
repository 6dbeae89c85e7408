"""Adding to an answer of MiniStack the headers that AWS gives there and MiniStack leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.gateway.asgi import Message, Send


def completed(send: Send, added: Callable[[int, Mapping[str, str]], Mapping[str, str]]) -> Send:
    """Return `send` with the headers that `added` gives for the status and the headers of an answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = list(message["headers"])
            texts = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in present}
            more = added(message["status"], texts)
            headers = [*present, *((name.encode(), value.encode()) for name, value in more.items())]
            message = {**message, "headers": headers}
        await send(message)

    return sending
