"""What an apply has begun: a note beside the state, kept until an apply ends as it should.

Terraform writes its state every 20 seconds of an apply and at the end. A terraform that is killed, or a provider that
is called off, leaves resources of which the state knows nothing, and the next apply would be told that they exist. The
note is how this deployment's own are told from somebody else's: it names what the apply has begun to make, and has the
plan that says what that was to be called.

The note lies in ``terraform/state/<workspace>/``: the file ``unfinished.jsonl`` grows by a line for each resource that
is begun or refused, ``unfinished.tfplan`` is the plan that was applied.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from scripts import denials, state_backend
from scripts.denials import Denial

_BEGUN, _REFUSED = "begun", "refused"
# How the services say that what is to be made is there already.
_EXISTS = re.compile(
    r"AlreadyExists|ResourceInUse|ResourceConflict|ConflictException|EntityExists|ResourceExists|DuplicateRecord"
    r"|already (?:exists?|created)|is already in use",
    re.IGNORECASE,
)


class Note:
    """The note of one workspace in one folder."""

    def __init__(self, folder: Path, workspace: str) -> None:
        self._folder = folder / state_backend.LOCAL_STATE / workspace
        self._lines = self._folder / "unfinished.jsonl"
        self.plan = self._folder / "unfinished.tfplan"

    def addresses(self) -> list[str]:
        """Return what the last apply that did not end as it should had begun to make, and was not refused."""
        if not self._lines.is_file():
            return []
        last: dict[str, str] = {}
        for line in self._lines.read_text(encoding="utf-8").splitlines():
            entry = _entry(line)
            if entry is not None:
                last[entry[1]] = entry[0]
        return [address for address, state in last.items() if state == _BEGUN]

    @contextmanager
    def of(self, plan: Path) -> Iterator[Writer]:
        """Keep a note for as long as the plan is applied; it goes when the block ends without an error."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # What is taken over is not begun again: it stays in the note until this apply has ended as it should.
        before = self.addresses()
        self.plan.unlink(missing_ok=True)
        self.plan.touch(mode=0o600)  # a plan is as secret as a state
        shutil.copyfile(plan, self.plan)
        with self._lines.open("w", encoding="utf-8") as file:
            writer = Writer(file)
            writer.begun(before)
            yield writer
        self.forget()

    def forget(self) -> None:
        """Take the note away."""
        self._lines.unlink(missing_ok=True)
        self.plan.unlink(missing_ok=True)


class Writer:
    """Notes what an apply says, line by line as it says it.

    ``refused`` has why by the address of what exists already, ``denied`` what the caller may not do.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.refused: dict[str, str] = {}
        self.denied: list[Denial] = []

    def begun(self, addresses: Iterable[str]) -> None:
        """Note resources as begun."""
        for address in addresses:
            self._write(_BEGUN, address)

    def line(self, text: str) -> None:
        """Take one line of ``terraform apply -json``."""
        try:
            message = json.loads(text)
        except ValueError:
            return
        kind = message.get("type")
        if kind == "apply_start" and message["hook"]["action"] == "create":
            self.begun([message["hook"]["resource"]["addr"]])
        elif kind == "diagnostic":
            self._diagnostic(message["diagnostic"])

    def _diagnostic(self, diagnostic: Mapping[str, Any]) -> None:
        text = f"{diagnostic.get('summary', '')} {diagnostic.get('detail', '')}"
        address = diagnostic.get("address")
        if diagnostic.get("severity") == "error":
            self.denied += [one for one in denials.found(text) if one not in self.denied]
        if address and diagnostic.get("severity") == "error" and _EXISTS.search(text):
            self._write(_REFUSED, address)
            self.refused[address] = diagnostic["summary"]

    def _write(self, state: str, address: str) -> None:
        self._file.write(json.dumps([state, address]) + "\n")
        self._file.flush()


def _entry(line: str) -> tuple[str, str] | None:
    """Read a line of the note; the last one may be half written."""
    try:
        state, address = json.loads(line)
    except (ValueError, TypeError):
        return None
    return str(state), str(address)
