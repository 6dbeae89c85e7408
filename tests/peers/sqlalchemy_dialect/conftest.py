"""SQLAlchemy's plugin for pytest, which runs its tests of dialects, told how tables of Hive are emptied.

Athena deletes no rows of a table of Hive, and DROP TABLE leaves its objects: what is dropped and created again has
its rows still. Both times the objects are removed here, so that a test finds its tables as SQLAlchemy means it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import sqlalchemy as sa
from sqlalchemy.testing import config
from sqlalchemy.testing.plugin.pytestplugin import *  # noqa: F403
from sqlalchemy.testing.provision import delete_from_all_tables

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_s3 = boto3.resource("s3")


@delete_from_all_tables.for_db("awsathena")  # type: ignore[untyped-decorator]
def _empty_all(connection: Connection, testing_config: Any, metadata: sa.MetaData) -> None:
    for table in metadata.sorted_tables:
        _empty(table)


@sa.event.listens_for(sa.Table, "before_create")  # type: ignore[untyped-decorator]
def _empty_first(table: sa.Table, connection: Connection, **_: object) -> None:
    _empty(table)


def _empty(table: sa.Table) -> None:
    """Remove the objects of a table: PyAthena gives each table a folder of its own below the location of the URL."""
    url = config.db.url
    bucket, _, folder = str(url.query["location"]).removeprefix("s3://").partition("/")
    schema = table.schema or url.database
    _s3.Bucket(bucket).objects.filter(Prefix=f"{folder}{schema}/{table.name}/").delete()
