"""Writes what a crawl has found into the catalog, as the crawler's policies say.

AWS rule: new tables and partitions are created whatever the policy (reference 9.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from local_aws.delivery.conversion.errors import SchemaError
from local_aws.delivery.conversion.glue_types import StructType, parse_glue_type
from local_aws.glue import plan as plans
from local_aws.glue.crawl import journal as entries
from local_aws.glue.crawl.catalog import DEPRECATED_BY, UPDATED_BY, location_of
from local_aws.glue.crawl.formats import format_parameters, storage_descriptor
from local_aws.glue.crawl.journal import shown
from local_aws.glue.crawl.names import distinct, table_name
from local_aws.glue.crawl.schema import STRING, to_glue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local_aws.glue.crawl.catalog import Catalog
    from local_aws.glue.crawl.grouping import FoundPartition, Group
    from local_aws.glue.crawl.journal import Journal
    from local_aws.glue.crawl.schema import Schema
    from local_aws.glue.plan import CrawlPlan

# Parameters that change with every run or every object; a difference in them alone is no change of a schema.
_RUN_PARAMETER = "CRAWL_RUN_ID"
_VERSIONS = {"CrawlerSchemaDeserializerVersion": "1.0", "CrawlerSchemaSerializerVersion": "1.0"}


@dataclass(frozen=True)
class Found:
    """A group of objects in a bucket, with its table's address."""

    bucket: str
    group: Group

    @property
    def place(self) -> tuple[str, str]:
        """Bucket and key without a slash at its end: what a table's location is compared with."""
        return self.bucket, self.group.key.rstrip("/")

    @property
    def location(self) -> str:
        """The table's location."""
        return f"s3://{self.bucket}/{self.group.key}"


class Output:
    """Writes tables and partitions of one crawl."""

    def __init__(
        self,
        crawler: str,
        crawl_id: str,
        plan: CrawlPlan,
        catalog: Catalog,
        journal: Journal,
        clock: Callable[[], float],
    ) -> None:
        self._crawler = crawler
        self._crawl_id = crawl_id
        self._plan = plan
        self._catalog = catalog
        self._journal = journal
        self._clock = clock

    @property
    def _updates(self) -> bool:
        return self._plan.update_behavior == plans.UPDATE_IN_DATABASE or self._plan.options.merge_new_columns

    def write(self, found: Found, tables: dict[str, dict[str, Any]]) -> str:
        """Create or update the table of a group, and its partitions; give its name.

        `tables` are those of the database by name; what is created here is added.
        """
        present = self._present(found, tables)
        table = self._create(found, tables) if present is None else self._update(found, present)
        tables[table["Name"]] = table
        keys = [key["Name"] for key in table.get("PartitionKeys", [])]
        if len(keys) != found.group.depth:
            self._journal.warn(
                f"Table {table['Name']} has the partition columns {keys}, its folders would give "
                f"{list(found.group.partition_keys())}; partition columns of a table cannot be changed, its partitions "
                "are left as they are"
            )
        elif keys:
            self.write_partitions(table, found.bucket, found.group.partitions())
        return str(table["Name"])

    def _present(self, found: Found, tables: Mapping[str, dict[str, Any]]) -> dict[str, Any] | None:
        """Give the table at the group's place; of several, the one that this crawler has made."""
        there = [table for table in tables.values() if location_of(table) == found.place]
        own = [table for table in there if (table.get("Parameters") or {}).get(UPDATED_BY) == self._crawler]
        return next(iter([*own, *there]), None)

    def write_partitions(
        self, table: Mapping[str, Any], bucket: str, partitions: Sequence[FoundPartition]
    ) -> None:
        """Create the partitions that are new and update those that have changed."""
        name = table["Name"]
        known = self._catalog.partitions(name)
        wanted = {item.values: self._partition(table, bucket, item) for item in partitions}
        fresh = [item for values, item in wanted.items() if values not in known]
        self._catalog.create_partitions(name, fresh)
        if fresh:
            shown_values = shown([f"[{', '.join(item['Values'])}]" for item in fresh])
            self._journal.info(f"Created partitions with values [{shown_values}] in table {name}")
        self._journal.count(entries.PARTITION, entries.ADD, name, len(fresh))
        changed = [
            item for values, item in wanted.items() if values in known and _differs(known[values], item)
        ]
        if not changed:
            return
        if not (self._updates or self._plan.options.inherit_from_table):
            self._journal.info(
                f"Found {len(changed)} changed partitions of table {name}, not updated because of "
                "SchemaChangePolicy.UpdateBehavior LOG"
            )
            return
        self._catalog.update_partitions(name, changed)
        shown_values = shown([f"[{', '.join(item['Values'])}]" for item in changed])
        self._journal.info(f"Updated partitions with values [{shown_values}] in table {name}")
        self._journal.count(entries.PARTITION, entries.UPDATE, name, len(changed))

    def update_catalog_table(self, table: dict[str, Any], schema: Schema) -> dict[str, Any]:
        """Bring the columns of a table that somebody else made up to date, if the policy says so; give the table.

        Partition columns are never data columns too, whatever the objects have.
        """
        keys = {key["Name"] for key in table.get("PartitionKeys", [])}
        columns = to_glue({name: kind for name, kind in schema.named_types().items() if name not in keys})
        storage = dict(table["StorageDescriptor"])
        present = storage.get("Columns", [])
        storage["Columns"] = (
            merge_new_columns(present, columns) if self._plan.options.merge_new_columns else columns
        )
        if _columns(storage) == _columns(table["StorageDescriptor"]):
            return table
        if not self._updates:
            self._journal.info(
                f"Table {table['Name']} in database {self._catalog.database} has other columns than its objects; "
                "not updated because of SchemaChangePolicy.UpdateBehavior LOG"
            )
            return table
        parameters = {**(table.get("Parameters") or {}), UPDATED_BY: self._crawler}
        return self._replace(table, {**table, "StorageDescriptor": storage, "Parameters": parameters})

    def _create(self, found: Found, tables: Mapping[str, Any]) -> dict[str, Any]:
        name = table_name(self._plan.table_prefix, found.group.name)
        if name in tables:
            name = distinct(name, found.location)
        table = self._table(name, found)
        self._catalog.create_table(table)
        self._journal.info(f"Created table {name} in database {self._catalog.database}")
        self._journal.count(entries.TABLE, entries.ADD, name)
        if self._plan.options.create_partition_index and table["PartitionKeys"]:
            self._catalog.create_partition_index(name, [key["Name"] for key in table["PartitionKeys"]])
        return table

    def _update(self, found: Found, present: dict[str, Any]) -> dict[str, Any]:
        name = present["Name"]
        wanted = self._table(name, found)
        wanted["PartitionKeys"] = present.get("PartitionKeys", [])
        if self._plan.options.merge_new_columns:
            return self._merge_new_columns(present, wanted)
        if not _differs(present, wanted):
            return present
        if self._plan.update_behavior == plans.LOG:
            self._journal.info(
                f"Table {name} in database {self._catalog.database} has changed; not updated because of "
                "SchemaChangePolicy.UpdateBehavior LOG"
            )
            return present
        return self._replace(present, {**wanted, **_kept(present)})

    def _merge_new_columns(self, present: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
        """Add columns that are new and leave everything else; deprecate a table whose data is of another kind now."""
        name = present["Name"]
        before, after = present.get("Parameters") or {}, wanted["Parameters"]
        fundamental = [
            key
            for key in ("classification", "compressionType", "delimiter")
            if key in before and before[key] != after.get(key)
        ]
        if fundamental:
            changes = ", ".join(f"{key} is {after.get(key)} and was {before[key]}" for key in fundamental)
            self._journal.warn(
                f"Table {name}: {changes}; the difference must be resolved, the table is marked deprecated"
            )
            self.deprecate_table(present)
            return present
        storage = dict(present["StorageDescriptor"])
        storage["Columns"] = merge_new_columns(
            storage.get("Columns", []), wanted["StorageDescriptor"]["Columns"]
        )
        merged = {
            **present,
            "StorageDescriptor": storage,
            "Parameters": {**{key: v for key, v in before.items() if key != DEPRECATED_BY}, **after},
        }
        storage["Parameters"] = {
            **(storage.get("Parameters") or {}),
            **wanted["StorageDescriptor"]["Parameters"],
        }
        return self._replace(present, merged) if _differs(present, merged) else present

    def _replace(self, present: Mapping[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
        name = present["Name"]
        self._catalog.update_table(wanted)
        self._journal.info(f"Updated table {name} in database {self._catalog.database}")
        self._journal.count(entries.TABLE, entries.UPDATE, name)
        return wanted

    def _table(self, name: str, found: Found) -> dict[str, Any]:
        schema = found.group.schema
        keys = found.group.partition_keys()
        parameters = self._parameters(schema)
        if keys and self._plan.options.create_partition_index:
            parameters["partition_filtering.enabled"] = "true"
        exclusions = [
            f"s3://{target.bucket}/{target.prefix}{pattern}"
            for target in self._plan.s3_targets
            for pattern in target.exclusions
            if target.bucket == found.bucket
        ]
        if exclusions:
            parameters["exclusions"] = orjson.dumps(exclusions).decode()
        return {
            "Name": name,
            "Owner": "owner",
            "Retention": 0,
            "StorageDescriptor": storage_descriptor(schema, schema.named_types(), found.location, parameters),
            "PartitionKeys": to_glue({key: str(STRING) for key in keys}),
            "TableType": "EXTERNAL_TABLE",
            "Parameters": parameters,
        }

    def _partition(self, table: Mapping[str, Any], bucket: str, item: FoundPartition) -> dict[str, Any]:
        location = f"s3://{bucket}/{item.key}"
        parameters = self._parameters(item.schema)
        if self._plan.options.inherit_from_table:
            storage = dict(table["StorageDescriptor"])
            storage |= {"Location": location, "Parameters": {**(storage.get("Parameters") or {})}}
            storage["Parameters"] |= item.schema.statistics.parameters()
            storage["Parameters"].pop(DEPRECATED_BY, None)
            inherited = {**(table.get("Parameters") or {}), **item.schema.statistics.parameters()}
            inherited.pop(DEPRECATED_BY, None)
            return {"Values": list(item.values), "StorageDescriptor": storage, "Parameters": inherited}
        storage = storage_descriptor(item.schema, item.schema.named_types(), location, parameters)
        return {"Values": list(item.values), "StorageDescriptor": storage, "Parameters": parameters}

    def _parameters(self, schema: Schema) -> dict[str, str]:
        return {
            _RUN_PARAMETER: self._crawl_id,
            **_VERSIONS,
            UPDATED_BY: self._crawler,
            **format_parameters(schema),
            **schema.statistics.parameters(),
        }

    def drop_table(self, table: dict[str, Any]) -> None:
        """Do with a table whose objects are gone what the policy says."""
        name = table["Name"]
        if self._plan.delete_behavior == plans.DELETE_FROM_DATABASE:
            self._catalog.delete_table(name)
            self._journal.info(f"Deleted table {name} from database {self._catalog.database}")
            self._journal.count(entries.TABLE, entries.DELETE, name)
        elif self._plan.delete_behavior == plans.DEPRECATE_IN_DATABASE:
            self.deprecate_table(table)
        else:
            self._journal.info(f"Found table {name} with no matching schema at its S3 location")

    def deprecate_table(self, table: dict[str, Any]) -> None:
        """Mark a table as deprecated, once."""
        if DEPRECATED_BY in (table.get("Parameters") or {}):
            return
        name = table["Name"]
        self._catalog.update_table(self._deprecated(table))
        self._journal.info(
            f"Table {name} is marked deprecated because a matching schema was not found at the table's location."
        )
        self._journal.count(entries.TABLE, entries.UPDATE, name)

    def drop_partitions(self, table: Mapping[str, Any], partitions: Sequence[dict[str, Any]]) -> None:
        """Do with partitions whose objects are gone what the policy says."""
        name = table["Name"]
        behavior = self._plan.delete_behavior
        if behavior == plans.DEPRECATE_IN_DATABASE:
            partitions = [item for item in partitions if DEPRECATED_BY not in (item.get("Parameters") or {})]
            self._catalog.update_partitions(name, [self._deprecated(item) for item in partitions])
            self._journal.count(entries.PARTITION, entries.UPDATE, name, len(partitions))
        elif behavior == plans.DELETE_FROM_DATABASE:
            self._catalog.delete_partitions(name, partitions)
            self._journal.count(entries.PARTITION, entries.DELETE, name, len(partitions))
        for item in partitions:
            done = {plans.DELETE_FROM_DATABASE: "deleted", plans.DEPRECATE_IN_DATABASE: "marked deprecated"}
            self._journal.info(
                f"Found partition of table {name} with partition values [{', '.join(item['Values'])}] with no matching "
                f"schema at the partition's S3 location; it is {done.get(behavior, 'left as it is')}"
            )

    def _deprecated(self, item: Mapping[str, Any]) -> dict[str, Any]:
        mark = {DEPRECATED_BY: str(int(self._clock() * 1000))}
        storage = dict(item.get("StorageDescriptor") or {})
        storage["Parameters"] = {**(storage.get("Parameters") or {}), **mark}
        parameters = {**(item.get("Parameters") or {}), **mark}
        return {**item, "StorageDescriptor": storage, "Parameters": parameters}


def merge_new_columns(
    present: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Add to columns those that are new, and to their structs the members that are new; change nothing else."""
    found = {column["Name"]: column["Type"] for column in wanted}
    merged = [
        {**column, "Type": _with_new_members(str(column.get("Type", STRING)), found.get(column["Name"]))}
        for column in present
    ]
    names = {column["Name"] for column in present}
    return [*merged, *({"Name": name, "Type": kind} for name, kind in found.items() if name not in names)]


def _with_new_members(present: str, wanted: str | None) -> str:
    try:
        ours, theirs = parse_glue_type(present), parse_glue_type(wanted or present)
    except SchemaError:
        return present
    if not isinstance(ours, StructType) or not isinstance(theirs, StructType):
        return present
    names = {name for name, _ in ours.members}
    fresh = tuple((name, kind) for name, kind in theirs.members if name not in names)
    return str(StructType((*ours.members, *fresh))) if fresh else present


def _kept(present: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a crawler never sets and so leaves: the description, the owner."""
    return {name: present[name] for name in ("Description", "Owner", "Retention") if present.get(name)}


def _differs(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether what is in the catalog is not what it should be, apart from the run's id."""
    ours, theirs = present.get("StorageDescriptor") or {}, wanted["StorageDescriptor"]
    serde, other_serde = ours.get("SerdeInfo") or {}, theirs.get("SerdeInfo") or {}
    return (
        _columns(ours) != _columns(theirs)
        or any(
            (ours.get(name) or "") != (theirs.get(name) or "")
            for name in ("InputFormat", "OutputFormat", "Compressed")
        )
        or (ours.get("Location") or "").rstrip("/") != (theirs.get("Location") or "").rstrip("/")
        or serde.get("SerializationLibrary") != other_serde.get("SerializationLibrary")
        or (serde.get("Parameters") or {}) != (other_serde.get("Parameters") or {})
        or _lasting(present.get("Parameters")) != _lasting(wanted.get("Parameters"))
    )


def _columns(storage: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(column["Name"], column.get("Type", "")) for column in storage.get("Columns", [])]


def _lasting(parameters: Mapping[str, str] | None) -> dict[str, str]:
    return {name: value for name, value in (parameters or {}).items() if name != _RUN_PARAMETER}
