"""The functions of Athena's SQL, one module to a family, gathered in `SCALARS`."""

from __future__ import annotations

from local_aws.athena.sql.functions import (
    arrays,
    binary,
    colors,
    conditions,
    dates,
    digests,
    geospatial,
    json,
    maps,
    math,
    regexes,
    strings,
    teradata,
    urls,
)
from local_aws.athena.sql.functions.registry import Functions

SCALARS = Functions()
for _family in (
    arrays,
    binary,
    colors,
    conditions,
    dates,
    digests,
    geospatial,
    json,
    maps,
    math,
    regexes,
    strings,
    teradata,
    urls,
):
    _family.register(SCALARS)
