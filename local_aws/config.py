"""Settings of the embedded AWS: one typed table, read once from the environment.

A command line argument wins over the environment, the environment over the default.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY_DIR = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 4566
DEFAULT_REGION = "us-east-1"
ACCOUNT_ID = "000000000000"

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True)
class Settings:
    """Where the embedded AWS listens and where it keeps its state.

    Every path below `state_dir` is derived, so that two instances with different state folders never meet.
    """

    port: int = DEFAULT_PORT
    bind_host: str = "127.0.0.1"
    state_dir: Path = REPOSITORY_DIR / ".streamlake"
    region: str = DEFAULT_REGION
    account_id: str = ACCOUNT_ID
    # The Region whose state lies in the state folder itself (`local_aws.regions`); None is `region`.
    home_region: str | None = None
    delivery_enabled: bool = True
    # What the engine may hold of one delivery stream between its source and S3.
    delivery_buffer_mib: int = 256
    # Below so much free space on the disk of the state folder nothing more is stored; 0 switches that off.
    disk_reserve_mib: int = 512
    # Signatures are verified and IAM policies evaluated, here and by MiniStack.
    auth: bool = False
    log_level: str = "INFO"
    # AWS rule: a query may take 30 minutes, a statement about the catalog ten hours (reference 10.8).
    athena_timeout_seconds: int = 1800
    athena_ddl_timeout_seconds: int = 36_000
    # What one statement may hold in memory, and how many run at once; None: as this machine allows.
    athena_memory_mib: int | None = None
    athena_workers: int | None = None
    # Further names by which clients may reach this machine (`local-aws`, `*.example.test`), and further pages whose
    # requests are answered (`https://app.example.test`); see `local_aws.gateway.visitors`.
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the `STREAMLAKE_*` variables of `environment` (default: the process's own).

        Raises `SettingsError` for a port that is not a port, an account that is not one, a switch that is neither
        on nor off, and names or origins that cannot be one.
        """
        values = os.environ if environment is None else environment
        state_dir = values.get("STREAMLAKE_STATE_DIR") or str(REPOSITORY_DIR / ".streamlake")
        return cls(
            port=_port(values.get("STREAMLAKE_PORT") or str(DEFAULT_PORT)),
            bind_host=values.get("STREAMLAKE_BIND_HOST") or "127.0.0.1",
            state_dir=Path(state_dir).expanduser().resolve(),
            region=values.get("STREAMLAKE_REGION") or DEFAULT_REGION,
            account_id=_account_id(values.get("STREAMLAKE_ACCOUNT_ID") or ACCOUNT_ID),
            home_region=values.get("STREAMLAKE_HOME_REGION") or None,
            delivery_enabled=_switch("STREAMLAKE_DELIVERY", values.get("STREAMLAKE_DELIVERY") or "1"),
            delivery_buffer_mib=_mebibytes(
                "STREAMLAKE_DELIVERY_BUFFER_MIB", values.get("STREAMLAKE_DELIVERY_BUFFER_MIB") or "256"
            ),
            disk_reserve_mib=_reserve_mib(values),
            auth=_switch("STREAMLAKE_AUTH", values.get("STREAMLAKE_AUTH") or "0"),
            log_level=_log_level(values.get("STREAMLAKE_LOG_LEVEL") or "INFO"),
            athena_timeout_seconds=_whole("STREAMLAKE_ATHENA_TIMEOUT_SECONDS", values, 1, 86_400) or 1800,
            athena_ddl_timeout_seconds=_whole("STREAMLAKE_ATHENA_DDL_TIMEOUT_SECONDS", values, 1, 86_400)
            or 36_000,
            athena_memory_mib=_whole("STREAMLAKE_ATHENA_MEMORY_MIB", values, 512, 1_048_576),
            athena_workers=_whole("STREAMLAKE_ATHENA_WORKERS", values, 1, 64),
            allowed_hosts=_names(
                "STREAMLAKE_ALLOWED_HOSTS",
                values.get("STREAMLAKE_ALLOWED_HOSTS") or "",
                r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*",
                "names without a port, such as local-aws or *.example.test",
            ),
            allowed_origins=_names(
                "STREAMLAKE_ALLOWED_ORIGINS",
                values.get("STREAMLAKE_ALLOWED_ORIGINS") or "",
                r"https?://[a-z0-9._\-\[\]:]+",
                "origins without a path, such as https://app.example.test",
            ),
        )

    def to_environment(self) -> dict[str, str]:
        """Give the variables from which `from_environment` reads the same settings, for child processes."""
        known = {
            "STREAMLAKE_PORT": str(self.port),
            "STREAMLAKE_BIND_HOST": self.bind_host,
            "STREAMLAKE_STATE_DIR": str(self.state_dir),
            "STREAMLAKE_REGION": self.region,
            "STREAMLAKE_ACCOUNT_ID": self.account_id,
            "STREAMLAKE_DELIVERY": "1" if self.delivery_enabled else "0",
            "STREAMLAKE_DELIVERY_BUFFER_MIB": str(self.delivery_buffer_mib),
            "STREAMLAKE_DISK_RESERVE_MIB": str(self.disk_reserve_mib),
            "STREAMLAKE_AUTH": "1" if self.auth else "0",
            "STREAMLAKE_LOG_LEVEL": self.log_level,
            "STREAMLAKE_ATHENA_TIMEOUT_SECONDS": str(self.athena_timeout_seconds),
            "STREAMLAKE_ATHENA_DDL_TIMEOUT_SECONDS": str(self.athena_ddl_timeout_seconds),
            "STREAMLAKE_ATHENA_MEMORY_MIB": str(self.athena_memory_mib or ""),
            "STREAMLAKE_ATHENA_WORKERS": str(self.athena_workers or ""),
            "STREAMLAKE_ALLOWED_HOSTS": ",".join(self.allowed_hosts),
            "STREAMLAKE_ALLOWED_ORIGINS": ",".join(self.allowed_origins),
        }
        # For children only: whoever starts the gateway does not say it, the state folder does.
        return known if self.home_region is None else {**known, "STREAMLAKE_HOME_REGION": self.home_region}

    def in_region(self, region: str) -> Settings:
        """Return the same settings for another Region of the same state folder."""
        return replace(self, region=region, home_region=self.home_region or self.region)

    @property
    def endpoint(self) -> str:
        """The address clients on this machine use, whatever interface the server is bound to."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ministack_dir(self) -> Path:
        """MiniStack's own state: control planes as JSON, S3 objects as files."""
        return self.state_dir / "ministack"

    @property
    def regional_dir(self) -> Path:
        """State of our own services in `region`."""
        if self.region == (self.home_region or self.region):
            return self.state_dir
        return self.state_dir / "regions" / self.region

    @property
    def firehose_dir(self) -> Path:
        """Delivery streams (one JSON file each) and the spools of direct-PUT records."""
        return self.regional_dir / "firehose"

    @property
    def spool_dir(self) -> Path:
        """Folder that holds one spool folder per direct-PUT delivery stream."""
        return self.firehose_dir / "spool"

    @property
    def delivery_dir(self) -> Path:
        """Checkpoints of the delivery engine."""
        return self.regional_dir / "delivery"

    @property
    def athena_dir(self) -> Path:
        """Query executions, workgroup state and whatever else the Athena service keeps."""
        return self.regional_dir / "athena"

    @property
    def logs_dir(self) -> Path:
        """Log files of the gateway and of the delivery engine."""
        return self.state_dir / "logs"

    @property
    def run_dir(self) -> Path:
        """What is running now: process ids with their start times, scratch space of this run."""
        return self.state_dir / "run"


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise SettingsError(f"STREAMLAKE_PORT is {text!r}; allowed is a whole number from 1 to 65535")
    return port


def _account_id(text: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", text):
        raise SettingsError(f"STREAMLAKE_ACCOUNT_ID is {text!r}; allowed are 12 digits")
    return text


def _mebibytes(name: str, text: str) -> int:
    if not text.isdecimal() or not 8 <= int(text) <= 65536:
        raise SettingsError(f"{name} is {text!r}; allowed is a whole number of MiB from 8 to 65536")
    return int(text)


def _whole(name: str, values: Mapping[str, str], least: int, most: int) -> int | None:
    text = values.get(name)
    if not text:
        return None
    if not text.isdecimal() or not least <= int(text) <= most:
        raise SettingsError(f"{name} is {text!r}; allowed is a whole number from {least} to {most}")
    return int(text)


def _reserve_mib(values: Mapping[str, str]) -> int:
    found = _whole("STREAMLAKE_DISK_RESERVE_MIB", values, 0, 1_048_576)
    return Settings.disk_reserve_mib if found is None else found


def _switch(name: str, text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in _TRUE | _FALSE:
        raise SettingsError(f"{name} is {text!r}; allowed are 1, true, yes, on, 0, false, no, off")
    return lowered in _TRUE


def _names(variable: str, text: str, pattern: str, allowed: str) -> tuple[str, ...]:
    """Read a list that is separated by commas or blanks; each entry in lower case."""
    entries = tuple(re.split(r"[\s,]+", text.strip().lower())) if text.strip(" ,\t\n") else ()
    for entry in filter(None, entries):
        if not re.fullmatch(pattern, entry):
            raise SettingsError(f"{variable} has {entry!r}; allowed are {allowed}, separated by commas")
    return tuple(filter(None, entries))


def _log_level(text: str) -> str:
    allowed = ("DEBUG", "INFO", "WARNING", "ERROR")
    if text.upper() not in allowed:
        raise SettingsError(f"STREAMLAKE_LOG_LEVEL is {text!r}; allowed are {', '.join(allowed)}")
    return text.upper()
