"""What can go wrong in the transform.

TransformError
├── ContractError    final: the contract file itself is malformed; nothing runs until it is corrected
├── EventError       final: the invocation is not a Firehose transform event at all
└── RefusedError     final for one record: it is answered `ProcessingFailed`, the rest of its batch goes on
"""

from __future__ import annotations

from typing import Final

_LONGEST_QUOTE: Final = 48


def quote(value: object) -> str:
    """Text of a refused value for a message, cut to a length that cannot carry a whole payload into a log."""
    text = repr(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"


class TransformError(Exception):
    """Base of all errors of this package."""


class ContractError(TransformError):
    """A contract file is malformed.

    `file` is where the contract was looked for, `path` the JSON path of the offending part, `problem` what is wrong
    with it and what is allowed.
    """

    def __init__(self, file: str, path: str, problem: str) -> None:
        super().__init__(f"{file}: {path}: {problem}")
        self.file = file
        self.path = path
        self.problem = problem


class EventError(TransformError):
    """The Lambda was invoked with something that Firehose never sends."""


class RefusedError(TransformError):
    """One record is not accepted.

    `reason` is a short stable word for counting (`invalid_json`, `format`, `unknown_variant`, ...), `detail` says
    what was received and what is allowed, `path` is the JSON path of the field (`$` for the record itself). The path
    is built from the inside out while the error travels up: each level adds its own step.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self._steps: list[str | int] = []

    def within(self, step: str | int) -> RefusedError:
        """Note that the error was found inside member (or element) `step`; returns itself, to be re-raised."""
        self._steps.append(step)
        return self

    @property
    def path(self) -> str:
        """JSON path of the field, e.g. `$.items[2].price`."""
        return "$" + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in reversed(self._steps))
