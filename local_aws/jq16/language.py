"""What a query of Firehose may use: the language of jq 1.6, without what reads the machine around it.

AWS rule: jq 1.6, and one object constructor whose keys are the partition keys, reference 5.2. That a query is one at
all is for jq itself to say (see `sandbox.problem_of`); this module looks at the tokens of one that jq has taken,
since the bundled jq takes more than 1.6 does: newer functions, and forms that are a syntax error there. A name that the
query defines itself is always allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.jq16.tokens import KEYWORDS, TokenError, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local_aws.jq16.tokens import Token

# AWS runs a query on one record and nothing else: these read, or write to, what is around it.
_CLOSED = frozenset(
    [
        "debug",
        "env",
        "get_search_list",
        "halt",
        "halt_error",
        "input",
        "input_filename",
        "input_line_number",
        "inputs",
        "modulemeta",
        "stderr",
    ]
)
_CLOSED_VARIABLES = frozenset({"$ENV", "$__prog_args"})
_FORMATS = frozenset(
    f"@{name}"
    for name in ["text", "json", "html", "uri", "csv", "tsv", "sh", "base64", "base64d", "base32", "base32d"]
)

# The functions of jq 1.6 by name and number of arguments.
_FUNCTION_NAMES = """
IN/1 IN/2 INDEX/1 INDEX/2 JOIN/2 JOIN/3 JOIN/4 acos/0 acosh/0 add/0 all/0 all/1 all/2 any/0 any/1 any/2 arrays/0
ascii/0 ascii_downcase/0 ascii_upcase/0 asin/0 asinh/0 atan/0 atan2/2 atanh/0 booleans/0 bsearch/1 builtins/0
capture/1 capture/2 cbrt/0 ceil/0 combinations/0 combinations/1 contains/1 copysign/2 cos/0 cosh/0 date/0
dateadd/2 datesub/2 del/1 delpaths/1 drem/2 empty/0 endswith/1 erf/0 erfc/0 error/0 error/1 exp/0 exp10/0
exp2/0 explode/0 expm1/0 fabs/0 false/0 fdim/2 finites/0 first/0 first/1 flatten/0 flatten/1 floor/0 fma/3 fmax/2
fmin/2 fmod/2 format/1 frexp/0 from_entries/0 fromdate/0 fromdateiso8601/0 fromjson/0 fromstream/1 gamma/0
getpath/1 gmtime/0 group_by/1 gsub/2 gsub/3 has/1 hypot/2 implode/0 in/1 index/1 indices/1 infinite/0 inside/1
isempty/1 isfinite/0 isinfinite/0 isnan/0 isnormal/0 isvalid/1 iterables/0 j0/0 j1/0 jn/2 join/1 keys/0
keys_unsorted/0 last/0 last/1 ldexp/2 leaf_paths/0 length/0 lgamma/0 lgamma_r/0 limit/2 localtime/0 log/0 log10/0
log1p/0 log2/0 logb/0 ltrimstr/1 map/1 map_values/1 match/1 match/2 max/0 max_by/1 min/0 min_by/1 mktime/0 modf/0
nan/0 nearbyint/0 nextafter/2 nexttoward/2 normals/0 not/0 now/0 nth/1 nth/2 null/0 nulls/0 numbers/0 objects/0
path/1 paths/0 paths/1 pow/2 pow10/0 range/1 range/2 range/3 recurse/0 recurse/1 recurse/2 recurse_down/0
remainder/2 repeat/1 reverse/0 rindex/1 rint/0 round/0 rtrimstr/1 scalars/0 scalars_or_empty/0 scalb/2 scalbln/2
scan/1 select/1 setpath/2 significand/0 sin/0 sinh/0 sort/0 sort_by/1 split/1 split/2 splits/1 splits/2 sqrt/0
startswith/1 strflocaltime/1 strftime/1 strings/0 strptime/1 sub/2 sub/3 tan/0 tanh/0 test/1 test/2 tgamma/0
to_entries/0 todate/0 todateiso8601/0 tojson/0 tonumber/0 tostream/0 tostring/0 transpose/0 true/0
trunc/0 truncate_stream/1 type/0 unique/0 unique_by/1 until/2 utf8bytelength/0 values/0 walk/1 while/2
with_entries/1 y0/0 y1/0 yn/2
"""
_FUNCTIONS = frozenset(_FUNCTION_NAMES.split())

# In an object, jq 1.6 takes terms with pipes between them; anything else must stand in parentheses.
_NOT_IN_A_VALUE = frozenset(
    [
        "+",
        "*",
        "/",
        "%",
        "//",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "=",
        "|=",
        "+=",
        "-=",
        "*=",
        "/=",
        "%=",
        "//=",
        "?//",
    ]
)
_NOT_IN_A_VALUE_WORDS = frozenset(["if", "try", "reduce", "foreach", "def", "label", "as", "and", "or"])
_ENDS_A_TERM = frozenset({"field", "name", "variable", "format", "number", "close"})


class LanguageError(ValueError):
    """The query uses what jq 1.6, or a delivery stream, does not have; the message says what."""


def check_language(query: str) -> None:
    """Raise `LanguageError` for what jq 1.6 or a delivery stream does not have in `query`, which jq has compiled."""
    try:
        tokens = tokenize(query)
    except TokenError as error:
        raise LanguageError(str(error)) from error
    own = _defined_names(tokens)
    for at, token in enumerate(tokens):
        match token.kind:
            case "variable" if token.text in _CLOSED_VARIABLES:
                raise LanguageError(f"{token.text} is not available")
            case "format" if token.text not in _FORMATS:
                raise LanguageError(f"{token.text} is not in jq 1.6")
            case "name" if token.text in ("import", "include") and not _is_key(tokens, at):
                raise LanguageError(f"modules are not available ({token.text})")
            case "name" if token.text not in KEYWORDS and token.text not in own and not _is_key(tokens, at):
                _check_call(token.text, _arguments(tokens, at))
            case "open" if token.text == "[" and at > 1 and tokens[at - 1].text == ".":
                _check_dot_bracket(tokens, at)
    _check_ifs(tokens)


def check_value(entry: Sequence[Token]) -> None:
    """Raise `LanguageError` when the value of an entry of an object is written as only later jqs read it."""
    outer = entry[0].depth if entry else 0
    for at, token in enumerate(entry):
        if token.depth != outer or token.kind not in ("operator", "name"):
            continue
        is_minus = token.text == "-" and at > 0 and entry[at - 1].text not in ("|", "-")
        if token.text in _NOT_IN_A_VALUE or token.text in _NOT_IN_A_VALUE_WORDS or is_minus:
            raise LanguageError(
                f"the value with {token.text!r} must stand in parentheses: jq 1.6 reads {{key: (…)}} and no other form"
            )


def _check_call(name: str, arguments: int) -> None:
    if name in _CLOSED:
        raise LanguageError(f"{name!r} is not available")
    if f"{name}/{arguments}" not in _FUNCTIONS:
        raise LanguageError(f"{name!r} in this form is not in jq 1.6")


def _check_dot_bracket(tokens: Sequence[Token], at: int) -> None:
    before = tokens[at - 2]
    ends_term = before.kind in _ENDS_A_TERM or before.ends_string or before.text == "?"
    if ends_term and before.text not in KEYWORDS:
        raise LanguageError("a point before a bracket (.a.[0]) is not in jq 1.6; write .a[0]")


def _check_ifs(tokens: Sequence[Token]) -> None:
    """AWS rule: jq 1.6, where every `if` has its `else`."""
    has_else: list[bool] = []
    for at, token in enumerate(tokens):
        if token.kind != "name" or _is_key(tokens, at):
            continue
        if token.text == "if":
            has_else.append(False)
        elif token.text == "else" and has_else:
            has_else[-1] = True
        elif token.text == "end" and has_else and not has_else.pop():
            raise LanguageError("an if without else is not in jq 1.6")


def _is_key(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a name is a key of an object, as in `{env: 1}` or `{env}`, and no call."""
    before = tokens[at - 1].text if at else ""
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if before == "{":
        return after in (":", ",", "}")
    return before == "," and after in (":", ",", "}") and _opening(tokens, at) == "{"


def _opening(tokens: Sequence[Token], at: int) -> str:
    """Return the bracket around a token."""
    depth = tokens[at].depth
    return next((t.text for t in reversed(tokens[:at]) if t.kind == "open" and t.depth == depth - 1), "")


def _arguments(tokens: Sequence[Token], at: int) -> int:
    """Return how many arguments the call at `at` has."""
    if at + 1 >= len(tokens) or tokens[at + 1].text != "(" or tokens[at + 1].kind != "open":
        return 0
    inside = _inside(tokens, at + 1)
    return 1 + sum(token.text == ";" and token.depth == tokens[at].depth + 1 for token in inside)


def _inside(tokens: Sequence[Token], opening: int) -> Iterator[Token]:
    depth = tokens[opening].depth
    for token in tokens[opening + 1 :]:
        if token.depth == depth and token.kind == "close":
            return
        yield token


def _defined_names(tokens: Sequence[Token]) -> set[str]:
    """Return the functions and parameters that the query defines, wherever it does."""
    names: set[str] = set()
    for at, token in enumerate(tokens[:-1]):
        if token.text != "def" or token.kind != "name" or _is_key(tokens, at):
            continue
        names.add(tokens[at + 1].text)
        if at + 2 < len(tokens) and tokens[at + 2].text == "(":
            names |= {parameter.text for parameter in _inside(tokens, at + 2) if parameter.kind == "name"}
    return names
