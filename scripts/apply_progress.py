"""Shows a running ``terraform apply -json``: one line for each resource that is done, errors whole."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape

DONE_WORDS = {
    "create": "created",
    "update": "updated",
    "delete": "destroyed",
    "read": "read",
    "replace": "replaced",
}


class Progress:
    """Turns terraform's machine-readable lines into what a person wants to see."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._running: dict[str, None] = {}
        self._status = console.status("terraform apply") if console.is_terminal else None

    def start(self) -> None:
        """Show the moving status line, where there is a terminal for it."""
        if self._status is not None:
            self._status.start()

    def stop(self) -> None:
        """Take the status line away."""
        if self._status is not None:
            self._status.stop()

    def line(self, text: str) -> None:
        """Take one line of terraform's output; a line that is not JSON is shown as it is."""
        try:
            message = json.loads(text)
        except ValueError:
            self._console.print(escape(text.rstrip()), highlight=False)
            return
        kind = message.get("type")
        if kind in ("apply_start", "apply_complete", "apply_errored"):
            self._resource(kind, message["hook"])
        elif kind == "diagnostic":
            self._diagnostic(message["diagnostic"])
        elif kind == "change_summary":
            self._console.print(escape(message["@message"]), highlight=False)
        if self._status is not None:
            names = [name.rpartition("module.")[2] for name in self._running]
            self._status.update(f"{len(names)} running: {escape(', '.join(names[:3]))}")

    def _resource(self, kind: str, hook: dict[str, Any]) -> None:
        address = hook["resource"]["addr"]
        if kind == "apply_start":
            self._running[address] = None
            return
        self._running.pop(address, None)
        if kind == "apply_complete" and hook["action"] != "read":
            seconds = hook.get("elapsed_seconds", 0)
            word = DONE_WORDS.get(hook["action"], hook["action"])
            self._console.print(f"  {word} {escape(address)} ({seconds:.0f} s)", highlight=False)

    def _diagnostic(self, diagnostic: dict[str, Any]) -> None:
        where = f" ({diagnostic['address']})" if diagnostic.get("address") else ""
        print(
            f"{diagnostic['severity']}: {diagnostic['summary']}{where}\n{diagnostic.get('detail', '')}",
            file=sys.stderr,
        )


@contextmanager
def show() -> Iterator[Progress]:
    """Show progress on standard output for as long as the block runs."""
    progress = Progress(Console(soft_wrap=True))
    progress.start()
    try:
        yield progress
    finally:
        progress.stop()
