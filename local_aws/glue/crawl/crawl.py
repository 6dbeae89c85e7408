"""One run of a crawler, from the listing to the catalog, by public APIs only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.glue.crawl import journal as entries
from local_aws.glue.crawl.catalog import UPDATED_BY, Catalog, location_of
from local_aws.glue.crawl.catalog_target import CatalogTargetCrawl
from local_aws.glue.crawl.classify import Classifier, UnusableClassifierError, custom_classifier
from local_aws.glue.crawl.grouping import FoundPartition, Group, Grouping, Leaf, folder_values
from local_aws.glue.crawl.journal import Journal
from local_aws.glue.crawl.objects import as_folder, current, has_changed, sample, target_objects
from local_aws.glue.crawl.output import Found, Output
from local_aws.glue.crawl.schema import UNKNOWN, merge
from local_aws.glue.errors import CrawlFailedError, CrawlStoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from local_aws.clients import Clients
    from local_aws.glue.crawl.cache import SchemaCache
    from local_aws.glue.crawl.classify import CustomClassifier
    from local_aws.glue.crawl.objects import StoredObject
    from local_aws.glue.crawl.schema import Schema
    from local_aws.glue.plan import CrawlPlan, S3Target

    Classified = list[tuple[StoredObject, Schema]]

_READING_THREADS = 4
_READING_ATTEMPTS = 5


@dataclass(frozen=True)
class CrawlRequest:
    """What one run is to do. `known_folders` are those of earlier runs, or None when everything is crawled."""

    crawler: str
    crawl_id: str
    plan: CrawlPlan
    log_group: str = entries.LOG_GROUP
    known_folders: frozenset[str] | None = None


@dataclass(frozen=True)
class CrawlOutcome:
    """What a run did. `folders` are all folders with objects that it saw, as `bucket/key/`."""

    summary: str
    tables_created: int
    tables_updated: int
    tables_deleted: int
    folders: frozenset[str]


class Crawl:
    """One run; `check` is called between steps and raises `CrawlStoppedError` to end it."""

    def __init__(
        self,
        request: CrawlRequest,
        clients: Clients,
        cache: SchemaCache,
        clock: Callable[[], float],
        check: Callable[[], None],
    ) -> None:
        self._request = request
        self._plan = request.plan
        self._clients = clients
        self._cache = cache
        self._clock = clock
        self._check = check
        self.journal = Journal(request.crawler, request.crawl_id, request.log_group, clock)
        self._folders: set[str] = set()

    def run(self) -> CrawlOutcome:
        """Crawl all targets.

        Raises `CrawlFailedError` with a text for the user, and `CrawlStoppedError`; what was written until then stays.
        """
        self.journal.benchmark(f"Running Start Crawl for Crawler {self._request.crawler}")
        try:
            if self._plan.catalog_targets:
                self._crawl_catalog()
            else:
                self._crawl_s3()
        except (CrawlFailedError, CrawlStoppedError) as error:
            self.journal.error(str(error))
            raise
        except ClientError as error:
            text = failure(error)
            self.journal.error(text)
            raise CrawlFailedError(text) from error
        except BotoCoreError as error:
            self.journal.error(str(error))
            raise CrawlFailedError(str(error)) from error
        finally:
            self.journal.summarise()
            self.journal.benchmark("Crawler has finished running and is in state READY")
            self.journal.flush(self._clients)
        return CrawlOutcome(
            summary=self.journal.summary(),
            tables_created=self.journal.counted(entries.TABLE, entries.ADD),
            tables_updated=self.journal.counted(entries.TABLE, entries.UPDATE),
            tables_deleted=self.journal.counted(entries.TABLE, entries.DELETE),
            folders=frozenset(self._folders),
        )

    def _crawl_s3(self) -> None:
        classifiers = self._custom_classifiers()
        catalog = Catalog(self._clients, self._plan.database)
        tables = {table["Name"]: table for table in catalog.tables()}
        output = self._output(catalog)
        found: list[Found] = []
        for target in self._plan.s3_targets:
            classified = self._classified(target, classifiers)
            if self._request.known_folders is not None:
                classified = self._attach(target, classified, tables, output)
            groups = self._groups(target, classified, self._apart(target, tables))
            found += [Found(target.bucket, group) for group in groups]
        found = list({item.place: item for item in found}.values())
        self._check_threshold(len(found))
        self._classified_entries(self._plan.database)
        written = set()
        for item in found:
            self._check()
            written.add(output.write(item, tables))
            if self._request.known_folders is None:
                self._drop_partitions(item, tables, catalog, output)
        if self._request.known_folders is None:
            for table in self._own_tables(tables):
                if table["Name"] not in written:
                    self._check()
                    output.drop_table(table)
        self.journal.benchmark("Finished writing to Catalog")

    def _crawl_catalog(self) -> None:
        classifiers = self._custom_classifiers()
        for target in self._plan.catalog_targets:
            catalog = Catalog(self._clients, target.database)
            crawl = CatalogTargetCrawl(
                self._plan,
                catalog,
                self._output(catalog),
                self.journal,
                lambda s3_target: self._classified(s3_target, classifiers),
            )
            self._classified_entries(target.database)
            for name in target.tables:
                self._check()
                crawl.table(name)
        self.journal.benchmark("Finished writing to Catalog")

    def _output(self, catalog: Catalog) -> Output:
        return Output(
            self._request.crawler, self._request.crawl_id, self._plan, catalog, self.journal, self._clock
        )

    def _classified(self, target: S3Target, classifiers: Sequence[CustomClassifier]) -> Classified:
        """List a target and tell what is in each object, several at a time."""
        objects = target_objects(self._clients, target, self._check)
        known = self._request.known_folders or frozenset()
        self._folders |= {f"{item.bucket}/{item.folder}" for item in objects}
        objects = [item for item in objects if f"{item.bucket}/{item.folder}" not in known]
        classifier = Classifier(self._clients, classifiers)

        def classify(item: StoredObject) -> tuple[StoredObject, Schema] | None:
            """Tell what is in an object; one that is written anew meanwhile is read anew, one that is gone is none."""
            listed: StoredObject | None = item
            attempts = 0
            while listed is not None:
                self._check()
                attempts += 1
                try:
                    return listed, self._cache.get(listed, tuple(classifiers), classifier.classify)
                except ClientError as error:
                    if not has_changed(error) or attempts == _READING_ATTEMPTS:
                        raise
                    listed = current(self._clients, listed)
            return None

        with ThreadPoolExecutor(_READING_THREADS, thread_name_prefix="crawl") as pool:
            read = list(pool.map(classify, sample(objects, target.sample_size)))
        found = [pair for pair in read if pair is not None]
        unknown = [item.uri for item, schema in found if schema.format.classification == UNKNOWN]
        if unknown:
            self.journal.warn(f"No classifier recognises {entries.shown(unknown)}")
        return found

    def _apart(self, target: S3Target, tables: Mapping[str, dict[str, Any]]) -> frozenset[str]:
        """Give the folders above this crawler's tables, when only new folders are looked at."""
        if self._request.known_folders is None:
            return frozenset()
        keys = [
            place[1]
            for place in map(location_of, self._own_tables(tables))
            if place and place[0] == target.bucket
        ]
        parents = [key.split("/")[:length] for key in keys for length in range(key.count("/") + 1)]
        return frozenset("".join(f"{part}/" for part in parent) for parent in parents)

    def _groups(self, target: S3Target, classified: Classified, apart: frozenset[str]) -> list[Group]:
        if len(classified) == 1 and classified[0][0].key == target.prefix:
            item, schema = classified[0]
            return [Group(item.key, item.name, (Leaf((), item.key, schema),))]
        options = self._plan.options
        return Grouping(options.combine_compatible, options.table_level, apart).groups(
            target.bucket, as_folder(target.prefix), classified
        )

    def _custom_classifiers(self) -> list[CustomClassifier]:
        try:
            glue = self._clients.client("glue")
            answers: list[Any] = [glue.get_classifier(Name=name) for name in self._plan.classifiers]
            return [custom_classifier(answer["Classifier"]) for answer in answers]
        except UnusableClassifierError as error:
            raise CrawlFailedError(str(error)) from error

    def _classified_entries(self, database: str) -> None:
        self.journal.benchmark(f"Classification complete, writing results to database {database}")
        policy = f'{{"UpdateBehavior":"{self._plan.update_behavior}","DeleteBehavior":"{self._plan.delete_behavior}"}}'
        self.journal.info(f"Crawler configured with SchemaChangePolicy {policy}.")
        self.journal.flush(self._clients)

    def _check_threshold(self, count: int) -> None:
        threshold = self._plan.options.table_threshold
        if threshold is not None and count > threshold:
            raise CrawlFailedError(
                f"The number of tables detected by crawler: {count} is greater than the table "
                f"threshold value provided: {threshold}"
            )

    def _own_tables(self, tables: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Give the tables that this crawler has made at places that it crawls."""
        places = [(target.bucket, target.prefix.rstrip("/")) for target in self._plan.s3_targets]
        own = []
        for table in tables.values():
            place = location_of(table)
            if place is None or (table.get("Parameters") or {}).get(UPDATED_BY) != self._request.crawler:
                continue
            if any(_is_below(place, one) for one in places):
                own.append(table)
        return own

    def _drop_partitions(
        self, item: Found, tables: Mapping[str, dict[str, Any]], catalog: Catalog, output: Output
    ) -> None:
        table = next((one for one in tables.values() if location_of(one) == item.place), None)
        if table is None or len(table.get("PartitionKeys", [])) != item.group.depth or not item.group.depth:
            return
        present = {partition.values for partition in item.group.partitions()}
        gone = [one for values, one in catalog.partitions(table["Name"]).items() if values not in present]
        # What somebody has registered elsewhere was not looked at.
        output.drop_partitions(table, [one for one in gone if _is_below(location_of(one), item.place)])

    def _attach(
        self,
        target: S3Target,
        classified: Classified,
        tables: Mapping[str, dict[str, Any]],
        output: Output,
    ) -> Classified:
        """Add new folders to the tables they belong to; give the objects that belong to none.

        AWS rule: a new folder becomes a partition when it fits the table, and otherwise a table (reference 9.3).
        """
        by_folder: dict[str, Classified] = {}
        for item, schema in classified:
            by_folder.setdefault(item.folder, []).append((item, schema))
        own = self._own_tables(tables)
        new: dict[str, list[FoundPartition]] = {}
        for folder, pairs in list(by_folder.items()):
            schemas = [schema for _, schema in pairs]
            for table in own:
                values = folder_values(table, target.bucket, folder)
                wanted = (table.get("Parameters") or {}).get("classification")
                if values and all(schema.format.classification == wanted for schema in schemas):
                    new.setdefault(table["Name"], []).append(FoundPartition(values, folder, merge(schemas)))
                    del by_folder[folder]
                    break
        for name, partitions in new.items():
            self._check()
            output.write_partitions(tables[name], target.bucket, partitions)
        return [pair for pairs in by_folder.values() for pair in pairs]


def _is_below(place: tuple[str, str] | None, above: tuple[str, str]) -> bool:
    """Tell whether a place (bucket and key) is another or lies below it; no place lies nowhere."""
    if place is None or place[0] != above[0]:
        return False
    return not above[1] or place[1] == above[1] or place[1].startswith(f"{above[1]}/")


def failure(error: ClientError) -> str:
    """Say why a call failed, and that of the role where it is the role that cannot be assumed."""
    detail = error.response["Error"]
    text = f"{detail.get('Code')}: {detail.get('Message')} ({error.operation_name})"
    if error.operation_name == "AssumeRole":
        return f"Service is unable to assume provided role. Please verify role's TrustPolicy. {text}"
    return text
