"""Shows rows to a person or to a program."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

FORMATS = ("table", "json", "csv")
NUMBERS = frozenset({"tinyint", "smallint", "integer", "bigint", "double", "float", "real", "decimal"})


def show(
    columns: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[str | None]], form: str = "table"
) -> None:
    """Print rows on standard output as a table, as one JSON array of objects, or as CSV."""
    if form == "json":
        print(
            json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=2, ensure_ascii=False)
        )
    elif form == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        _table(columns, types, rows)


def _table(columns: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, kind in zip(columns, types, strict=True):
        table.add_column(Text(name), justify="right" if kind in NUMBERS else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("NULL", style="dim") if value is None else Text(value) for value in row))
    Console().print(table)
