"""MiniStack behind the gateway: its environment, set before it is imported, and its ASGI application."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import shutil
import tempfile
from functools import cache
from typing import TYPE_CHECKING, Any

from local_aws.clients import LOCAL_CREDENTIALS
from local_aws.gateway.functions import confine_functions, drop_foreign_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.config import Settings

# What a person may have set for other tools and what would change MiniStack's behaviour behind our back:
# its functions would call another endpoint, it would listen elsewhere, or answer for fewer services.
_FOREIGN = frozenset(
    {
        "AUTH",
        "DOCKER_NETWORK",
        "EDGE_PORT",
        "LAMBDA_STRICT",
        "LOCALSTACK_HOSTNAME",
        "LOCALSTACK_PERSISTENCE",
        "MINISTACK_HOST",
        "MINISTACK_VERSION",
        "SERVICES",
        "USE_SSL",
    }
)


def prepare(settings: Settings) -> None:
    """Make MiniStack's folders and put its settings into this process's environment.

    Scratch space (unpacked functions) is a folder of this run, emptied first, so that nothing is written
    outside the state folder.
    """
    scratch = settings.run_dir / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    for folder in (scratch, settings.ministack_dir / "state", settings.ministack_dir / "s3"):
        folder.mkdir(parents=True, exist_ok=True)
    own = environment(settings)
    for name in tuple(os.environ):
        if name in _FOREIGN or name.startswith("AWS_"):
            del os.environ[name]
    drop_foreign_variables()
    os.environ.update(own)
    tempfile.tempdir = str(scratch)
    confine_functions(settings.run_dir, scratch)


def environment(settings: Settings) -> Mapping[str, str]:
    """Give the variables by which MiniStack is configured."""
    return {
        "GATEWAY_PORT": str(settings.port),
        "BIND_HOST": settings.bind_host,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(settings.ministack_dir / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(settings.ministack_dir / "s3"),
        "MINISTACK_REGION": settings.region,
        "MINISTACK_ACCOUNT_ID": settings.account_id,
        "AUTH": "true" if settings.auth else "false",
        "LAMBDA_EXECUTOR": "local",
        "LOG_LEVEL": "DEBUG" if settings.log_level == "DEBUG" else "WARNING",
        "TMPDIR": str(settings.run_dir / "tmp"),
        "AWS_ACCESS_KEY_ID": LOCAL_CREDENTIALS.access_key_id,
        "AWS_SECRET_ACCESS_KEY": LOCAL_CREDENTIALS.secret_access_key,
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_ENDPOINT_URL": settings.endpoint,
    }


def load() -> Any:
    """Import MiniStack and give its ASGI application; `prepare` must have been called."""
    return importlib.import_module("ministack.app").app


@cache
def version() -> str:
    """Give the version of MiniStack that is installed."""
    return importlib.metadata.version("ministack")
