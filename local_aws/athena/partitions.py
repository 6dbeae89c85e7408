"""From a table and a query's conditions to the objects that have to be read.

Partitions that a condition excludes are never listed. Two kinds of conditions exclude: those of the query that are
about partition columns alone (any expression, evaluated by DuckDB over the values), and those that DuckDB itself pushes
into the scan when it runs (from outer queries and joins).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from operator import and_
from typing import TYPE_CHECKING
from urllib.parse import quote as url_quote

import pyarrow as pa
import pyarrow.dataset as ds

from local_aws.athena import projection
from local_aws.athena.arrow_types import arrow_type
from local_aws.athena.errors import QueryError
from local_aws.athena.formats.parquet import columns_of
from local_aws.athena.partition_types import check_partition_types
from local_aws.athena.sql.types import quote
from local_aws.athena.storage import Location, list_folder, list_folders, parse_location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.projection import Projected
    from local_aws.athena.storage import StoredObject
    from local_aws.clients import Clients

HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
# More prefixes than this are found by one listing of what they have in common.
MAX_LISTED_PREFIXES = 100
# More combinations than this are not written out: the listing tells which of them exist.
MAX_ENUMERATED = 250_000


@dataclass(frozen=True)
class Partition:
    """One partition: its values as text (None for Hive's null), in the order of the columns, and where it is.

    `columns` are the names and types that it declares itself, as Glue has them.
    """

    values: tuple[str | None, ...]
    location: Location
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DataFile:
    """One object to read, with the values of its partition."""

    stored: StoredObject
    values: tuple[str | None, ...]


@dataclass(frozen=True)
class PruningConditions:
    """What a query asks of the partitions of one table reading.

    `evaluate` takes an Arrow table of partition values (one column per partition column) and gives the row numbers for
    which the predicates named hold; `pushed` is DuckDB's own filter, over any columns; `equalities` are what
    each condition leaves to a column, as DuckDB texts that `constants` evaluates.
    """

    predicates: tuple[str, ...] = ()
    alias: str = ""
    evaluate: Callable[[Any, str, Sequence[str]], list[int]] | None = None
    pushed: Any = None
    equalities: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    constants: Callable[[Sequence[str]], list[str | None]] | None = None

    def values_left(self, column: str) -> list[str] | None:
        """Return the values that equalities leave to a column, in their order; None when there is no equality."""
        found = self.equalities.get(column)
        if not found or self.constants is None:
            return None
        first, *others = (self.constants(texts) for texts in found)
        return [
            text
            for text in dict.fromkeys(first)
            if text is not None and all(text in other for other in others)
        ]

    def about(self, columns: Sequence[str], names: Iterable[str]) -> list[str]:
        """Give the predicates that are about no other partition columns than `names`."""
        allowed = set(names)
        return [text for text in self.predicates if self._mentioned(text, columns) <= allowed]

    def beyond_one_column(self, columns: Sequence[str]) -> PruningConditions:
        """Give what is left to ask of partitions when each of `columns` has been asked about by itself."""
        several = tuple(text for text in self.predicates if len(self._mentioned(text, columns)) > 1)
        pushed = self.pushed if len(self.pushed_on(columns)) > 1 else None
        return replace(self, predicates=several, pushed=pushed)

    def pushed_on(self, columns: Iterable[str]) -> set[str]:
        """Give those of `columns` that DuckDB's own filter mentions."""
        return columns_of(self.pushed, columns)

    def _mentioned(self, text: str, columns: Sequence[str]) -> set[str]:
        return {name for name in columns if f"{quote(self.alias)}.{quote(name)}" in text}


def find_files(
    clients: Clients,
    table: TableDefinition,
    registered: Callable[[], Iterable[Mapping[str, Any]]],
    conditions: PruningConditions,
    now: datetime,
) -> list[DataFile]:
    """List the objects of a table that the conditions leave; raises `QueryError`.

    `registered` gives Glue's partitions; it is only asked when the table has partition columns without projection.
    """
    if not table.partition_columns:
        return [DataFile(item, ()) for item in list_folder(clients, parse_location(table.location))]
    if projection.is_projected(table):
        return _projected_files(clients, table, conditions, now)
    partitions = [_registered_partition(table, item) for item in registered()]
    kept = prune(table, partitions, conditions)
    names = [column.name for column in table.partition_columns]
    typed_values(
        table, names, [item.values for item in kept]
    )  # raises for a value that is none, without objects too
    check_partition_types(table, ((hive_path(names, item.values)[:-1], item.columns) for item in kept))
    return _files_of(clients, kept)


def _registered_partition(table: TableDefinition, item: Mapping[str, Any]) -> Partition:
    values = tuple(None if value == HIVE_NULL else str(value) for value in item.get("Values") or [])
    if len(values) != len(table.partition_columns):
        raise QueryError(
            "HIVE_INVALID_METADATA",
            f"Partition {values} of {table.full_name} does not have a value per partition column",
        )
    location = str((item.get("StorageDescriptor") or {}).get("Location") or "")
    if not location:
        base = table.location if table.location.endswith("/") else table.location + "/"
        location = base + hive_path([c.name for c in table.partition_columns], values)
    storage = item.get("StorageDescriptor") or {}
    columns = tuple((str(c["Name"]), str(c.get("Type") or "string")) for c in storage.get("Columns") or ())
    return Partition(values, parse_location(location).folder, columns)


def hive_path(names: Sequence[str], values: Sequence[str | None]) -> str:
    """Give the path of a partition in Hive's layout: `a=1/b=2/`."""
    return _hive_path(tuple(names), tuple(values))


@lru_cache(maxsize=16_384)
def _hive_path(names: tuple[str, ...], values: tuple[str | None, ...]) -> str:
    pairs = zip(names, values, strict=True)
    return "".join(
        f"{name}={HIVE_NULL if value is None else url_quote(value, safe=' ')}/" for name, value in pairs
    )


def _files_of(clients: Clients, partitions: Sequence[Partition]) -> list[DataFile]:
    if not partitions:
        return []
    by_location: dict[Location, list[Partition]] = {}
    for partition in partitions:
        by_location.setdefault(partition.location, []).append(partition)
    if len(by_location) > MAX_LISTED_PREFIXES:
        return _files_below_common_prefix(clients, by_location)
    files: list[DataFile] = []
    for location, objects in list_folders(clients, list(by_location)):
        files += [DataFile(item, p.values) for p in by_location[location] for item in objects]
    return files


def _files_below_common_prefix(
    clients: Clients, by_location: Mapping[Location, Sequence[Partition]]
) -> list[DataFile]:
    """List what many partitions have in common once, and sort the objects into the partitions."""
    files: list[DataFile] = []
    buckets = {location.bucket for location in by_location}
    for bucket in sorted(buckets):
        keys = [location.key for location in by_location if location.bucket == bucket]
        common = _common_folder(keys)
        for item in list_folder(clients, Location(bucket, common)):
            for folder in _folders_above(item.key, len(common)):
                partitions = by_location.get(Location(bucket, folder), ())
                files += [DataFile(item, partition.values) for partition in partitions]
    return files


def _common_folder(keys: Sequence[str]) -> str:
    first, last = min(keys), max(keys)
    length = next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last))
    )
    return first[: first.rfind("/", 0, length) + 1]


def _folders_above(key: str, shortest: int) -> Iterable[str]:
    end = key.rfind("/")
    while end >= 0 and end + 1 >= shortest:
        yield key[: end + 1]
        end = key.rfind("/", 0, end)


def typed_values(table: TableDefinition, names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> Any:
    """Make an Arrow table of partition values with the columns' own types; a value that does not fit is an error."""
    kinds = {column.name: arrow_type(column.type) for column in table.partition_columns}
    columns = []
    for index, name in enumerate(names):
        texts = pa.array([row[index] for row in rows], pa.string())
        try:
            columns.append(texts.cast(kinds[name]))
        except pa.ArrowInvalid:
            kind = next(column.type for column in table.partition_columns if column.name == name)
            bad = next(text for text in texts if text.is_valid and not _casts(text, kinds[name])).as_py()
            raise QueryError(
                "HIVE_INVALID_PARTITION_VALUE",
                f"Invalid partition value '{bad}' for {str(kind).upper()} partition key: {name}",
            ) from None
    return pa.table(columns, names=list(names))


def _casts(text: Any, kind: Any) -> bool:
    try:
        text.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def prune(
    table: TableDefinition, partitions: Sequence[Partition], conditions: PruningConditions
) -> list[Partition]:
    """Keep the partitions for which the conditions can hold."""
    if not partitions:
        return []
    names = [column.name for column in table.partition_columns]
    kept = _kept_rows(table, names, [partition.values for partition in partitions], conditions)
    return [partitions[index] for index in kept]


def _kept_rows(
    table: TableDefinition,
    names: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    conditions: PruningConditions,
) -> list[int]:
    """Give the numbers of the rows of partition values that the conditions on just these columns leave."""
    all_names = [column.name for column in table.partition_columns]
    predicates = conditions.about(all_names, names)
    kept = list(range(len(rows)))
    if predicates and conditions.evaluate is not None:
        values = typed_values(table, names, rows)
        kept = conditions.evaluate(values, conditions.alias, predicates)
    if kept and conditions.pushed_on(names):
        kept = _kept_by_pushed(table, names, rows, kept, conditions.pushed)
    return kept


def _kept_by_pushed(
    table: TableDefinition,
    names: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    kept: list[int],
    pushed: Any,
) -> list[int]:
    """Let Arrow simplify DuckDB's filter with the values of each partition: what is certainly false is left out."""
    values = typed_values(table, names, [rows[index] for index in kept])
    format_, system = ds.ParquetFileFormat(), pa.fs.LocalFileSystem()
    fields = [(c.name, arrow_type(c.type)) for c in (*table.columns, *table.partition_columns)]
    schema = pa.schema([*_virtual_fields(), *fields])
    expressions = [
        [equals(name, value, column.type) for value in column.to_pylist()]
        for name, column in zip(names, values.columns, strict=True)
    ]
    fragments = [
        format_.make_fragment(str(position), system, partition_expression=reduce(and_, row))
        for position, row in enumerate(zip(*expressions, strict=True))
    ]
    dataset = ds.FileSystemDataset(fragments, schema, format_, system)
    return [kept[int(fragment.path)] for fragment in dataset.get_fragments(filter=pushed)]


def _virtual_fields() -> list[tuple[str, Any]]:
    from local_aws.athena.catalog import PATH_COLUMN, ROW_COLUMN, SIZE_COLUMN

    return [(ROW_COLUMN, pa.int8()), (PATH_COLUMN, pa.string()), (SIZE_COLUMN, pa.int64())]


def equals(name: str, value: Any, kind: Any) -> Any:
    """Give the Arrow expression that a column has one value, or is NULL."""
    if value is None:
        return ds.field(name).is_null()
    return ds.field(name) == pa.scalar(value, kind)


def _projected_files(
    clients: Clients, table: TableDefinition, conditions: PruningConditions, now: datetime
) -> list[DataFile]:
    columns = projection.project(table, now)
    template = projection.location_template(table)
    domains = [_domain(table, column, conditions) for column in columns]
    count = 1
    for domain in domains:
        count *= len(domain)
    if count == 0:
        return []
    slashes = [{value.count("/") for value in domain} for domain in domains]
    # Many partitions are not looked at one by one: a listing shows which of them exist. It can be read back only
    # when all values of a column have as many folders.
    if count > MAX_LISTED_PREFIXES and all(len(counts) == 1 for counts in slashes):
        return _files_by_template(clients, table, template, domains, conditions)
    rows = list(itertools.product(*domains))
    names = [column.name for column in columns]
    if len(columns) > 1:
        left = conditions.beyond_one_column(names)
        rows = [rows[index] for index in _kept_rows(table, names, rows, left)]
    partitions = [Partition(row, _at(template, names, row)) for row in rows]
    return _files_of(clients, partitions)


def _domain(table: TableDefinition, column: Projected, conditions: PruningConditions) -> Sequence[str]:
    """Give the values of one projected column that the conditions on this column alone leave."""
    if column.values is None:
        given = conditions.values_left(column.name)
        if given is None:
            raise QueryError(
                "CONSTRAINT_VIOLATION",
                f"For the injected projected partition column {column.name}, the WHERE clause must contain only static"
                " equality conditions, and at least one such condition must be present.",
            )
        values = tuple(given)
    else:
        values = column.values
    rows = [(value,) for value in values]
    return [values[index] for index in _kept_rows(table, [column.name], rows, conditions)]


def _at(template: str, names: Sequence[str], values: Sequence[str | None]) -> Location:
    text = template
    for name, value in zip(names, values, strict=True):
        text = text.replace("${" + name + "}", value or "")
    return parse_location(text).folder


def _files_by_template(
    clients: Clients,
    table: TableDefinition,
    template: str,
    domains: Sequence[Sequence[str]],
    conditions: PruningConditions,
) -> list[DataFile]:
    """List everything below the fixed part of a template, and read the partition values from the keys."""
    names = [column.name for column in table.partition_columns]
    location = parse_location(template).folder
    matcher = _template_matcher(location.key, names, [domain[0].count("/") for domain in domains])
    allowed = [set(domain) for domain in domains]
    files: list[DataFile] = []
    seen: dict[tuple[str, ...], list[StoredObject]] = {}
    for item in list_folder(clients, Location(location.bucket, _fixed_folder(location.key, names, domains))):
        match = matcher.match(item.key)
        if match is None:
            continue
        values = tuple(match.group(f"p{index}") for index in range(len(names)))
        if all(value in domain for value, domain in zip(values, allowed, strict=True)):
            seen.setdefault(values, []).append(item)
    rows = list(seen)
    left = conditions.beyond_one_column(names)
    for index in _kept_rows(table, names, rows, left) if rows else []:
        files += [DataFile(item, rows[index]) for item in seen[rows[index]]]
    return files


def _fixed_folder(key: str, names: Sequence[str], domains: Sequence[Sequence[str]]) -> str:
    """Give the longest folder that all partitions share; a column with one value left is as good as fixed."""
    for name, domain in zip(names, domains, strict=True):
        if len(domain) == 1:
            key = key.replace("${" + name + "}", domain[0])
    fixed = key.split("${", 1)[0]
    return fixed[: fixed.rfind("/") + 1]


def _template_matcher(key: str, names: Sequence[str], slashes: Sequence[int]) -> re.Pattern[str]:
    """Match keys below a template; the values of column number i have `slashes[i]` slashes inside."""
    pattern, rest = "", key
    seen: set[int] = set()
    while "${" in rest:
        before, _, after = rest.partition("${")
        name, _, rest = after.partition("}")
        index = names.index(name)
        value = "[^/]+" + "/[^/]+" * slashes[index]
        pattern += re.escape(before) + (f"(?P=p{index})" if index in seen else f"(?P<p{index}>{value})")
        seen.add(index)
    return re.compile(pattern + re.escape(rest))
