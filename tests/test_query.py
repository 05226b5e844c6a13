"""The query language: what matches, what is unknown, where mistakes are shown, and laws that always hold."""

from __future__ import annotations

import inspect
import math
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from researcher.errors import QueryError
from researcher.experiments import Experiments
from researcher.params import looked_up
from researcher.query import Lookup, parse, quoted
from researcher.query.parsing import DEEPEST, LONGEST

PARAMS = {
    "lr": 0.01,
    "depth": 3,
    "width": 3.0,
    "title": "relu net",
    "flag": True,
    "off": False,
    "nothing": None,
    "one": 1,
    "steps": [1, 2, 3],
    "mixed": [1, True, "1", None],
    "bad": math.nan,
    "huge": 10**400,
    "optimizer": {"name": "adam", "betas": [0.9, 0.999]},
    "copy": {"betas": [0.9, 0.999], "name": "adam"},
    "numbered": {1: "a"},
    "numbered_as_text": {"1": "a"},
    "learning rate": 0.5,
    "my model": {"lr": 2},
    "a`b": 4,
    "größe": 5,
    "学習率": 6,
    "मात्रा": 7,
    "in": 8,
    "has": 9,
    "timestamp": datetime(2026, 1, 31, 10, 30),
    "zoned": datetime(2026, 1, 31, 10, 30, tzinfo=UTC),
}


def finder(params: dict[str, object]) -> Lookup:
    return lambda path: looked_up(params, path)


def matches(query: str, params: dict[str, object] = PARAMS) -> bool:
    return parse(query).matches(finder(params))


def answer(condition: str) -> str:
    """What a condition says of PARAMS; the negation tells false from unknown."""
    if matches(condition):
        return "true"
    return "false" if matches(f"not ({condition})") else "unknown"


def error(query: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.query == query
    return caught.value


@pytest.mark.parametrize(
    "query",
    [
        "lr == 0.01",
        "lr == 1e-2",
        "lr == .01",
        "depth<4 and depth<=3 and depth>2. and depth>=3",
        "1_000 == 1E+3",
        "0.001 <= lr < 0.1",
        "1 < depth < 5 != lr",
        "not depth == 4",
        "flag",
        "not off",
        "not not flag",
        "flag or off and off",
        "(flag or off) and not (flag and off)",
        "not off and flag",
        "\n\tdepth\n==\u00a03 ",
    ],
)
def test_comparisons_and_conditions(query: str) -> None:
    assert answer(query) == "true"


@pytest.mark.parametrize(
    "query",
    [
        "depth + 1 * 2 == 5",
        "(depth + 1) * 2 == 8",
        "10 - 3 - 2 == 5",
        "24 / 4 / 2 == 3",
        "7 // 2 * 2 + 7 % 2 == 7",
        "2 ** 3 ** 2 == 512",
        "-2 ** 2 == -4",
        "2 ** -1 == 0.5",
        "2 ** -1 ** 2 == 0.5",
        "- - + depth == 3",
        "1 - -1 == 2",
        "0 < depth - 2 <= 1",
        "1 / 3 * 3 == 1",
        "-inf < depth < inf",
        "inf + 1 == inf",
        "huge > 1.5",
        "-7 // 2 == -4",
    ],
)
def test_arithmetic(query: str) -> None:
    assert answer(query) == "true"


@pytest.mark.parametrize(
    "query",
    [
        "depth in [1, 2, 3]",
        "depth in [1, 2, 3,]",
        "depth not in []",
        "depth not   in [1, depth + 1]",
        "not depth in [1]",
        "2 in steps",
        "4 not in steps",
        "[1, 2, 3] == steps",
        "[[1], 2] == [[1.0], 2]",
        "[1] in [[1], [2]]",
        "None in mixed",
        '"relu" in title',
        "'tanh' not in title",
        '"" in title',
        "optimizer.name in ['adam', 'sgd']",
        "0.999 in optimizer.betas",
    ],
)
def test_membership(query: str) -> None:
    assert answer(query) == "true"


@pytest.mark.parametrize(
    "query",
    [
        "optimizer.name == 'adam'",
        "`optimizer`.`name` == 'adam'",
        "`learning rate` == 0.5",
        "`my model`.lr == 2",
        "`a``b` == 4",
        "größe == 5",
        "学習率 == 6",
        "मात्रा == 7",
        "`in` == 8",
        "has == 9",
        "`has` == 9",
        "has(depth)",
        "has(optimizer.name) and has(optimizer)",
        "has(`learning rate`)",
        "has (nothing)",
        "not has(nowhere)",
        "not has(optimizer.nowhere)",
    ],
)
def test_names(query: str) -> None:
    assert answer(query) == "true"


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("'a'", "a"),
        ('"a"', "a"),
        ('"it\'s"', "it's"),
        (r"'it\'s'", "it's"),
        (r'"say \"hi\""', 'say "hi"'),
        (r"'a\nb\tc\\d'", "a\nb\tc\\d"),
        (r"'\d+\.'", r"\d+\."),
        ("'two\nlines'", "two\nlines"),
        ("'and # [('", "and # [("),
        ("True", True),
        ("true", True),
        ("False", False),
        ("false", False),
        ("None", None),
        ("none", None),
        ("null", None),
        ("inf", math.inf),
    ],
)
def test_literals(literal: str, value: object) -> None:
    assert matches(f"x == {literal}", {"x": value})


def test_an_empty_query_matches_all() -> None:
    assert matches("", {})
    assert matches(" \n", {})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("nowhere == 1", "unknown"),
        ("nowhere != 1", "unknown"),
        ("nowhere == nowhere", "unknown"),
        ("nowhere == None", "unknown"),
        ("nowhere in [1]", "unknown"),
        ("nowhere not in [1]", "unknown"),
        ("1 in nowhere", "unknown"),
        ("depth in [1, nowhere]", "unknown"),
        ("isnan(nowhere)", "unknown"),
        ("nowhere", "unknown"),
        ("nowhere and off", "false"),
        ("off and nowhere", "false"),
        ("nowhere and flag", "unknown"),
        ("nowhere or flag", "true"),
        ("flag or nowhere", "true"),
        ("nowhere or off", "unknown"),
        ("1 < depth < nowhere", "unknown"),
        ("5 < depth < nowhere", "false"),
        ("nowhere < depth < 1", "false"),
    ],
)
def test_absence_is_unknown(condition: str, expected: str) -> None:
    assert answer(condition) == expected


@pytest.mark.parametrize("operation", ["{} + 1", "1 - {}", "{} * 2", "{} / 2", "2 // {}", "{} % 2", "-{}", "+{}"])
@pytest.mark.parametrize("operand", ["nowhere", "title", "flag", "nothing", "steps", "optimizer", "'1'"])
def test_arithmetic_is_for_numbers(operation: str, operand: str) -> None:
    assert answer(f"({operation.format(operand)}) == 0") == "unknown"


@pytest.mark.parametrize(
    "number",
    [
        "1 / 0",
        "1 // 0",
        "1 % 0",
        "0 ** -1",
        "1e308 * 10",
        "10.0 ** 400",
        "(-1) ** 0.5",
        "huge + 1",
        "huge / 2",
        "huge ** 2",
    ],
)
def test_what_cannot_be_calculated_is_absent(number: str) -> None:
    assert answer(f"{number} == 0") == "unknown"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("flag == 1", "false"),
        ("flag != 1", "true"),
        ("flag == True", "true"),
        ("one == True", "false"),
        ("off == 0", "false"),
        ("one == 1.0", "true"),
        ("depth == width", "true"),
        ("'1' == 1", "false"),
        ("nothing == None", "true"),
        ("nothing == False", "false"),
        ("nothing != 0", "true"),
        ("depth == None", "false"),
        ("flag in [1]", "false"),
        ("one in [True, '1']", "false"),
        ("one in [True, 1.0]", "true"),
        ("mixed == [1.0, True, '1', None]", "true"),
        ("mixed == [True, 1, '1', None]", "false"),
        ("steps == [1, 2]", "false"),
        ("optimizer == copy", "true"),
        ("optimizer == `my model`", "false"),
        ("numbered == numbered_as_text", "true"),
        ("steps == '123'", "false"),
        ("bad == bad", "false"),
        ("bad == nan", "false"),
        ("bad != nan", "true"),
        ("[nan] == [nan]", "false"),
        ("isnan(bad)", "true"),
        ("isnan(bad + 1)", "true"),
        ("isnan(depth)", "false"),
        ("isnan(title)", "false"),
        ("isnan(nothing)", "false"),
    ],
)
def test_equality_keeps_kinds_apart(condition: str, expected: str) -> None:
    assert answer(condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("title < 'sigmoid'", "true"),
        ("'B' < 'a'", "true"),
        ("title < 5", "unknown"),
        ("flag < 2", "unknown"),
        ("off < flag", "unknown"),
        ("nothing < 1", "unknown"),
        ("nothing <= None", "unknown"),
        ("steps < [4]", "unknown"),
        ("optimizer > 1", "unknown"),
        ("bad < 1", "false"),
        ("3 in 3", "unknown"),
        ("1 in title", "unknown"),
        ("1 not in title", "unknown"),
        ("'name' in optimizer", "unknown"),
        ("depth", "unknown"),
        ("title", "unknown"),
        ("not depth", "unknown"),
        ("flag and depth", "unknown"),
        ("off and depth", "false"),
        ("1", "unknown"),
    ],
)
def test_what_makes_no_sense_is_unknown(condition: str, expected: str) -> None:
    assert answer(condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("timestamp > '2026-01-31'", "true"),
        ("timestamp == '2026-01-31'", "false"),
        ("timestamp == '2026-01-31 10:30'", "true"),
        ("timestamp == '2026-01-31T10:30:00'", "true"),
        ("timestamp == ' 2026-01-31_10:30:00 '", "true"),
        ("'2026-01' <= timestamp < '2026-02'", "true"),
        ("'2026' <= timestamp < '2027'", "true"),
        ("timestamp < '2026-01-31 10:29:59'", "false"),
        ("timestamp in ['2026-01-31 10:30']", "true"),
        ("timestamp in ['2026-01-31', '2026-02-01']", "false"),
        ("timestamp in ['yesterday']", "unknown"),
        ("timestamp > 'yesterday'", "unknown"),
        ("timestamp != 'yesterday'", "unknown"),
        ("timestamp > '2026-1'", "unknown"),
        ("timestamp > '2026-13'", "unknown"),
        ("timestamp > 2026", "unknown"),
        ("timestamp != 2026", "true"),
        ("timestamp == timestamp", "true"),
        ("timestamp < '2026-01-31 10:30+00:00'", "unknown"),
        ("timestamp < zoned", "unknown"),
        ("timestamp == zoned", "false"),
        ("zoned == '2026-01-31 10:30'", "true"),
        ("zoned == '2026-01-31 12:30+02:00'", "true"),
        ("'2026-01-31 10:31' > zoned", "true"),
    ],
)
def test_times(condition: str, expected: str) -> None:
    assert answer(condition) == expected


def test_times_in_different_zones_are_compared_as_moments() -> None:
    east = datetime(2026, 1, 31, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    assert matches("zoned == east and zoned <= east", {**PARAMS, "east": east})


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ()),
        ("1 < 2", ()),
        ("b == a + b", (("b",), ("a",))),
        ("has(x.y) or isnan(final.`val loss`)", (("x", "y"), ("final", "val loss"))),
        ("a in [b, `a.c`] and not a.c", (("a",), ("b",), ("a.c",), ("a", "c"))),
        ("min.x < 1 or has.min", (("min", "x"), ("has", "min"))),
    ],
)
def test_names_are_listed_once_in_order(query: str, names: tuple[tuple[str, ...], ...]) -> None:
    assert parse(query).names == names
    assert parse(query).text == query


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("lr",), "lr"),
        (("optimizer", "name"), "optimizer.name"),
        (("größe",), "größe"),
        (("learning rate",), "`learning rate`"),
        (("my model", "lr"), "`my model`.lr"),
        (("a.b", "0"), "`a.b`.0"),
        (("0", "a"), "`0`.a"),
        (("a`b",), "`a``b`"),
        (("`",), "````"),
        (("", ""), "``.``"),
        (("not", "nan", "None", "null"), "`not`.`nan`.`None`.`null`"),
        (("has",), "has"),
    ],
)
def test_quoted(path: tuple[str, ...], text: str) -> None:
    assert quoted(path) == text
    assert parse(text).names == (path,)


@pytest.mark.parametrize(
    ("query", "at", "reason"),
    [
        ("lr = 0.1", 3, "write == to compare"),
        ("a === b", 4, "write == to compare"),
        ("a && b", 2, "write and"),
        ("a & b", 2, "write and"),
        ("a || b", 2, "write or"),
        ("!a", 0, "write not"),
        ("lr≤1", 2, "write <="),
        ("lr ≠ 1", 3, "write !="),
        ("a ^ 2", 2, "write **"),
        ("a == 'b", 5, "this quote is never closed"),
        (r'a == "b\"', 5, "this quote is never closed"),
        ("1 < `a", 4, "this backtick is never closed"),
        ("`a``", 0, "this backtick is never closed"),
        ("a.`b", 2, "this backtick is never closed"),
        ("1 + (a", 4, "this ( is never closed"),
        ("has(a", 3, "this ( is never closed"),
        ("a in [1, 2", 5, "this [ is never closed"),
        ("a in [1,", 5, "this [ is never closed"),
        ("a)", 1, "this ) closes nothing"),
        ("(a]", 2, "this ] closes nothing"),
        ("a in (1, 2)", 7, "write a list as [1, 2]"),
        ("max(a)", 0, "there is no function max, only has and isnan"),
        ("1 < a.has(b)", 4, "there is no function a.has, only has and isnan"),
        ("has(1)", 4, "has() asks for a name"),
        ("has(a == 1)", 4, "has() asks for a name"),
        ("has(a, b)", 5, "write a list as [1, 2]"),
        ("isnan()", 6, "a value is missing before )"),
        ("()", 1, "a value is missing before )"),
        ("[,]", 1, "a value is missing before ,"),
        ("a ==", 4, "a value is missing before the end"),
        ("a == ", 5, "a value is missing before the end"),
        ("a == == b", 5, "a value is missing before =="),
        ("and b", 0, "a value is missing before and"),
        ("a or or b", 5, "a value is missing before or"),
        ("a <> b", 3, "a value is missing before >"),
        ("not", 3, "a value is missing before the end"),
        ("a b", 2, "an operator is missing before b"),
        ("a not b", 2, "an operator is missing before not"),
        ("3abc", 1, "an operator is missing before abc"),
        ("[1 2]", 3, "an operator is missing before 2"),
        ("a; b", 1, "; has no meaning here"),
        ("  @", 2, "@ has no meaning here"),
        ("a.", 1, "a name is missing beside this dot"),
        ("a..b", 1, "a name is missing beside this dot"),
        (".a", 0, "a name is missing beside this dot"),
        ("layers.0x", 7, "write this name in backticks: `0x`"),
        ("1 < 🙂", 4, "write this name in backticks: `🙂`"),
        ("1" * 301, 0, "a number has at most 300 characters"),
    ],
)
def test_a_mistake_is_shown_where_it_is(query: str, at: int, reason: str) -> None:
    mistake = error(query)
    assert (mistake.at, mistake.reason) == (at, reason)


ABSURD = [
    "(" * (LONGEST - 1),
    "[" * LONGEST,
    "has(" * 2000,
    "not " * 2500,
    "-" * LONGEST,
    "2" + "**2" * 3000,
    "a or (" * 1500,
    "'" * (LONGEST - 1),
    "`" * (LONGEST - 1),
]


@pytest.mark.parametrize("query", ABSURD, ids=lambda query: query[:6])
def test_absurd_queries_are_refused(query: str) -> None:
    error(query)


def test_a_query_has_a_longest_length() -> None:
    assert parse("a" * LONGEST).names == (("a" * LONGEST,),)
    assert error("a" * (LONGEST + 1)).at == LONGEST
    assert "10000 characters" in error(" " * (LONGEST + 1)).reason


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("off" + " or off" * 1400 + " or flag", "true"),
        ("flag" + " and flag" * 1000, "true"),
        ("1" + "+1" * 4000 + " == 4001", "true"),
        ("1" + "*1" * 4000 + " == 1", "true"),
        ("1" + "<=1" * 3000, "true"),
        ("4 in [" + "1," * 4000 + "]", "false"),
        ("9**9**9**9 > 0", "unknown"),
        ("9**9**9 > 0", "unknown"),
        ("2**1000**2 > 0", "unknown"),
        ("2**1023 > 0", "true"),
        ("(2**1000)*(2**1000) > 0", "unknown"),
        ("(-1)**10**9 == 1 and 0**10**9 == 0", "true"),
        ("(-3)**10**9 == 1", "unknown"),
        ("2.5**10**9 == 1", "unknown"),
        ("1e999 == inf", "true"),
    ],
    ids=lambda text: text[:20],
)
def test_absurd_queries_are_answered(query: str, expected: str) -> None:
    assert answer(query) == expected


def test_the_deepest_query_fits_on_the_stack() -> None:
    """Every bracket holds an operator of each level, and the notebook below takes 150 of Python's 1000 frames."""
    query = "depth"
    for _ in range(DEEPEST - 2):
        query = f"({query}) ** 1 * 1 + 0 < 9 and flag or flag"
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 1000 - 150)
    try:
        assert matches(query)
    finally:
        sys.setrecursionlimit(limit)
    assert error(f"(({query}))").reason == "this is nested too deeply"


NAMES = st.sampled_from(["lr", "depth", "flag", "off", "nothing", "steps", "title", "bad", "nowhere", "timestamp"])
LITERALS = st.one_of(
    st.integers(-3, 10**20).map(str),
    st.floats(allow_nan=False).map(repr),
    st.sampled_from(["True", "False", "None", "nan", "'2026'", "'relu'", "[]", "[1, None]"]),
)
RELATIONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"])
SIGNS = st.sampled_from(["+", "-", "*", "/", "//", "%", "**"])
EXPRESSIONS = st.recursive(
    NAMES | LITERALS,
    lambda inner: st.builds("({} {} {})".format, inner, SIGNS, inner) | st.builds("-{}".format, inner),
    max_leaves=4,
)
CONDITIONS = st.recursive(
    st.one_of(
        NAMES,
        st.builds("{} {} {}".format, EXPRESSIONS, RELATIONS, EXPRESSIONS),
        st.builds("{} < {} <= {}".format, EXPRESSIONS, EXPRESSIONS, EXPRESSIONS),
        st.builds("has({})".format, NAMES),
        st.builds("isnan({})".format, EXPRESSIONS),
    ),
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("(not {})".format, inner),
    ),
    max_leaves=6,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(CONDITIONS)
def test_not_not_changes_nothing(q: str) -> None:
    assert answer(f"not not ({q})") == answer(q)


@given(CONDITIONS, CONDITIONS)
def test_and_narrows_and_or_widens(a: str, b: str) -> None:
    both, either = matches(f"({a}) and ({b})"), matches(f"({a}) or ({b})")
    assert both == (matches(a) and matches(b))
    assert either == (matches(a) or matches(b))


@given(CONDITIONS, CONDITIONS)
def test_de_morgan(a: str, b: str) -> None:
    assert answer(f"not (({a}) and ({b}))") == answer(f"not ({a}) or not ({b})")


@given(CONDITIONS)
def test_nothing_is_both_true_and_false(q: str) -> None:
    assert not (matches(q) and matches(f"not ({q})"))


@given(EXPRESSIONS, EXPRESSIONS, EXPRESSIONS)
def test_a_chain_is_its_links_joined(a: str, b: str, c: str) -> None:
    assert answer(f"{a} < {b} == {c}") == answer(f"({a} < {b}) and ({b} == {c})")


@given(st.lists(st.text(), min_size=1, max_size=4).map(tuple))
def test_a_quoted_name_is_read_as_that_name(path: tuple[str, ...]) -> None:
    assert parse(quoted(path)).names == (path,)
    assert parse(f"has({quoted(path)})and({quoted(path)}==1)").names == (path,)


@given(st.text(alphabet=st.characters()))
def test_any_text_can_be_compared_with(text: str) -> None:
    literal = text.replace("\\", r"\\").replace("'", r"\'")
    assert matches(f"x == '{literal}' and '{literal}' in x", {"x": text})


PIECES = st.sampled_from(
    ["a", "and", "not", "in", "has(", "isnan(", "1e", ".5", "nan", "==", "**", "≤", "ः", *"([,])=<-!.`'\"\\"]
)


@given(st.text() | st.lists(PIECES).map("".join) | st.lists(PIECES).map(" ".join))
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as mistake:
        at = mistake.at
    else:
        at = 0
        assert isinstance(query.matches(finder({"a": 1})), bool)
    assert 0 <= at <= len(text)


def typed(value: object) -> object:
    """A value in which Python's == tells kinds apart."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return isinstance(value, bool), value


@given(VALUES, VALUES)
def test_equality_is_typed(a: object, b: object) -> None:
    params = {"a": a, "b": b}
    same = typed(a) == typed(b)
    assert matches("a == a and not a != a and a in [b, a]", params)
    assert matches("a == b", params) == matches("b == a", params) == matches("a in [b]", params) == same
    assert matches("a != b", params) == matches("a not in [b]", params) == (not same)


@given(CONDITIONS, VALUES)
def test_any_value_can_be_asked_about(q: str, value: object) -> None:
    everywhere: Lookup = lambda _: value  # noqa: E731
    assert isinstance(parse(q).matches(everywhere), bool)


@pytest.mark.parametrize("wrong", [len, 5, None, {"lr": 1}])
def test_what_is_no_text_is_refused(wrong):
    with pytest.raises(TypeError, match="a query is a text"):
        Experiments().where(wrong)
