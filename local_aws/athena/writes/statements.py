"""CREATE TABLE AS, INSERT INTO and UNLOAD, carried out: rows to files, files to S3, tables and partitions to Glue."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from botocore.exceptions import ClientError

from local_aws.athena import projection
from local_aws.athena.arrow_types import arrow_type
from local_aws.athena.catalog import is_view, table_definition
from local_aws.athena.ddl.context import glue_error
from local_aws.athena.ddl.formats import FORMATS, OPENX_JSON
from local_aws.athena.ddl.partitions import partition_input, register
from local_aws.athena.ddl.statements import StorageFormat
from local_aws.athena.errors import Position, QueryError, UnsupportedError
from local_aws.athena.formats import serdes
from local_aws.athena.formats.avro_schema import check_new_columns
from local_aws.athena.formats.delimited import LazySimple, rules_of
from local_aws.athena.formats.table_properties import line_options, lowered_properties
from local_aws.athena.partitions import hive_path
from local_aws.athena.results import put_file
from local_aws.athena.sql import types
from local_aws.athena.sql.type_text import hive_text
from local_aws.athena.sql.types import DEFAULT_TIME_PRECISION
from local_aws.athena.storage import list_folder, parse_location
from local_aws.athena.writes import properties as with_properties
from local_aws.athena.writes.assignment import assign, assignable
from local_aws.athena.writes.errors import property_error
from local_aws.athena.writes.files import FileFormat, FileSet, WrittenFile, file_format

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from local_aws.athena.catalog import TableDefinition
    from local_aws.athena.ddl.context import Context
    from local_aws.athena.ddl.statements import CreateTableAs, Insert, Unload
    from local_aws.athena.sql.compiled import CompiledQuery
    from local_aws.athena.sql.session import Column
    from local_aws.athena.sql.types import Type

_CTAS_PROPERTIES = (
    "format",
    "write_compression",
    "parquet_compression",
    "orc_compression",
    "external_location",
    "partitioned_by",
    "bucketed_by",
    "bucket_count",
    "field_delimiter",
    "table_type",
    "is_external",
    "location",
)
_UNLOAD_PROPERTIES = ("format", "compression", "compression_level", "field_delimiter", "partitioned_by")


@dataclass(frozen=True)
class Writing:
    """What a statement that writes works with.

    `run` gives the rows of DuckDB SQL as a record batch reader; `upload` are S3's arguments for encryption; `prefix` is
    where objects of CREATE TABLE AS go when the statement does not say.
    """

    context: Context
    scratch_dir: Path
    run: Callable[[str], Any]
    upload: Mapping[str, Any]
    tables_prefix: str
    location_enforced: bool


def create_table_as(
    statement: CreateTableAs, query: CompiledQuery, writing: Writing
) -> tuple[int, list[str]]:
    """Make a table from a query; gives the number of rows and the addresses of the objects.

    AWS rule: Parquet with GZIP by default, partition columns last, at most 100 partitions, no location of one's own in
    an enforced workgroup, reference 10.6.
    """
    given = statement.properties
    with_properties.check_known(given, _CTAS_PROPERTIES, "Catalog 'awsdatacatalog' table")
    if (with_properties.text(given, "table_type") or "HIVE").upper() != "HIVE":
        raise UnsupportedError("CREATE TABLE AS with the table type ICEBERG")
    context = writing.context
    database, name = context.full_name(statement.name)
    if not context.catalog.has_database(database):
        raise QueryError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
    if context.catalog.raw_table(database, name) is not None:
        if statement.if_not_exists:
            return 0, []
        destination = f"Destination table 'awsdatacatalog.{database}.{name}'"
        raise QueryError("TABLE_ALREADY_EXISTS", f"{destination} already exists", Position(1, 1))
    columns = _named_columns(query)
    partitions = _partition_columns(with_properties.names(given, "partitioned_by"), [c for c, _ in columns])
    bucket_columns = with_properties.names(given, "bucketed_by")
    bucket_count = with_properties.number(given, "bucket_count")
    if bool(bucket_columns) != bool(bucket_count):
        raise QueryError("INVALID_TABLE_PROPERTY", "bucketed_by and bucket_count must be given together")
    compression = with_properties.text(given, "write_compression", "parquet_compression", "orc_compression")
    delimiter = with_properties.text(given, "field_delimiter")
    chosen = file_format(with_properties.text(given, "format") or "PARQUET", compression, delimiter)
    _check_format(chosen, columns, partitions)
    location = _location(with_properties.text(given, "external_location"), writing)
    sql = query.sql if statement.with_data else f"SELECT * FROM ({query.sql}) AS none_ LIMIT 0"  # noqa: S608
    files = _write(sql, columns, partitions, chosen, writing)
    objects, by_partition = _upload(files, location, partitions, writing)
    described = _table_input(name, columns, partitions, chosen, location, (bucket_columns, bucket_count))
    glue = context.clients.client("glue")
    try:
        glue.create_table(DatabaseName=database, TableInput=described)  # type: ignore[arg-type]
    except ClientError as error:
        raise glue_error(error) from error
    inputs = [partition_input(described, values, folder) for values, folder in by_partition.items()]
    register(context, database, name, inputs)
    return sum(file.rows for file in files), objects


def _named_columns(query: CompiledQuery) -> list[tuple[str, Type]]:
    columns: list[tuple[str, Type]] = []
    for position, column in enumerate(query.columns, start=1):
        if column.name is None:
            raise QueryError(
                "MISSING_COLUMN_NAME", f"Column name not specified at position {position}", Position(1, 1)
            )
        if column.type.name == "unknown":
            raise QueryError("COLUMN_TYPE_UNKNOWN", f"Column type is unknown at position {position}")
        lowered = column.name.lower()
        if lowered in (name for name, _ in columns):
            raise QueryError("DUPLICATE_COLUMN_NAME", f"Column name '{lowered}' specified more than once")
        hive_text(column.type)  # refuses what Hive does not have
        _check_precision(lowered, column.type)
        columns.append((lowered, column.type))
    return columns


def _check_precision(name: str, kind: Type) -> None:
    """Raise NOT_SUPPORTED for a timestamp that a Hive table would cut: those have milliseconds."""
    if kind.name == "timestamp" and kind.parameters[0] > DEFAULT_TIME_PRECISION:
        raise QueryError(
            "NOT_SUPPORTED",
            f"Incorrect timestamp precision for {kind}; the configured precision is MILLISECONDS; column name: {name}",
        )
    for inner in kind.arguments:
        _check_precision(name, inner)


def _check_format(chosen: FileFormat, columns: Sequence[tuple[str, Type]], partitions: Sequence[str]) -> None:
    if chosen.name == "AVRO":
        check_new_columns([(name, kind) for name, kind in columns if name not in partitions])


def _partition_columns(names: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    missing = [name for name in names if name not in columns]
    if missing:
        raise QueryError("INVALID_TABLE_PROPERTY", f"Partition columns {missing} not present in schema")
    if len(names) == len(columns) and names:
        raise QueryError("INVALID_TABLE_PROPERTY", "Table contains only partition columns")
    if names and list(columns[-len(names) :]) != list(names):
        raise QueryError(
            "HIVE_COLUMN_ORDER_MISMATCH",
            "Partition keys must be the last columns in the table and in the same order as the table properties:"
            f" [{', '.join(names)}]",
        )
    return tuple(names)


def _location(requested: str | None, writing: Writing) -> str:
    if requested is None:
        return (
            f"{writing.tables_prefix}{uuid.uuid4()}/"
            if not writing.tables_prefix.endswith("/")
            else writing.tables_prefix
        )
    if writing.location_enforced:
        raise QueryError(
            "INVALID_TABLE_PROPERTY",
            "The Create Table As Select query failed because it was submitted with an 'external_location' property to"
            " an Athena Workgroup that enforces a centralized output location for all queries. Please remove the"
            " 'external_location' property and resubmit the query.",
        )
    location = requested if requested.endswith("/") else requested + "/"
    if list_folder(writing.context.clients, parse_location(location)):
        raise QueryError("HIVE_PATH_ALREADY_EXISTS", f"Target directory for table already exists: {location}")
    return location


def _write(
    sql: str,
    columns: Sequence[tuple[str, Type]],
    partitions: Sequence[str],
    chosen: FileFormat,
    writing: Writing,
    *,
    int96_times: bool = False,
) -> list[WrittenFile]:
    """Run a query and write its rows into local files."""
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in columns])
    moment = datetime.now(UTC).strftime("%Y%m%d_%H%M%S")
    prefix = f"{moment}_00000_{uuid.uuid4().hex[:5]}"
    files = FileSet(writing.scratch_dir, chosen, schema, partitions, prefix, int96_times)
    try:
        for batch in writing.run(sql):
            renamed = pa.table(batch.columns, names=[name for name, _ in columns]).cast(schema)
            for part in renamed.combine_chunks().to_batches():
                files.write(part)
    except BaseException:
        files.discard()
        raise
    return files.close()


def _upload(
    files: Sequence[WrittenFile], location: str, partitions: Sequence[str], writing: Writing
) -> tuple[list[str], dict[tuple[str, ...], str]]:
    """Store the files; gives the addresses of the objects and the folder of each partition."""
    objects: list[str] = []
    folders: dict[tuple[str, ...], str] = {}
    for file in files:
        folder = location + (hive_path(list(partitions), file.values) if partitions else "")
        try:
            put_file(
                writing.context.clients,
                file.path,
                folder + file.name,
                "application/octet-stream",
                writing.upload,
            )
        finally:
            file.path.unlink(missing_ok=True)
        objects.append(folder + file.name)
        if partitions:
            folders[file.values] = folder
    return objects, folders


def _storage_of(chosen: FileFormat) -> StorageFormat:
    if chosen.name == "JSON":
        text = FORMATS["TEXTFILE"]
        return StorageFormat(text.input_format, text.output_format, OPENX_JSON)
    base = FORMATS[chosen.name]
    if chosen.name == "TEXTFILE":
        parameters = {"field.delim": chosen.delimiter, "serialization.format": chosen.delimiter}
        return StorageFormat(base.input_format, base.output_format, base.serde, parameters)
    return base


def _table_input(
    name: str,
    columns: Sequence[tuple[str, Type]],
    partitions: Sequence[str],
    chosen: FileFormat,
    location: str,
    buckets: tuple[tuple[str, ...], int | None],
) -> dict[str, Any]:
    storage = _storage_of(chosen)
    parameters = {
        "EXTERNAL": "TRUE",
        "has_encrypted_data": "false",
        "classification": _classification(chosen),
    }
    if chosen.name == "AVRO":
        parameters["write.compression"] = chosen.compression
    if chosen.name in ("PARQUET", "ORC"):
        parameters[f"{chosen.name.lower()}.compress"] = chosen.compression
    serde_parameters = dict(storage.parameters)
    if chosen.name == "ORC":
        serde_parameters["orc.column.index.access"] = "false"
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": [{"Name": c, "Type": hive_text(kind)} for c, kind in columns if c in partitions],
        "StorageDescriptor": {
            "Columns": [{"Name": c, "Type": hive_text(kind)} for c, kind in columns if c not in partitions],
            "Location": location,
            "InputFormat": storage.input_format,
            "OutputFormat": storage.output_format,
            "NumberOfBuckets": buckets[1] or 0,
            "BucketColumns": list(buckets[0]),
            "SerdeInfo": {"SerializationLibrary": storage.serde, "Parameters": serde_parameters},
        },
    }


def _classification(chosen: FileFormat) -> str:
    return {"PARQUET": "parquet", "ORC": "orc", "JSON": "json", "AVRO": "avro"}.get(chosen.name, "csv")


def insert(statement: Insert, query: CompiledQuery, writing: Writing) -> tuple[int, list[str]]:
    """Add the rows of a query to a table; gives the number of rows and the addresses of the objects."""
    context = writing.context
    database, name = context.full_name(statement.name)
    answer = context.catalog.raw_table(database, name)
    if answer is None:
        raise QueryError("TABLE_NOT_FOUND", f"Table 'awsdatacatalog.{database}.{name}' does not exist")
    if is_view(answer):
        raise QueryError("NOT_SUPPORTED", "Inserting into views is not supported")
    if (answer.get("StorageDescriptor") or {}).get("BucketColumns"):
        raise QueryError(
            "NOT_SUPPORTED", f"INSERT INTO is not supported on the bucketed table {database}.{name}"
        )
    table = table_definition(database, answer)
    if (
        table.parameters.get("projection.enabled", "").lower() == "true"
        and "storage.location.template" in table.parameters
    ):
        template = projection.location_template(table)
    else:
        template = None
    columns = [*table.columns, *table.partition_columns]
    sql = _insert_sql(statement, query, columns)
    partitions = [column.name for column in table.partition_columns]
    chosen = _format_of(table)
    files = _write(sql, [(c.name, c.type) for c in columns], partitions, chosen, writing)
    location = table.location if table.location.endswith("/") else table.location + "/"
    if template is not None:
        objects = _upload_by_template(files, template, partitions, writing)
        return sum(file.rows for file in files), objects
    objects, by_partition = _upload(files, location, partitions, writing)
    if partitions and not projection.is_projected(table):
        known = {tuple(item["Values"]) for item in context.catalog.partitions(database, name)}
        inputs = [partition_input(answer, v, folder) for v, folder in by_partition.items() if v not in known]
        register(context, database, name, inputs)
    return sum(file.rows for file in files), objects


def _upload_by_template(
    files: Sequence[WrittenFile], template: str, partitions: Sequence[str], writing: Writing
) -> list[str]:
    objects: list[str] = []
    for file in files:
        folder = template
        for key, value in zip(partitions, file.values, strict=True):
            folder = folder.replace("${" + key + "}", value)
        objects += _upload([WrittenFile((), file.path, file.name, file.rows)], folder, (), writing)[0]
    return objects


def _insert_sql(statement: Insert, query: CompiledQuery, columns: Sequence[Column]) -> str:
    """Give the query's rows as rows of the table: in its order, in its types, NULL for columns not given."""
    target = {column.name: column for column in columns}
    given = list(statement.columns) or [column.name for column in columns]
    for name in given:
        if name not in target:
            raise QueryError("COLUMN_NOT_FOUND", f"Insert column name does not exist in target table: {name}")
    found = [column.type for column in query.columns]
    wanted = [target[name].type for name in given]
    if len(found) != len(wanted) or not all(assignable(a, b) for a, b in zip(found, wanted, strict=True)):
        raise QueryError(
            "TYPE_MISMATCH",
            f"Insert query has mismatched column types: Table: [{', '.join(map(str, wanted))}],"
            f" Query: [{', '.join(map(str, found))}]",
        )
    fields = dict(zip(given, query.fields("rows_"), strict=True))
    texts = []
    for column in columns:
        source = fields.get(column.name)
        if source is None:
            texts.append(f"CAST(NULL AS {types.duckdb_type(column.type)})")
        else:
            texts.append(assign(source.value, column.type).sql)
    names = ", ".join(f"c{index}" for index in range(1, len(found) + 1))
    return f"SELECT {', '.join(texts)} FROM ({query.sql}) AS rows_({names})"  # noqa: S608


def _format_of(table: TableDefinition) -> FileFormat:
    parameters = table.parameters
    compression = (
        parameters.get("write.compression")
        or parameters.get("parquet.compress")
        or parameters.get("orc.compress")
    )
    family = serdes.family_of(table)
    if family == serdes.PARQUET:
        return file_format("PARQUET", compression or "SNAPPY")
    if family == serdes.ORC:
        return file_format("ORC", compression)
    if family == serdes.AVRO:
        return file_format("AVRO", compression)
    _check_written_lines(table)
    if family == serdes.JSON:
        return file_format("JSON", "GZIP")
    rules = rules_of(table)
    if isinstance(rules, LazySimple):
        return file_format("TEXTFILE", "GZIP", rules.delimiters[0])
    raise UnsupportedError(f"INSERT INTO a table with the SerDe {table.serde}")


def _check_written_lines(table: TableDefinition) -> None:
    """Raise `QueryError` for properties of a table under which what is written would be read as something else."""
    options, properties = line_options(table), lowered_properties(table)
    for name, count in (
        ("skip.header.line.count", options.header_lines),
        ("skip.footer.line.count", options.footer_lines),
    ):
        if count:
            raise QueryError(
                "NOT_SUPPORTED",
                f"Inserting into Hive table with {name} property not supported: {table.full_name}",
            )
    changed = [name for name in ("escape.delim", "timestamp.formats") if properties.get(name)]
    changed += [name for name in properties if name.startswith("mapping.")]
    if properties.get("serialization.null.format", "\\N") != "\\N":
        changed.append("serialization.null.format")
    if options.encoding != "utf-8":
        changed.append("serialization.encoding")
    if changed:
        raise UnsupportedError(f"INSERT INTO {table.full_name} with the property {', '.join(changed)}")


def unload(statement: Unload, query: CompiledQuery, writing: Writing) -> tuple[int, list[str]]:
    """Write the rows of a query to a place in S3 that has to be empty."""
    given = statement.properties
    with_properties.check_known(given, _UNLOAD_PROPERTIES, "UNLOAD")
    name = with_properties.text(given, "format")
    if name is None:
        raise property_error("format", None, "PARQUET, ORC, JSON, TEXTFILE or AVRO")
    chosen = file_format(
        name,
        with_properties.text(given, "compression"),
        with_properties.text(given, "field_delimiter") or ",",
    )
    columns = _named_columns(query)
    partitions = _partition_columns(with_properties.names(given, "partitioned_by"), [c for c, _ in columns])
    _check_format(chosen, columns, partitions)
    location = statement.location if statement.location.endswith("/") else statement.location + "/"
    if list_folder(writing.context.clients, parse_location(location)):
        raise QueryError("HIVE_PATH_ALREADY_EXISTS", f"Target directory for table already exists: {location}")
    files = _write(query.sql, columns, partitions, chosen, writing, int96_times=True)
    objects, _ = _upload(files, location, partitions, writing)
    return sum(file.rows for file in files), objects
