"""dbt with dbt-athena: the project in `docs/examples/dbt`, run by the `dbt` command as its users run it.

Its source is a copy of the lake's table, which grows between two builds: at first it has two days without the family
`quiz`; then come a third day and, late, the quizzes of all days.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from pyathena import connect

from tests.clients.conftest import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clients.conftest import Lake

PROJECT = REPOSITORY / "docs" / "examples" / "dbt"
DBT = os.environ.get("STREAMLAKE_DBT") or str(REPOSITORY / ".tools" / "dbt" / "bin" / "dbt")
SOURCE = "dbt_lake"
SCHEMA = "learning"
LATE = "quiz"
FIRST, SECOND, THIRD = "2026-03-01", "2026-03-02", "2026-03-03"
# Whatever is asked of any other machine fails: nobody listens there.
NO_NETWORK = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1",
}


@dataclass(frozen=True)
class Run:
    """What a dbt command ended with: its exit code, what it printed, and the status of each node by its name."""

    code: int
    printed: str
    statuses: dict[str, str]


@dataclass(frozen=True)
class Project:
    """A copy of the project, with a `target` folder of its own."""

    folder: Path

    def dbt(self, *arguments: str, **variables: str) -> Run:
        results = self.folder / "target" / "run_results.json"
        results.unlink(missing_ok=True)
        done = subprocess.run(
            [DBT, "--no-use-colors", *arguments, "--vars", json.dumps({"lake": SOURCE})],
            cwd=self.folder,
            env={**os.environ, **NO_NETWORK, **variables},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        found = json.loads(results.read_text(encoding="utf-8"))["results"] if results.exists() else []
        statuses = {one["unique_id"].split(".")[2]: one["status"] for one in found}
        return Run(done.returncode, done.stdout + done.stderr, statuses)


@dataclass(frozen=True)
class Source:
    """The copy of the lake's table that the project reads."""

    s3: Any
    bucket: str

    def add(self, days: set[str], *, late: bool) -> None:
        """Copy the objects of these days, of the late family or of all others."""
        for key in self._keys("data/events/"):
            family, day = (part.partition("=")[2] for part in key.split("/")[2:4])
            if day in days and (family == LATE) == late:
                self.copy(key, f"{SOURCE}/{key.removeprefix('data/')}")

    def copy(self, key: str, to: str) -> None:
        self.s3.copy_object(Bucket=self.bucket, Key=to, CopySource={"Bucket": self.bucket, "Key": key})

    @contextmanager
    def doubled(self) -> Iterator[None]:
        """Let one object be there twice for a while."""
        original = next(iter(self._keys(f"{SOURCE}/events/")))
        second = original.replace(".parquet", "-again.parquet")
        self.copy(original, second)
        yield
        self.s3.delete_object(Bucket=self.bucket, Key=second)

    def objects(self, database: str, table: str) -> dict[str, set[str]]:
        """Give the objects of a table by their folder, each as its name and the instant of its writing."""
        location = table_of(database, table)["StorageDescriptor"]["Location"]
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        found: dict[str, set[str]] = {}
        for item in self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
            folder, _, name = item["Key"].removeprefix(prefix).lstrip("/").rpartition("/")
            found.setdefault(folder, set()).add(f"{name} {item['LastModified']}")
        return found

    def _keys(self, prefix: str) -> list[str]:
        return [one["Key"] for one in self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)["Contents"]]


def table_of(database: str, table: str) -> dict[str, Any]:
    """Give a table as Glue has it."""
    glue: Any = boto3.client("glue")
    found: dict[str, Any] = glue.get_table(DatabaseName=database, Name=table)["Table"]
    glue.close()
    return found


def rows(sql: str, schema: str = SCHEMA) -> list[tuple[Any, ...]]:
    """Ask Athena itself."""
    with connect(work_group="streamlake-local", schema_name=schema, poll_interval=0.02) as connection:
        found: list[tuple[Any, ...]] = connection.cursor().execute(sql).fetchall()
    return found


@pytest.fixture(scope="module")
def source(lake: Lake) -> Iterator[Source]:
    glue: Any = boto3.client("glue")
    table = table_of(lake.database, "events")
    location = f"s3://{lake.data_bucket}/{SOURCE}/events/"
    place = table["StorageDescriptor"]["Location"]
    template = table["Parameters"]["storage.location.template"].replace(place, location)
    glue.create_database(DatabaseInput={"Name": SOURCE})
    glue.create_table(
        DatabaseName=SOURCE,
        TableInput={
            **{name: table[name] for name in ("Name", "TableType", "PartitionKeys")},
            "Parameters": {**table["Parameters"], "storage.location.template": template},
            "StorageDescriptor": {**table["StorageDescriptor"], "Location": location},
        },
    )
    glue.close()
    s3 = boto3.client("s3")
    made = Source(s3, lake.data_bucket)
    made.add({FIRST, SECOND}, late=False)
    yield made
    s3.close()


@pytest.fixture(scope="module")
def project(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("dbt") / "project"
    shutil.copytree(
        PROJECT, folder, ignore=shutil.ignore_patterns("target", "logs", "dbt_packages", ".user.yml")
    )
    return Project(folder)


@dataclass(frozen=True)
class Build:
    """A build, and what then lay where."""

    run: Run
    people_days: dict[str, set[str]]
    amounts: dict[str, set[str]]


def build(project: Project, source: Source) -> Build:
    run = project.dbt("build")
    assert run.code == 0, run.printed
    return Build(run, source.objects(SCHEMA, "people_days"), source.objects(SCHEMA, "amounts"))


@pytest.fixture(scope="module")
def first(project: Project, source: Source) -> Build:
    return build(project, source)


@pytest.fixture(scope="module")
def second(first: Build, project: Project, source: Source) -> Build:
    source.add({THIRD}, late=False)
    source.add({FIRST, SECOND, THIRD}, late=True)
    return build(project, source)


def test_build(first: Build, lake: Lake) -> None:
    statuses = first.run.statuses
    models = {"families", "learning_events", "family_days", "people_days", "amounts"}
    assert {name: statuses[name] for name in models} == dict.fromkeys(models, "success")
    tests = statuses.keys() - models
    assert {statuses[name] for name in tests} == {"pass"}
    for kind in ("not_null", "unique", "accepted_values", "relationships", "every_event_is_counted_once"):
        assert any(name.startswith(kind) for name in tests), kind

    view, table = table_of(SCHEMA, "learning_events"), table_of(SCHEMA, "family_days")
    assert view["TableType"] == "VIRTUAL_VIEW"
    assert table["StorageDescriptor"]["InputFormat"].endswith("MapredParquetInputFormat")
    assert table["PartitionKeys"] == [{"Name": "day", "Type": "date"}]
    assert table["StorageDescriptor"]["Location"].startswith(
        f"s3://{lake.data_bucket}/dbt/{SCHEMA}/family_days/"
    )
    assert table["Description"] == "How much happened of each kind on each day."
    described = {one["Name"]: one.get("Comment") for one in table["StorageDescriptor"]["Columns"]}
    assert described["family"] == "The first part of the event's name."
    seed = {one["Name"]: one["Type"] for one in table_of(SCHEMA, "families")["StorageDescriptor"]["Columns"]}
    assert seed == {
        "family": "string",
        "title": "string",
        "billable": "boolean",
        "since": "date",
        "weight": "double",
    }


def test_a_partition_that_was_touched_is_replaced_and_no_other(first: Build, second: Build) -> None:
    day = {name: f"day={name}" for name in (FIRST, SECOND, THIRD)}
    assert set(first.people_days) == {day[FIRST], day[SECOND]}
    assert set(second.people_days) == set(day.values())
    assert second.people_days[day[FIRST]] == first.people_days[day[FIRST]]
    assert not second.people_days[day[SECOND]] & first.people_days[day[SECOND]]
    asked = f"""
        SELECT created_date, count(*)
        FROM {SOURCE}.events
        WHERE json_extract_scalar(payload, '$.user_id') IS NOT NULL
            AND NOT (event_type = '{LATE}' AND created_date = '{FIRST}')
        GROUP BY 1 ORDER BY 1
    """
    stored = "SELECT cast(day AS varchar), sum(events) FROM people_days GROUP BY 1 ORDER BY 1"
    assert rows(stored) == rows(asked)
    late = f"SELECT cast(day AS varchar), count(*) FROM people_days WHERE contains(families, '{LATE}') GROUP BY 1"
    assert {name for name, _ in rows(late)} == {SECOND, THIRD}


def test_new_rows_are_appended(first: Build, second: Build) -> None:
    (before,), (after,) = first.amounts.values(), second.amounts.values()
    assert before < after
    asked = f"""
        SELECT event_uuid, cast(coalesce(json_extract_scalar(payload, '$.amount'),
                                         json_extract_scalar(payload, '$.total')) AS decimal(12, 2))
        FROM {SOURCE}.events
        WHERE json_extract(payload, '$.amount') IS NOT NULL OR json_extract(payload, '$.total') IS NOT NULL
        ORDER BY 1
    """
    assert rows("SELECT event_uuid, amount FROM amounts ORDER BY 1") == rows(asked)


def test_a_table_is_made_anew(second: Build, lake: Lake) -> None:
    counted = "SELECT family, sum(events) FROM family_days GROUP BY 1"
    assert dict(rows(counted)) == lake.families
    assert rows("SELECT sum(people) FROM family_days WHERE billable")[0][0] > 0
    asked = "SELECT event_type, min(created_datetime) FROM events GROUP BY 1 ORDER BY 1"
    assert rows("SELECT family, min(first_at) FROM family_days GROUP BY 1 ORDER BY 1") == rows(asked, SOURCE)


def test_tests_fail_on_bad_data(second: Build, project: Project, source: Source) -> None:
    names = ["source:lake", "learning_events", "every_event_is_counted_once"]
    with source.doubled():
        bad = project.dbt("test", "--select", *names)
    assert bad.code == 1, bad.printed
    failed = {name for name, status in bad.statuses.items() if status == "fail"}
    assert failed == {
        "source_unique_lake_events_event_uuid",
        "unique_learning_events_event_uuid",
        "every_event_is_counted_once",
    }
    assert {status for name, status in bad.statuses.items() if name not in failed} == {"pass"}


def test_docs(second: Build, project: Project) -> None:
    run = project.dbt("docs", "generate")
    assert run.code == 0, run.printed
    catalog = json.loads((project.folder / "target" / "catalog.json").read_text(encoding="utf-8"))
    columns = {
        name.split(".")[-1]: {column: of["type"] for column, of in node["columns"].items()}
        for name, node in {**catalog["nodes"], **catalog["sources"]}.items()
    }
    assert columns["people_days"] == {
        "user_id": "bigint",
        "events": "bigint",
        "families": "array<string>",
        "last_at": "timestamp",
        "day": "date",
    }
    assert columns["learning_events"]["amount"] == "decimal(12,2)"
    assert set(columns) == {"events", "families", "learning_events", "family_days", "people_days", "amounts"}
    assert catalog["nodes"]["model.learning.learning_events"]["metadata"]["type"] == "view"


@pytest.mark.parametrize(("days", "status"), [("1", "error"), ("36500", "pass")])
def test_freshness_of_the_source(second: Build, project: Project, days: str, status: str) -> None:
    run = project.dbt("source", "freshness", DBT_STALE_AFTER_DAYS=days)
    assert run.code == (status == "error"), run.printed
    (result,) = json.loads((project.folder / "target" / "sources.json").read_text(encoding="utf-8"))[
        "results"
    ]
    latest = rows("SELECT max(created_datetime) FROM events", SOURCE)[0][0]
    assert (result["status"], result["max_loaded_at"]) == (status, f"{latest:%Y-%m-%dT%H:%M:%S}+00:00")


def test_iceberg_is_refused_by_name(second: Build, project: Project) -> None:
    model = project.folder / "models" / "as_iceberg.sql"
    model.write_text("{{ config(table_type='iceberg') }}\nselect 1 as one\n", encoding="utf-8")
    run = project.dbt("run", "--select", "as_iceberg")
    model.unlink()
    assert (run.code, run.statuses) == (1, {"as_iceberg": "error"})
    assert "CREATE TABLE AS with the table type ICEBERG is not supported by the local Athena" in run.printed


def test_a_full_refresh_in_a_workgroup_that_enforces_its_place(
    second: Build, project: Project, source: Source, lake: Lake
) -> None:
    for arguments in (["--full-refresh"], []):
        run = project.dbt("run", "--select", "people_days", *arguments, DBT_WORK_GROUP=lake.workgroup)
        assert (run.code, run.statuses) == (0, {"people_days": "success"}), run.printed
    location = table_of(SCHEMA, "people_days")["StorageDescriptor"]["Location"]
    assert location.startswith(f"s3://{lake.results_bucket}/queries/tables/")
    assert set(source.objects(SCHEMA, "people_days")) == {f"day={name}" for name in (FIRST, SECOND, THIRD)}
    late = f"SELECT count(*) FROM people_days WHERE day = DATE '{FIRST}' AND contains(families, '{LATE}')"
    assert rows(late)[0][0] > 0
    asked = (
        f"SELECT count(*) FROM {SOURCE}.events WHERE json_extract_scalar(payload, '$.user_id') IS NOT NULL"
    )
    assert rows("SELECT sum(events) FROM people_days") == rows(asked)
