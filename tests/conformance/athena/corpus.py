"""The corpus of statements: how its files are read, and how one statement is judged.

A file in `cases/` is a topic. A case starts with `== name`; its statement follows, and then what is expected:

    -- name type | name type       the columns, as GetQueryResults names them
    value | value                  a row; NULL is written ∅
    !! TEXT                        instead: the query fails, and its reason starts with TEXT
    ?? TEXT                        instead: Athena can do it and the local one refuses it; the reason contains TEXT

`~~` in the place of the row separator's blanks is not needed: a value keeps its inner blanks, outer ones are cut.
Lines before the first case say what the topic is about and where its rules are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

CASES = Path(__file__).parent / "cases"
NULL = "∅"


@dataclass(frozen=True)
class Case:
    """One statement and what is expected of it."""

    topic: str
    name: str
    sql: str
    columns: str | None
    rows: tuple[str, ...]
    failure: str | None
    refusal: str | None

    @property
    def id(self) -> str:
        """What the test is called."""
        return f"{self.topic}: {self.name}"


@dataclass(frozen=True)
class Outcome:
    """What came of a statement: its columns and rows as the files write them, or the reason of its failure."""

    columns: str
    rows: tuple[str, ...]
    reason: str | None


def topics() -> list[str]:
    """Give the names of all topics."""
    return sorted(path.stem for path in CASES.glob("*.txt"))


def read_topic(topic: str) -> list[Case]:
    """Read the cases of a topic, in their order."""
    text = (CASES / f"{topic}.txt").read_text()
    return [_read_case(topic, part) for part in re.split(r"^== ", text, flags=re.MULTILINE)[1:]]


def _read_case(topic: str, part: str) -> Case:
    name, _, body = part.partition("\n")
    lines = body.rstrip().split("\n")
    marker = next(i for i, line in enumerate(lines) if line.startswith(("-- ", "!! ", "?? ")) or line == "--")
    sql, head, rest = "\n".join(lines[:marker]).strip(), lines[marker], lines[marker + 1 :]
    failure = head[3:] if head.startswith("!! ") else None
    refusal = head[3:] if head.startswith("?? ") else None
    columns = head[2:].strip() if head.startswith("--") else None
    return Case(topic, name.strip(), sql, columns, tuple(row.strip() for row in rest), failure, refusal)


def describe(columns: Sequence[Any], rows: Sequence[Sequence[str | None]]) -> Outcome:
    """Write a result as the files do."""
    shown = " | ".join(f"{column['Name']} {_type_text(column)}" for column in columns)
    texts = tuple(" | ".join(NULL if value is None else value for value in row).strip() for row in rows)
    return Outcome(shown, texts, None)


def _type_text(column: Any) -> str:
    if column["Type"] == "decimal":
        return f"decimal({column['Precision']},{column['Scale']})"
    if column["Type"] == "varchar" and 0 < column["Precision"] < 2147483647:
        return f"varchar({column['Precision']})"
    return str(column["Type"])


def judge(case: Case, outcome: Outcome) -> str | None:
    """Say what is wrong with an outcome, or None when it is as expected."""
    expected = case.failure or case.refusal
    if expected is not None:
        if outcome.reason is None:
            return f"should fail with {expected!r}, gave {outcome.columns}: {outcome.rows}"
        fits = outcome.reason.startswith(expected) if case.failure else expected in outcome.reason
        return None if fits else f"should fail with {expected!r}, failed with {outcome.reason!r}"
    if outcome.reason is not None:
        return f"failed: {outcome.reason}"
    if case.columns != outcome.columns:
        return f"columns should be {case.columns!r}, are {outcome.columns!r}"
    return None if case.rows == outcome.rows else f"rows should be {case.rows}, are {outcome.rows}"
