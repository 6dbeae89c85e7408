"""How much the statements of all workers may use: processes, memory, space for files, time."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from local_aws.config import Settings

_MIB = 1024 * 1024
_DEFAULT_MEMORY_BYTES = 2048 * _MIB
_MIN_MEMORY_BYTES = 512 * _MIB
_MAX_WORKERS = 4
# What a worker takes before it has any statement, and what DuckDB allocates without counting it.
_UNCOUNTED_BYTES = 192 * _MIB
_COUNTED_SHARE = 0.75
_MAX_SCRATCH_BYTES = 16 * 1024 * _MIB
_SCRATCH_SHARE = 0.25
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@dataclass(frozen=True)
class Limits:
    """What one statement may use; `workers` statements run at once besides one of the catalog (DDL).

    `memory_bytes` is what a worker's process may hold of its own, `engine_bytes` what DuckDB counts before it writes
    to disk, `scratch_bytes` what a statement may have in files.
    """

    workers: int
    memory_bytes: int
    engine_bytes: int
    scratch_bytes: int
    threads: int
    dml_seconds: float
    ddl_seconds: float
    # Between the polite request to stop and the kill.
    grace_seconds: float = 2.0
    # A worker that nobody has needed for this long ends, unless it is the last one.
    idle_seconds: float = 60.0

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return the limits for this machine: all workers together stay within half of its memory."""
        half = machine_memory_bytes() // 2
        wanted = settings.athena_memory_mib * _MIB if settings.athena_memory_mib else _DEFAULT_MEMORY_BYTES
        if settings.athena_workers:
            workers, memory = settings.athena_workers, wanted
        else:
            workers = min(_MAX_WORKERS, max(1, half // wanted - 1))
            memory = wanted
        if not settings.athena_memory_mib:
            memory = max(_MIN_MEMORY_BYTES, min(wanted, half // (workers + 1)))
        free = shutil.disk_usage(_existing(settings.athena_dir)).free
        return cls(
            workers=workers,
            memory_bytes=memory,
            engine_bytes=round((memory - _UNCOUNTED_BYTES) * _COUNTED_SHARE),
            scratch_bytes=min(_MAX_SCRATCH_BYTES, round(free * _SCRATCH_SHARE)),
            threads=max(2, os.cpu_count() or 2),
            dml_seconds=settings.athena_timeout_seconds,
            ddl_seconds=settings.athena_ddl_timeout_seconds,
        )


def machine_memory_bytes() -> int:
    """Return the memory that this machine, or the container around this process, has."""
    found = int(psutil.virtual_memory().total)
    for path in _CGROUP_LIMITS:
        try:
            text = path.read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdecimal():
            found = min(found, int(text))
    return found


def _existing(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.exists())
