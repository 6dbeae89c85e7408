"""What is deployed where: the record that `make deploy` leaves, and the stack's outputs, typed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_aws.durable import write_json
from scripts import state_backend
from scripts.errors import NotDeployedError, UsageError
from scripts.paths import TERRAFORM
from scripts.session import Session, session_for
from scripts.targets import Target

if TYPE_CHECKING:
    from scripts.terraform_runner import Runner

RECORD = "streamlake.auto.tfvars.json"
ENVIRONMENT_LINK = "environment.auto.tfvars"


@dataclass(frozen=True)
class Dataset:
    """One dataset's resources. Locations are ``s3://`` URLs that end in a slash; prefixes are static key prefixes."""

    stream_name: str
    stream_arn: str
    delivery_stream_name: str
    delivery_stream_arn: str
    table_name: str
    function_name: str
    data_prefix: str
    error_prefix: str
    raw_prefix: str
    data_location: str
    error_location: str
    raw_location: str
    partition_keys: tuple[str, ...]
    log_group: str


@dataclass(frozen=True)
class Outputs:
    """The root stack's outputs."""

    target: str
    environment: str
    region: str
    account_id: str
    endpoint: str | None
    database: str
    workgroup: str
    data_bucket: str
    raw_bucket: str
    results_bucket: str
    datasets: Mapping[str, Dataset]
    named_queries: Mapping[str, str]

    def dataset(self, name: str) -> Dataset:
        """Return one dataset.

        :raises UsageError: it is not deployed; the message names those that are.
        """
        if name not in self.datasets:
            raise UsageError(
                f"DATASET={name}: not deployed; deployed are: {', '.join(sorted(self.datasets))}"
            )
        return self.datasets[name]

    def session(self) -> Session:
        """Make a session for the place where the lake is."""
        return session_for(self.target, self.endpoint, self.region)


def write_record(target: Target, folder: Path = TERRAFORM) -> None:
    """Record what is about to be deployed where, in files that a bare ``terraform`` in the folder reads by itself."""
    write_json(
        folder / RECORD,
        # Terraform warns of a null here when it applies a plan: a plan does not keep it.
        {
            ("target" if name == "name" else name): value
            for name, value in asdict(target).items()
            if value is not None
        },
    )
    link = folder / ENVIRONMENT_LINK
    link.unlink(missing_ok=True)
    # A link, not a copy: an edit of the environment's file reaches a bare `terraform plan` too.
    link.symlink_to(Path("environments") / f"{target.environment}.tfvars")


def read_record(folder: Path = TERRAFORM) -> Target:
    """Return the target that was deployed last.

    :raises NotDeployedError: nothing was deployed from this checkout, or the record cannot be read.
    """
    file = folder / RECORD
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        return Target(
            values["target"],
            values["environment"],
            values.get("endpoint"),
            values["account_id"],
            values["region"],
        )
    except FileNotFoundError as error:
        raise NotDeployedError("nothing is deployed from this checkout yet; run: make deploy") from error
    except (ValueError, KeyError, TypeError) as error:
        raise NotDeployedError(f"terraform/{RECORD} cannot be read ({error!r}); run: make deploy") from error


@contextmanager
def at_target(target: Target, folder: Path = TERRAFORM) -> Iterator[Runner]:
    """Give Terraform for a target whose state may be elsewhere than that of what was deployed last.

    At the end a bare ``terraform`` in the folder finds the state of what was deployed last again.
    """
    from scripts.terraform_runner import Runner

    runner = Runner(target, folder)
    if state_backend.differs(target, folder):
        runner.init()
    try:
        yield runner
    finally:
        recorded = _recorded(folder)
        if recorded is not None and recorded != target:
            home = Runner(recorded, folder)
            if state_backend.differs(recorded, folder):
                home.init()
            if home.selected_workspace() != recorded.workspace:
                home.select_workspace()


def _recorded(folder: Path) -> Target | None:
    try:
        return read_record(folder)
    except NotDeployedError:
        return None


def load_outputs(target: Target | None = None, folder: Path = TERRAFORM) -> Outputs:
    """Read the outputs of the lake on ``target`` (default: the one deployed last).

    :raises NotDeployedError: there is none, or it was destroyed.
    """
    place = target or read_record(folder)
    with at_target(place, folder) as terraform:
        values = terraform.outputs()
    if "datasets" not in values:
        raise NotDeployedError(f"nothing is deployed on {place.workspace}; run: make deploy")
    return parse_outputs(values)


def parse_outputs(values: Mapping[str, Any]) -> Outputs:
    """Turn terraform's output values into :class:`Outputs`; outputs that the tools do not use are ignored."""
    known = {field.name for field in fields(Outputs)}
    chosen = {name: value for name, value in values.items() if name in known}
    chosen.setdefault("endpoint", None)  # terraform leaves null outputs out
    chosen["datasets"] = {name: _dataset(value) for name, value in values["datasets"].items()}
    return Outputs(**chosen)


def _dataset(values: Mapping[str, Any]) -> Dataset:
    known = {field.name for field in fields(Dataset)}
    chosen = {name: value for name, value in values.items() if name in known}
    return Dataset(**{**chosen, "partition_keys": tuple(values["partition_keys"])})
