r"""Makes the bundled jq, a later one, give what jq 1.6 gives (reference 5.2).

AWS rule: Firehose runs jq 1.6. The differences that change results are (found by running both side by side):
- a number is an IEEE double and is printed as one: `1.0` as 1, `1e3` as 1000, integers beyond 2^53 rounded. A later jq
  keeps the spelling of a literal until it calculates with it, so every number is multiplied by 1: those of a record
  by `_jq16_doubles` (only where `may_be_respelled` finds one that needs it), those of the query in its text;
- functions that were changed or removed: `_PRELUDE` defines them as they were;
- `@uri` leaves `!*'()` alone.

What reads the machine around it (`env`, `input` …) is refused by `language`; the definitions here are the second line.
"""

from __future__ import annotations

import re

from local_aws.jq16.tokens import tokenize

# Functions of 1.6 that the later jq has no more.
REMOVED = """
def leaf_paths: paths(scalars);
def pow10: exp10;
def recurse_down: recurse;
def scalars_or_empty: select(type != "array" and type != "object");
"""
_PRELUDE = (
    REMOVED
    + r"""
def _jq16_doubles:
  if type == "number" then . * 1
  elif type == "array" then map(_jq16_doubles)
  elif type == "object" then map_values(_jq16_doubles)
  else . end;
def _jq16_error($m): error($m);
def error($m): if $m == null then empty else _jq16_error($m) end;
def error: error(.);
def ltrimstr($x):
  if type == "string" and ($x | type) == "string" and startswith($x) then .[($x | length):] else . end;
def rtrimstr($x):
  if type == "string" and ($x | type) == "string" and endswith($x) then .[:length - ($x | length)] else . end;
def _jq16_limit($n; f): limit($n; f);
def limit($n; f): if $n > 0 then _jq16_limit($n; f) elif $n == 0 then first(f) else f end;
def last(f): reduce f as $x (null; $x);
def _jq16_indices($i): indices($i);
def indices($i):
  if type == "string" and ($i | type) == "string" then
    if $i == "" then error("the place of an empty string is searched") else
      ($i | utf8bytelength) as $n
      | [foreach ((. / $i)[:-1][]) as $part (-$n; . + $n + ($part | utf8bytelength))]
    end
  else _jq16_indices($i) end;
def index($i): indices($i) | .[0];
def rindex($i): indices($i) | .[-1:][0];
def _jq16_tonumber: tonumber;
def tonumber:
  if type == "string" then
    trim | _jq16_tonumber | if isnan then error("not a number") else . * 1 end
  else _jq16_tonumber end;
def _jq16_fromjson: fromjson;
def fromjson: _jq16_fromjson | _jq16_doubles;
def _jq16_sub($re; f; $flags): sub($re; f; $flags);
def gsub($re; f; $flags):
  . as $text
  | [match($re; $flags // "" | . / "g" | join(""))]
  | if length == 0 then $text else
      .[0] as $m
      | (reduce ($m.captures[] | select(.name != null)) as $c ({}; .[$c.name] = $c.string)) as $captured
      | ($text[$m.offset + $m.length:] | gsub($re; f; $flags)) as $rest
      | ($captured | f) as $new
      | $text[:$m.offset] + $new + $rest
    end;
def gsub($re; f): gsub($re; f; "");
def sub($re; f; $flags):
  if ($flags // "" | contains("g")) then gsub($re; f; $flags) else _jq16_sub($re; f; $flags) end;
def sub($re; f): _jq16_sub($re; f; "");
def _jq16_uri:
  @uri | . / "%21" | join("!") | . / "%27" | join("'") | . / "%28" | join("(") | . / "%29" | join(")")
  | . / "%2A" | join("*");
def _jq16_closed($name): error("\($name) is not available to a query of a delivery stream");
def env: {};
def input: _jq16_closed("input");
def inputs: _jq16_closed("inputs");
def debug: _jq16_closed("debug");
def stderr: _jq16_closed("stderr");
def halt: _jq16_closed("halt");
def halt_error: _jq16_closed("halt_error");
def halt_error($code): _jq16_closed("halt_error");
def input_filename: _jq16_closed("input_filename");
def input_line_number: _jq16_closed("input_line_number");
def get_search_list: _jq16_closed("get_search_list");
def modulemeta: _jq16_closed("modulemeta");
"""
)

_DOUBLES = _PRELUDE[_PRELUDE.index("def _jq16_doubles") : _PRELUDE.index("def _jq16_error")]
_DEFINED = frozenset(re.findall(r"^def (\w+)", _PRELUDE, re.MULTILINE))

# AWS rule: values are turned into text, reference 5.2; null makes the empty text, which fails later.
_TEXT = """ | map(if type == "object" then
  map_values(if type == "string" then . elif . == null then "" else tojson end) else . end)"""

# A number that jq 1.6 prints otherwise than it is written: with an exponent, a trailing zero, more digits than a
# double keeps, or so small that it gets an exponent. What only looks so, inside a string, costs time and no more.
_RESPELLED = re.compile(
    rb"(?:[:,\[]|\A)[ \t\r\n]*-?(?:[0-9][0-9.]{15}|[0-9]+(?:\.[0-9]+)?[eE]|[0-9]+\.[0-9]*0(?![0-9])|0\.0000)"
)
_PLAIN_LITERAL = re.compile(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{0,3}[1-9])?")


def may_be_respelled(record: bytes) -> bool:
    """Return whether a JSON document may have a number that jq 1.6 prints otherwise than it is written."""
    return _RESPELLED.search(record) is not None


def programs(query: str) -> tuple[str, str]:
    """Return the programs that give the results of a query in an array.

    The first is for a record with plain numbers and gives values as they are, the second for any record, and gives the
    members of an object as text. Raises `TokenError` when `query` is none.
    """
    changed = _as_in_1_6(query)
    results = f"[(\n{changed}\n)]"
    # Definitions that nothing uses would still take time for each record.
    needs_prelude = any(token.kind == "name" and token.text in _DEFINED for token in tokenize(changed))
    prelude = _PRELUDE if needs_prelude else ""
    return prelude + results, (prelude or _DOUBLES) + "_jq16_doubles | " + results + _TEXT


def _as_in_1_6(query: str) -> str:
    """Return `query` with its number literals as doubles and with the `@uri` of 1.6."""
    parts: list[str] = []
    position = 0
    tokens = tokenize(query)
    for at, token in enumerate(tokens):
        made = None
        if token.kind == "number" and not _PLAIN_LITERAL.fullmatch(token.text):
            made = f"({token.text} * 1)"
        elif token.text == "@uri" and token.kind == "format":
            following = tokens[at + 1] if at + 1 < len(tokens) else None
            # Before a string the format is applied to its interpolations; that form stays the later jq's.
            made = None if following is not None and following.kind == "text" else "_jq16_uri"
        if made is not None:
            parts += (query[position : token.start], made)
            position = token.end
    return "".join((*parts, query[position:]))
