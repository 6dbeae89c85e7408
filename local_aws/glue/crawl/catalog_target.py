"""Catalog targets: tables that are there already get the partitions that their folders have.

AWS rule: no table is created or deleted, and grouping is always that of compatible schemas (reference 9.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.glue.crawl.catalog import location_of
from local_aws.glue.crawl.grouping import FoundPartition, folder_values
from local_aws.glue.crawl.journal import shown
from local_aws.glue.crawl.objects import as_folder
from local_aws.glue.crawl.schema import UNKNOWN, merge
from local_aws.glue.errors import CrawlFailedError
from local_aws.glue.plan import S3Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from local_aws.glue.crawl.catalog import Catalog
    from local_aws.glue.crawl.journal import Journal
    from local_aws.glue.crawl.objects import StoredObject
    from local_aws.glue.crawl.output import Output
    from local_aws.glue.crawl.schema import Schema
    from local_aws.glue.plan import CrawlPlan

    Classified = list[tuple[StoredObject, Schema]]

_BY_INPUT_FORMAT = (("parquet", "parquet"), ("orc", "orc"))


class CatalogTargetCrawl:
    """Crawls tables of one database; `classified` lists and classifies what is in a folder."""

    def __init__(
        self,
        plan: CrawlPlan,
        catalog: Catalog,
        output: Output,
        journal: Journal,
        classified: Callable[[S3Target], Classified],
    ) -> None:
        self._plan = plan
        self._catalog = catalog
        self._output = output
        self._journal = journal
        self._classified = classified

    def table(self, name: str) -> None:
        """Crawl the folder of one table; raises `CrawlFailedError` when there is no such table of files."""
        table = self._catalog.table(name)
        if table is None:
            raise CrawlFailedError(f"Table {name} not found in database {self._catalog.database}.")
        place = location_of(table)
        if place is None:
            location = (table.get("StorageDescriptor") or {}).get("Location")
            raise CrawlFailedError(
                f"Table {self._catalog.database}.{name} has the location {location!r}; only tables in S3 can be crawled"
            )
        bucket, key = place
        fitting = self._fitting(table, self._classified(S3Target(bucket, as_folder(key))))
        if fitting:
            table = self._output.update_catalog_table(table, merge(schema for _, schema in fitting))
        if not table.get("PartitionKeys"):
            return
        found = self._partitions(table, bucket, fitting)
        self._output.write_partitions(table, bucket, found)
        present = {partition.values for partition in found}
        known = self._catalog.partitions(name)
        self._output.drop_partitions(table, [one for values, one in known.items() if values not in present])

    def _fitting(self, table: Mapping[str, Any], classified: Classified) -> Classified:
        """Leave out objects of another format than the table's."""
        wanted = _classification(table)
        fitting = [
            (item, schema)
            for item, schema in classified
            if schema.format.classification != UNKNOWN and wanted in (None, schema.format.classification)
        ]
        others = sorted({item.uri for item, _ in classified} - {item.uri for item, _ in fitting})
        if others:
            self._journal.warn(f"Table {table['Name']} holds {wanted}; left out: {shown(others)}")
        return fitting

    def _partitions(
        self, table: Mapping[str, Any], bucket: str, classified: Classified
    ) -> list[FoundPartition]:
        by_folder: dict[str, list[Schema]] = {}
        for item, schema in classified:
            by_folder.setdefault(item.folder, []).append(schema)
        found, strange = [], []
        for folder, schemas in by_folder.items():
            values = folder_values(table, bucket, folder)
            if values is None:
                strange.append(f"s3://{bucket}/{folder}")
            else:
                found.append(FoundPartition(values, folder, merge(schemas)))
        if strange:
            keys = ", ".join(key["Name"] for key in table["PartitionKeys"])
            self._journal.warn(
                f"Table {table['Name']} is partitioned by {keys}; no partitions are {shown(strange)}"
            )
        return found


def _classification(table: Mapping[str, Any]) -> str | None:
    """Give the format of a table: what its parameter says, or else what its input format or SerDe is for."""
    named = (table.get("Parameters") or {}).get("classification")
    if named:
        return str(named).lower()
    storage = table.get("StorageDescriptor") or {}
    serde = str((storage.get("SerdeInfo") or {}).get("SerializationLibrary") or "").lower()
    text = f"{storage.get('InputFormat') or ''} {serde}".lower()
    if "json" in serde:
        return "json"
    for part, classification in _BY_INPUT_FORMAT:
        if part in text:
            return classification
    return "csv" if "lazysimple" in serde or "opencsv" in serde else None
