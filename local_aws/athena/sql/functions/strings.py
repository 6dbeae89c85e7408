"""Functions on texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce, text_of
from local_aws.athena.sql.functions.call import build_from_rules
from local_aws.athena.sql.functions.registry import Functions
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import Type

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.call import Call

# `split_part` past the end is NULL in Trino and an empty text in DuckDB; positions and lengths are in code points.
_RULES = """
length(varchar) -> bigint => length({0})
length(varbinary) -> bigint => octet_length({0})
lower(varchar) -> varchar => lower({0})
upper(varchar) -> varchar => upper_text({0})
reverse(varchar) -> varchar => reverse({0})
trim(varchar) -> varchar => trim({0}, e' \\t\\n\\r\\x0b\\x0c')
ltrim(varchar) -> varchar => ltrim({0}, e' \\t\\n\\r\\x0b\\x0c')
rtrim(varchar) -> varchar => rtrim({0}, e' \\t\\n\\r\\x0b\\x0c')
trim(varchar, varchar) -> varchar => trim({0}, {1})
ltrim(varchar, varchar) -> varchar => ltrim({0}, {1})
rtrim(varchar, varchar) -> varchar => rtrim({0}, {1})
strpos(varchar, varchar) -> bigint => strpos({0}, {1})
strpos(varchar, varchar, bigint) -> bigint => text_position({0}, {1}, {2})
starts_with(varchar, varchar) -> boolean => starts_with({0}, {1})
replace(varchar, varchar) -> varchar => replace({0}, {1}, '')
replace(varchar, varchar, varchar) -> varchar => replace_text({0}, {1}, {2})
split(varchar, varchar) -> array(varchar) => split_text({0}, {1})
split(varchar, varchar, bigint) -> array(varchar) => split_text_limited({0}, {1}, {2})
split_part(varchar, varchar, bigint) -> varchar => part_of_text({0}, {1}, {2})
split_to_map(varchar, varchar, varchar) -> map(varchar, varchar) => split_to_map({0}, {1}, {2})
lpad(varchar, bigint, varchar) -> varchar => pad_left({0}, {1}, {2})
rpad(varchar, bigint, varchar) -> varchar => pad_right({0}, {1}, {2})
chr(bigint) -> varchar => code_point_text({0})
levenshtein_distance(varchar, varchar) -> bigint => levenshtein({0}, {1})
hamming_distance(varchar, varchar) -> bigint => hamming_distance_({0}, {1})
translate(varchar, varchar, varchar) -> varchar => translate({0}, {1}, {2})
concat_ws(varchar, varchar...) -> varchar => concat_ws({args})
concat_ws(varchar, array(varchar)) -> varchar => joined_texts({0}, {1})
to_utf8(varchar) -> varbinary => encode({0})
from_utf8(varbinary) -> varchar => coalesce(try(decode({0})), python_utf8({0}))
from_utf8(varbinary, varchar) -> varchar => python_utf8_with({0}, {1})
normalize(varchar) -> varchar => nfc_normalize({0})
normalize(varchar, varchar) -> varchar => python_normalized({0}, {1})
luhn_check(varchar) -> boolean => python_luhn({0})
word_stem(varchar) -> varchar => python_word_stem({0}, 'en')
word_stem(varchar, varchar) -> varchar => python_word_stem({0}, {1})
soundex(varchar) -> varchar => python_soundex({0})
char2hexint(varchar) -> varchar => python_utf16_hex({0})
index(varchar, varchar) -> bigint => strpos({0}, {1})
format_number(bigint) -> varchar => python_with_unit({0})
format_number(double) -> varchar => python_with_unit(CAST(trunc({0}) AS BIGINT))
parse_data_size(varchar) -> decimal(38, 0) => python_data_size({0})
parse_presto_data_size(varchar) -> decimal(38, 0) => python_data_size({0})
split_to_multimap(varchar, varchar, varchar) -> map(varchar, array(varchar)) => split_to_multimap({0}, {1}, {2})
"""


_TEXTS = Functions()
_TEXTS.define_all(_RULES)
# What is defined on char: it gives a char of the same length, which is not filled up while it is held.
_ON_CHAR = {
    "lower": "lower({0})",
    "upper": "upper_text({0})",
    "trim": "ltrim({0}, e' \\t\\n\\r\\x0b\\x0c')",
    "ltrim": "ltrim({0}, e' \\t\\n\\r\\x0b\\x0c')",
    "rtrim": "{0}",
}


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
    for name in ("length", "lower", "upper", "trim", "ltrim", "rtrim"):
        functions.builder(name)(_on_text)
    functions.builder("substr", "substring")(substring)
    functions.builder("concat")(concatenate)
    functions.builder("split_to_map")(split_to_map)
    functions.builder("format")(format_text)
    functions.builder("codepoint")(code_point)


def _on_text(call: Call) -> Typed:
    """Build a function that knows char besides varchar."""
    value = call.argument(0) if call.count == 1 else None
    if value is None or value.type.name != "char":
        return build_from_rules(_TEXTS, call)
    if call.name == "length":
        return Typed(f"CASE WHEN {value.sql} IS NOT NULL THEN {value.type.parameters[0]} END", types.BIGINT)
    return Typed(_ON_CHAR[call.name].format(value.sql), value.type)


def substring(call: Call) -> Typed:
    """Build `substr`: a start of 0 or one outside the text gives an empty text, a negative one counts from the end."""
    if call.count not in (2, 3):
        raise call.wrong_count("substr(varchar(x), bigint), substr(varchar(x), bigint, bigint)")
    text = call.argument(0)
    if text.type.name == "varbinary":
        form = "bytes_from" if call.count == 2 else "bytes_between"
        numbers = [call.coerced(index, types.BIGINT).sql for index in range(1, call.count)]
        return Typed(f"{form}({text.sql}, {', '.join(numbers)})", types.VARBINARY)
    if not text.type.is_text and text.type.name != "unknown":
        raise call.mismatch()
    if text.type.name == "char":
        filled = text_of(text.sql, text.type)
        numbers = [call.coerced(index, types.BIGINT).sql for index in range(1, call.count)]
        form = "text_from" if call.count == 2 else "text_between"
        return Typed(f"rtrim({form}({filled}, {', '.join(numbers)}), ' ')", text.type)
    source = coerce(text, types.VARCHAR)
    start = call.coerced(1, types.BIGINT)
    if call.count == 2:
        return Typed(f"text_from({source.sql}, {start.sql})", text.type)
    length = call.coerced(2, types.BIGINT)
    return Typed(f"text_between({source.sql}, {start.sql}, {length.sql})", text.type)


def split_to_map(call: Call) -> Typed:
    """Build `split_to_map`; a lambda as the fourth argument joins the values of a key that comes again."""
    if call.count != 4:
        return build_from_rules(_TEXTS, call)
    node = call.nodes[3]
    if not isinstance(node, exp.Lambda) or len(node.expressions) != 3:
        raise call.wrong_count("split_to_map(varchar, varchar, varchar, function(varchar, varchar, varchar))")
    texts = ", ".join(call.coerced(index, types.VARCHAR).sql for index in range(3))
    e, a, b = call.names(3)
    values = [Typed(name, types.VARCHAR) for name in (f"{e}.key", a, b)]
    body = call.compiler.lambda_body(node, values)
    if not types.can_coerce(body.type, types.VARCHAR):
        raise call.mismatch()
    joined = f"list_reduce({e}.value, lambda {a}, {b}: {coerce(body, types.VARCHAR).sql})"
    entries = f"map_entries(split_to_multimap({texts}))"
    pairs = f"list_transform({entries}, lambda {e}: struct_pack(k := {e}.key, v := {joined}))"
    return Typed(f"map_from_entries({pairs})", types.map_of(types.VARCHAR, types.VARCHAR))


def code_point(call: Call) -> Typed:
    """Build `codepoint`, which takes texts of one character by their type and no others."""
    text = call.argument(0)
    if call.count != 1 or not (text.type.name == "varchar" and text.type.parameters in ((0,), (1,))):
        raise call.mismatch()
    return Typed(f"unicode({text.sql})", types.INTEGER)


def concatenate(call: Call) -> Typed:
    """Build `concat` of texts, of binaries, or of arrays; any NULL makes it NULL."""
    if call.count < 2:
        raise QueryError("INVALID_FUNCTION_ARGUMENT", "There must be two or more concatenation arguments")
    return concatenation(call.arguments(), call)


def concatenation(values: list[Typed], call: Call) -> Typed:
    """Put texts, binaries or arrays one after the other, as `||` does."""
    kinds = [value.type for value in values]
    if any(kind.name == "array" for kind in kinds):
        return _concatenate_arrays(values, call)
    if any(kind.name == "char" for kind in kinds) and all(kind.is_text and kind.parameters for kind in kinds):
        lengths = [kind.parameters[0] for kind in kinds]
        filled = [
            text_of(coerce(value, Type("char", kind.parameters)).sql, Type("char", kind.parameters))
            for value, kind in zip(values, kinds, strict=True)
        ]
        result = Type("char", (sum(lengths),))
        return Typed(f"rtrim({' || '.join(str(text) for text in filled)}, ' ')", result)
    for kind in (types.VARCHAR, types.VARBINARY):
        if all(types.can_coerce(item, kind) for item in kinds):
            return Typed("(" + " || ".join(coerce(value, kind).sql for value in values) + ")", kind)
    raise call.mismatch()


def _concatenate_arrays(values: list[Typed], call: Call) -> Typed:
    element: types.Type = types.UNKNOWN
    for value in values:
        inner = value.type.arguments[0] if value.type.name == "array" else value.type
        common = types.common_type(element, inner)
        if common is None:
            raise call.mismatch()
        element = common
    wanted = types.array(element)
    texts = []
    for value in values:
        is_list = value.type.name in ("array", "unknown")
        texts.append(coerce(value, wanted).sql if is_list else f"[{coerce(value, element).sql}]")
    # list_concat skips a NULL list where Trino's result is NULL.
    absent = " OR ".join(f"{text} IS NULL" for text in texts)
    return Typed(f"CASE WHEN {absent} THEN NULL ELSE list_concat({', '.join(texts)}) END", wanted)


def format_text(call: Call) -> Typed:
    """Build `format(pattern, ...)`: Java's format of the pattern's places that are the same in C's printf.

    `%s` takes any value as its text, `%d` whole numbers, `%f`, `%e` and `%g` floating ones; grouping (`%,d`) and
    dates (`%t`) are refused by name.
    """
    from local_aws.athena.sql.functions.format import printf_arguments

    pattern = call.literal_text(0)
    values = [call.argument(index) for index in range(1, call.count)]
    return printf_arguments(pattern, values, call.position)
