"""Runs Terraform, on the root stack for one target, through python-terraform."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, suppress
from pathlib import Path
from typing import Any

import psutil
from python_terraform import IsFlagged, Terraform

from scripts import apply_progress, denials, endpoint_watch, local_state, state_backend, terraform_cli
from scripts.environment import environment
from scripts.errors import TerraformError
from scripts.paths import TERRAFORM
from scripts.session import local_keys
from scripts.targets import Target
from scripts.unfinished import Note, Writer

NO_CHANGES, CHANGES = 0, 2
DEFAULT_WORKSPACE = "default"
# Whichever workspace a bare ``terraform`` in the folder uses.
SELECTED = ""


@contextmanager
def _hearing_out() -> Iterator[list[int]]:
    """Note a Ctrl+C instead of stopping at it; give what was noted.

    Terraform was told as well: it ends what it has begun and writes its state. Without somebody who reads what it says
    it would die of that, and forget what it has made. Twice means at once.
    """
    noted: list[int] = []

    def note(number: int, _frame: object) -> None:
        noted.append(number)
        if len(noted) > 1:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _overhearing() -> Iterator[list[str]]:
    """Keep what a program writes to standard error in the block, which is shown all the same."""
    heard: list[str] = []
    ends, shown = os.pipe(), sys.stderr

    def pass_on() -> None:
        with os.fdopen(ends[0], encoding="utf-8", errors="replace") as lines:
            for line in lines:
                heard.append(line)
                shown.write(line)
                shown.flush()

    listener = threading.Thread(target=pass_on)
    listener.start()
    try:
        with os.fdopen(ends[1], "w", encoding="utf-8") as into, redirect_stderr(into):
            yield heard
    finally:
        listener.join()


def _follow(
    process: subprocess.Popen[str], progress: apply_progress.Progress, noted: Writer
) -> list[psutil.Process]:
    """Show and note what an apply says until it has said everything; give its providers."""
    assert process.stdout is not None  # noqa: S101 - PIPE was asked for
    providers: list[psutil.Process] = []
    for line in iter(process.stdout.readline, ""):
        noted.line(line)
        progress.line(line)
        if not providers and '"apply_start"' in line:  # looking takes its time, and by now they run
            providers = _children(process.pid)
    return providers


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children()
    except psutil.NoSuchProcess:
        return []


def _end(providers: list[psutil.Process]) -> None:
    """End the providers of a killed terraform: they would stay for ever, and go on with what they are making."""
    for provider in providers:
        with suppress(psutil.NoSuchProcess):
            provider.kill()
    psutil.wait_procs(providers, timeout=10)


class Stack:
    """Terraform in one folder, in one workspace, with its variables given explicitly.

    ``options`` are what ``plan`` takes besides: ``var`` (``name=value`` texts) and ``var_file``. ``endpoint`` is that
    of a local AWS, None on AWS itself.
    """

    def __init__(
        self, folder: Path, workspace: str, options: Mapping[str, Any], endpoint: str | None = None
    ) -> None:
        self.workspace = workspace
        self._folder = folder
        self._options = options
        self._endpoint = endpoint
        self.note = Note(folder, workspace)
        self._terraform = Terraform(working_dir=str(folder), terraform_bin_path=terraform_cli.binary())

    def init(self) -> None:
        """Install the provider and the modules; quick when they are there."""
        self._init(SELECTED)

    def _init(self, workspace: str, **options: Any) -> None:
        self._run("init", input=False, no_color=None, workspace=workspace, quiet=True, **options)

    def select_workspace(self) -> None:
        """Make this workspace the one that a bare ``terraform`` in the folder uses."""
        self._run("workspace select", self.workspace, or_create=IsFlagged, workspace=SELECTED, quiet=True)

    def selected_workspace(self) -> str:
        """Return the workspace that a bare ``terraform`` in the folder uses."""
        file = self._folder / ".terraform" / "environment"
        return file.read_text(encoding="utf-8").strip() if file.is_file() else DEFAULT_WORKSPACE

    def plan(self, out: Path | None = None, *, destroy: bool = False, quiet: bool = False) -> bool:
        """Make a plan and return whether it changes anything; ``quiet`` does not print it."""
        options: dict[str, Any] = {"detailed_exitcode": IsFlagged, "input": False, **self._options}
        if out is not None:
            options["out"] = str(out)
        if destroy:
            options["destroy"] = IsFlagged
        return self._run("plan", allowed=(NO_CHANGES, CHANGES), quiet=quiet, **options) == CHANGES

    def apply(self, plan: Path) -> None:
        """Apply a saved plan, showing each resource as it is done, and noting it until all are."""
        command = self._terraform.generate_cmd_string("apply", str(plan), input=False, json=IsFlagged)
        with (
            environment(self._environment()),
            self.note.of(plan) as noted,
            _hearing_out() as interrupts,
            apply_progress.show() as progress,
        ):
            process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.PIPE, text=True)
            with endpoint_watch.watching(self._endpoint, process) as gone:
                providers = _follow(process, progress, noted)
                code = process.wait()
            _end(providers)
            if gone.is_set():
                raise TerraformError(
                    f"the local AWS ended meanwhile (nobody listens at {self._endpoint}); what was begun is "
                    "recorded, run the same again: it is started and goes on"
                )
            if interrupts:
                raise TerraformError("interrupted; what was begun is recorded, run the same again to go on")
            if code < 0:
                raise TerraformError(
                    f"terraform was ended by {signal.Signals(-code).name}; what was begun is recorded, "
                    "run the same again to go on"
                )
            if code != 0:
                raise TerraformError(f"terraform apply ended with exit code {code}; {self._advice(noted)}")

    def _advice(self, noted: Writer) -> str:
        """Say what to do about what terraform has said."""
        if noted.denied:
            return denials.advice(noted.denied)
        if not noted.refused:
            return "its own message is above"
        names = ", ".join(noted.refused)
        elsewhere = (
            "or forget the whole local AWS: make clean"
            if self._endpoint
            else "or deploy under another name or environment"
        )
        return (
            f"it exists already, made by another deployment or by one whose state is lost: {names}; "
            f"nothing was taken over. See docs/first-deployment.md#when-something-exists-already, {elsewhere}"
        )

    def planned(self, plan: Path, addresses: Iterable[str]) -> dict[str, tuple[str, Mapping[str, Any]]]:
        """Return type and planned values, by address, of those of the resources that a saved plan makes."""
        wanted = set(addresses)
        return {
            change["address"]: (change["type"], change["change"]["after"])
            for change in self.resource_changes(plan)
            if change["address"] in wanted and change["change"]["after"] is not None
        }

    def resource_changes(self, plan: Path) -> list[Mapping[str, Any]]:
        """Return what a saved plan does to each resource, as its JSON has it."""
        changes: list[Mapping[str, Any]] = json.loads(self._captured("show", str(plan), json=IsFlagged)).get(
            "resource_changes", []
        )
        return changes

    def state_addresses(self) -> set[str]:
        """Return the addresses of all resources in the state; none when there is no state yet."""
        code, out, _err = self._call("state list")
        return set(out.splitlines()) if code == 0 else set()

    def take_over(self, address: str, import_id: str) -> None:
        """Write a resource that exists into the state, at once."""
        self._run("import", address, import_id, input=False, quiet=True, **self._options)

    def outputs(self) -> dict[str, Any]:
        """Return the stack's output values; empty when nothing is deployed."""
        values = json.loads(self._captured("output", json=IsFlagged))
        return {name: output["value"] for name, output in values.items()}

    def _captured(self, command: str, *arguments: str, **options: Any) -> str:
        code, out, err = self._call(command, *arguments, **options)
        if code != 0:
            denied = denials.found(err)
            said = err.strip().splitlines()[-1] if err.strip() else out
            raise TerraformError(f"terraform {command} failed: {denials.advice(denied) if denied else said}")
        return out

    def _run(
        self,
        command: str,
        *arguments: str,
        allowed: tuple[int, ...] = (0,),
        workspace: str | None = None,
        quiet: bool = False,
        **options: Any,
    ) -> int:
        with _overhearing() as errors:
            code, out, err = self._call(
                command, *arguments, workspace=workspace, capture_output=quiet, **options
            )
        if code not in allowed:
            # What was captured has not been seen yet: an error without terraform's own words helps nobody.
            for text in (out, err):
                if text:
                    print(text, file=sys.stderr, end="")
            denied = denials.found(err + "".join(errors))
            why = denials.advice(denied) if denied else "its own message is above"
            raise TerraformError(f"terraform {command} ended with exit code {code}; {why}")
        return code

    def _call(
        self, command: str, *arguments: str, workspace: str | None = None, **options: Any
    ) -> tuple[int, str, str]:
        sys.stdout.flush()
        with environment(self._environment(workspace)):
            code, out, err = self._terraform.cmd(command, *arguments, **options)
        return code, out or "", err or ""

    def _environment(self, workspace: str | None = None) -> Mapping[str, str | None]:
        return {
            **terraform_cli.environment(),
            **self._endpoint_environment(),
            "TF_WORKSPACE": None if workspace == SELECTED else workspace or self.workspace,
            "TF_IN_AUTOMATION": "1",
            # The provider's schemas make every start of it collect garbage for seconds; fewer rounds cost some memory.
            "GOGC": os.environ.get("GOGC", "400"),
        }

    def _endpoint_environment(self) -> Mapping[str, str | None]:
        """Give the provider a local endpoint by AWS_ENDPOINT_URL, which is quicker than by its configuration.

        The key pair comes with it. What else in the shell could lead it elsewhere, or ask for a profile, is taken away.
        """
        if self._endpoint is None:
            return {}
        misleading = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        of_services = [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")]
        access_key_id, secret_access_key = local_keys()
        return {
            **dict.fromkeys((*misleading, *of_services)),
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_ACCESS_KEY_ID": access_key_id,
            "AWS_SECRET_ACCESS_KEY": secret_access_key,
        }


class Runner(Stack):
    """The root stack for one target.

    Every command gets the target's variables and its environment's file and runs in the target's workspace, so
    nothing depends on what was deployed last; only which backend the folder has does, see :meth:`init`.
    """

    def __init__(self, target: Target, folder: Path = TERRAFORM) -> None:
        self.target = target
        super().__init__(folder, target.workspace, _root_options(target), target.endpoint)

    def init(self) -> None:
        """Install what is needed, and turn to where the target's state is; a local one that was cut off is mended."""
        if (
            self.target.name != "aws"
            and (mended := local_state.mend(self._folder, self.workspace)) is not None
        ):
            print(mended)
        if not state_backend.differs(self.target, self._folder):
            super().init()
            return
        state_backend.write(self.target, self._folder)
        # The workspace selected so far may not exist there; the default one does everywhere. Each state stays where it
        # is: without -reconfigure, terraform would want to take the one to the other place.
        self._init(DEFAULT_WORKSPACE, reconfigure=IsFlagged)


def _root_options(target: Target) -> Mapping[str, Any]:
    values = {
        "target": target.name,
        "environment": target.environment,
        "account_id": target.account_id,
        "region": target.region,
    }
    if target.endpoint is not None:
        values["endpoint"] = target.endpoint
        values["endpoint_in_environment"] = "true"  # see Stack._endpoint_environment
    return {
        "var_file": f"environments/{target.environment}.tfvars",
        "var": [f"{name}={value}" for name, value in values.items()],
    }
