"""Functions on web addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.registry import Functions

_RULES = """
url_extract_protocol(varchar) -> varchar => url_part({0}, 2)
url_extract_host(varchar) -> varchar => url_host({0})
url_extract_port(varchar) -> bigint => url_port({0})
url_extract_path(varchar) -> varchar => url_decoded_({0}, url_part({0}, 5))
url_extract_query(varchar) -> varchar => url_decoded_({0}, url_part({0}, 7))
url_extract_fragment(varchar) -> varchar => url_decoded_({0}, url_part({0}, 9))
url_extract_parameter(varchar, varchar) -> varchar => url_parameter({0}, {1})
url_encode(varchar) -> varchar => url_form_encoded({0})
url_decode(varchar) -> varchar => url_decode(replace({0}, '+', ' '))
"""


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
