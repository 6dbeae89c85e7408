"""Trino's rules as DuckDB macros, in the `.sql` files beside this one.

Created once in the engine's database and called by the compiled queries. A macro is used where a rule needs its
argument more than once or needs more than a line. Text and time forms are those of CAST to and from varchar.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

# In an order in which each only uses what comes before it.
_FILES = ("failures", "number_texts", "times", "numbers", "strings", "collections", "digests", "json", "urls")


def statements() -> list[str]:
    """Give the CREATE MACRO statements, in an order in which they can be executed."""
    found: list[str] = []
    for name in _FILES:
        text = (Path(__file__).parent / f"{name}.sql").read_text()
        code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
        found += [statement.strip() for statement in code.split(";\n") if statement.strip()]
    return found


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Give the names of all macros."""
    return frozenset(re.findall(r"CREATE OR REPLACE MACRO (\w+)", "\n".join(statements())))
