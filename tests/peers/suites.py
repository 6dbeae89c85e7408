"""The suites of other projects: how each is started, and what it finds on the local AWS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol
from urllib.parse import quote

from local_aws.config import REPOSITORY_DIR
from tests.peers.source import unpacked

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

HERE = Path(__file__).parent
_BUCKET = "peers"
_REGION = "us-east-1"
# Whatever is asked of any other machine fails: nobody listens there.
_NO_NETWORK = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1",
}
# Their warnings are theirs; what they write stays outside the repository.
_OPTIONS = ("-p", "no:cacheprovider", "-W", "ignore", "--quiet", "--tb=short", "--override-ini=addopts=")


class Suite(Protocol):
    """Tests that somebody else wrote, in an environment of their own."""

    @property
    def name(self) -> str:
        """Return the name of its file in `expected`."""

    @property
    def title(self) -> str:
        """Return what a report calls it."""

    def command(self, instance: LocalAws) -> tuple[list[str], Path]:
        """Make what the suite needs to find, and return its command and the folder to run it in."""

    def variables(self, instance: LocalAws) -> dict[str, str]:
        """Return the variables of its process."""


@dataclass(frozen=True)
class DbtAthena:
    """dbt-athena's functional tests, from its source distribution, with the tests that dbt's adapters share."""

    name: ClassVar[str] = "dbt_athena"
    title: ClassVar[str] = "dbt-athena"
    environment: Path = REPOSITORY_DIR / ".tools" / "peers"

    def command(self, instance: LocalAws) -> tuple[list[str], Path]:
        python = self.environment / "bin" / "python"
        source = unpacked("dbt-athena", python, self.environment / "source")
        instance.clients.client("s3").create_bucket(Bucket=_BUCKET)
        command = [str(python), "-m", "pytest", f"--rootdir={source}", "--numprocesses=2", "--dist=loadscope"]
        return [*command, "-p", "peer_models", *_OPTIONS, "tests/functional"], source

    def variables(self, instance: LocalAws) -> dict[str, str]:
        settings = {
            "S3_STAGING_DIR": f"s3://{_BUCKET}/staging/",
            "S3_TMP_TABLE_DIR": f"s3://{_BUCKET}/temporary/",
            "REGION_NAME": _REGION,
            "DATABASE": "awsdatacatalog",
            "SCHEMA": "peers",
            "WORK_GROUP": "primary",
            "THREADS": "2",
            "POLL_INTERVAL": "0.05",
        }
        return {
            **_user_variables(instance),
            **{f"DBT_TEST_ATHENA_{name}": value for name, value in settings.items()},
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "PYTHONPATH": str(HERE / "plugins"),
        }


@dataclass(frozen=True)
class SqlAlchemyDialect:
    """SQLAlchemy's tests of a dialect, with PyAthena's `awsathena+rest` and tables of Hive in Parquet."""

    name: ClassVar[str] = "sqlalchemy"
    title: ClassVar[str] = "SQLAlchemy"
    environment: Path = REPOSITORY_DIR / ".tools" / "clients"

    def command(self, instance: LocalAws) -> tuple[list[str], Path]:
        glue = instance.clients.client("glue")
        # The second and third have these names in SQLAlchemy.
        for database in ("dialect", "test_schema", "test_schema_2"):
            glue.create_database(DatabaseInput={"Name": database})
        instance.clients.client("s3").create_bucket(Bucket=f"{_BUCKET}-dialect")
        settings = {
            "s3_staging_dir": f"s3://{_BUCKET}-dialect/results/",
            "location": f"s3://{_BUCKET}-dialect/tables/",
            "file_format": "PARQUET",
            "poll_interval": "0.05",
        }
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in settings.items())
        address = f"awsathena+rest://:@athena.{_REGION}.amazonaws.com:443/dialect?{query}"
        folder = HERE / "sqlalchemy_dialect"
        command = [str(self.environment / "bin" / "python"), "-m", "pytest", f"--rootdir={folder}"]
        return [*command, f"--confcutdir={folder}", f"--dburi={address}", *_OPTIONS], folder

    def variables(self, instance: LocalAws) -> dict[str, str]:
        return _user_variables(instance)


def _user_variables(instance: LocalAws) -> dict[str, str]:
    """Return the variables that a user of the local AWS sets."""
    return {
        **_NO_NETWORK,
        "AWS_ENDPOINT_URL": instance.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": _REGION,
        "AWS_REGION": _REGION,
    }


SUITES: dict[str, Suite] = {suite.name: suite for suite in (DbtAthena(), SqlAlchemyDialect())}
