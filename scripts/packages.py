"""Zips for Lambda: the same files give the same bytes on every machine."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_aws.durable import write_file
from scripts.errors import ToolError

# The earliest time a zip can hold: when the files were written must not change the bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


@dataclass(frozen=True)
class Package:
    """One zip as it is on disk now. ``changed`` says whether this run wrote it."""

    name: str
    path: Path
    size_bytes: int
    changed: bool

    def __str__(self) -> str:
        shown = self.path.relative_to(Path.cwd()) if self.path.is_relative_to(Path.cwd()) else self.path
        return f"{shown}: {self.size_bytes / 1024:.0f} KiB, {'written' if self.changed else 'unchanged'}"


def sources(package: Path) -> dict[str, bytes]:
    """Return the modules of a Python package, by their path in a zip."""
    return {f"{package.name}/{path.name}": path.read_bytes() for path in sorted(package.glob("*.py"))}


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """Make a zip of files by their path in it. The bytes depend on nothing else.

    Stored, not deflated: other versions of zlib compress to other bytes, and the whole is small.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def write(path: Path, files: Mapping[str, bytes]) -> Package:
    """Write a zip of files, unless the same bytes are there already.

    :raises ToolError: it cannot be written.
    """
    content = zip_bytes(files)
    try:
        changed = not path.is_file() or path.read_bytes() != content
        if changed:
            write_file(path, content)  # never a half-written zip for a deployment that runs meanwhile
    except OSError as error:
        raise ToolError(f"{path} cannot be written: {error.strerror or error}") from error
    return Package(path.stem, path, len(content), changed)
