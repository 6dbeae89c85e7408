"""A plugin of pytest for suites that make many clients of boto3: each file of botocore is read once in a run.

dbt-athena makes a session for each connection, and each session reads botocore's list of endpoints and its models
again, which is most of the time of a test.
"""

from __future__ import annotations

import functools
from typing import Any

from botocore.loaders import JSONFileLoader

_loader = JSONFileLoader()
_read = functools.cache(_loader.load_file)


def _load_file(self: JSONFileLoader, file_path: str) -> Any:
    return _read(file_path)


JSONFileLoader.load_file = _load_file  # type: ignore[method-assign]
