"""The source distribution of dbt-athena, with its tests: fetched by pip, checked by hash, unpacked under `.tools`."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from pathlib import Path

from local_aws.config import REPOSITORY_DIR

LOCK = REPOSITORY_DIR / "requirements-peers.lock"


class SourceError(Exception):
    """A source distribution that cannot be had as the lock names it."""


def pinned(package: str, lock: Path = LOCK) -> str:
    """Return the lines of the lock that pin this package: its version and its hashes.

    Raises:
        SourceError: the lock does not name the package.
    """
    lines = lock.read_text(encoding="utf-8").splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith(f"{package}==")]
    if not starts:
        raise SourceError(f"{lock.name} does not pin {package}; run `make lock`")
    end = starts[0]
    while lines[end].endswith("\\"):
        end += 1
    return "\n".join(lines[starts[0] : end + 1]) + "\n"


def unpacked(package: str, python: Path, folder: Path) -> Path:
    """Return the folder of the unpacked source distribution of the version that the lock pins.

    It is downloaded by the pip of `python`, which has what builds its metadata, unless `folder` has it already.

    Raises:
        SourceError: pip found none with a pinned hash, or it holds not exactly one folder.
    """
    pin = pinned(package)
    name = pin.split(maxsplit=1)[0].replace("==", "-")
    # pytest names tests by resolved paths, and `.tools` may be a link.
    place = folder.resolve() / name
    if place.is_dir():
        return place
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        archive = _downloaded(pin, python, Path(temporary))
        with tarfile.open(archive) as opened:
            opened.extractall(Path(temporary) / "tree", filter="data")
        roots = list((Path(temporary) / "tree").iterdir())
        if len(roots) != 1:
            raise SourceError(f"{archive.name} holds {len(roots)} folders, one was expected")
        roots[0].rename(place)
    return place


def _downloaded(pin: str, python: Path, folder: Path) -> Path:
    wanted = folder / "wanted.txt"
    wanted.write_text(pin, encoding="utf-8")
    options = ["--no-binary", ":all:", "--no-deps", "--no-build-isolation", "--require-hashes"]
    command = [str(python), "-m", "pip", "download", "--quiet", "--disable-pip-version-check", *options]
    done = subprocess.run(
        [*command, "--requirement", str(wanted), "--dest", str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    archives = list(folder.glob("*.tar.gz"))
    if done.returncode or len(archives) != 1:
        raise SourceError(f"pip download of {pin.split(maxsplit=1)[0]} failed:\n{done.stderr.strip()}")
    return archives[0]
