"""What people pass as values, and what a reader finds in the record."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import enum
import json
import pathlib
import tempfile
import types
import uuid
from collections import OrderedDict, UserList, deque, namedtuple

import numpy as np
import pandas as pd
import pytest

import researcher as rs
from researcher.errors import NotRecordable


class Colour(enum.Enum):
    RED = 1
    BLUE = "blue"


class Level(enum.IntEnum):
    HIGH = 3


class Kind(enum.StrEnum):
    FAST = "fast"


@dataclasses.dataclass
class Optimizer:
    name: str
    betas: tuple[float, float] = (0.9, 0.999)


@dataclasses.dataclass(frozen=True)
class Point:
    x: int = 0


class Text(str):
    __slots__ = ()


class Tensor:
    """An array of a library that nobody has heard of."""

    def __init__(self, values, dtype="float32"):
        self._array = np.array(values, dtype)
        self.dtype = dtype

    def __array__(self, dtype=None, copy=None):
        return self._array

    def __repr__(self):
        return f"Tensor({self._array})"


class Broken:
    dtype = "float32"

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("CUDA error: device lost")

    def __repr__(self):
        raise RuntimeError("no repr either")


Pair = namedtuple("Pair", "a b")
UTC = dt.UTC


@pytest.fixture
def recorded(tmp_path, tmp_path_factory, monkeypatch):
    """What comes back for a value, from the file."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("rescues")))

    def record(value):
        rs.record_experiment({"x": value}, tmp_path)
        return rs.all_experiments(tmp_path)[-1].params["x"]

    return record


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # the standard library
        ((1, 2), [1, 2]),
        (range(3), [0, 1, 2]),
        (Pair(1, "b"), [1, "b"]),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (types.MappingProxyType({"a": 1}), {"a": 1}),
        (Text("text"), "text"),
        ([Text("text"), 0.5], ["text", 0.5]),
        (Colour.RED, "RED"),
        (Colour.BLUE, "blue"),
        (Level.HIGH, 3),
        (Kind.FAST, "fast"),
        ({Colour.RED: 1, Kind.FAST: 2}, {"RED": 1, "fast": 2}),
        (dt.date(2026, 11, 23), "2026-11-23"),
        (dt.datetime(2026, 11, 23, 2, 10, tzinfo=UTC), "2026-11-23T02:10:00+00:00"),
        (dt.time(2, 10), "02:10:00"),
        (dt.timedelta(minutes=2), 120.0),
        (pathlib.PurePosixPath("data/train.csv"), "data/train.csv"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Optimizer("adam"), {"name": "adam", "betas": [0.9, 0.999]}),
        # numpy
        (np.float64(0.1), 0.1),
        (np.float32(0.1), 0.1),
        (np.float16(0.1), 0.1),
        (np.longdouble(0.5), 0.5),
        (np.int64(7), 7),
        (np.uint8(255), 255),
        (np.bool_(True), True),
        (np.str_("relu"), "relu"),
        ([np.float32(0.1), np.int8(1)], [0.1, 1]),
        ({np.int64(3): np.True_}, {3: True}),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array([0.1, np.nan], np.float32), [0.1, float("nan")]),
        (np.array(5), 5),
        (np.array([], float), []),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array({"a": np.int8(1)}, dtype=object), {"a": 1}),
        (np.array([1, "a", None], dtype=object), [1, "a", None]),
        (np.array(["2026-11-23", "NaT"], "datetime64[D]"), ["2026-11-23", None]),
        (np.datetime64("2026-11-23T02:10"), "2026-11-23T02:10"),
        (np.timedelta64(1500, "ms"), 1.5),
        (np.ma.masked_array([1, 2], [False, True]), [1, None]),
        # pandas
        (pd.Series([0.5, 0.25], dtype="float32"), [0.5, 0.25]),
        (pd.Series(["a", "b"], dtype="category"), ["a", "b"]),
        (pd.Series([1, None], dtype="Int64"), [1, None]),
        (pd.Index(["a"]), ["a"]),
        (pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), {"a": [1, 2], "b": ["x", "y"]}),
        (pd.Timestamp("2026-11-23"), "2026-11-23T00:00:00"),
        (pd.Series(pd.to_datetime(["2026-11-23"]).tz_localize("UTC")), ["2026-11-23T00:00:00+00:00"]),
        (pd.Timedelta("2s"), 2.0),
        (pd.NaT, None),
        (pd.NA, None),
        # any other array
        (Tensor([0.1, 0.2]), [0.1, 0.2]),
        (Tensor(3, "int32"), 3),
        ({"loss": [Tensor(0.1), Tensor(0.2)]}, {"loss": [0.1, 0.2]}),
    ],
    ids=repr,
)
def test_a_value_is_recorded_as_a_reader_expects_it(recorded, value, expected):
    assert repr(recorded(value)) == repr(expected)


def circle():
    around = {"a": [1]}
    around["a"].append(around)
    return around


def array_circle():
    one, other = np.empty((), object), np.empty((), object)
    one[()], other[()] = other, one
    return one


def nested(levels):
    value = 1
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"deep": [1, print]}, r'params\["x"\]\["deep"\]\[1\] is a function.*Record its name'),
        ({"deep": {"er": {1, 2}}}, r'params\["x"\]\["deep"\]\["er"\] is a set.*sorted'),
        (dict, r'params\["x"\] is the class dict'),
        (b"bytes", r'params\["x"\] is bytes'),
        (np.array([b"bytes"]), r"numpy\.ndarray"),
        (1 + 2j, "of the type complex"),
        (np.complex64(1), r"numpy\.complex64"),
        (np.zeros(2, [("a", int)]), r"numpy\.ndarray"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "DataFrame"),
        (object(), r"of the type object, .* or str\(\.\.\.\) of it"),
        (types.SimpleNamespace(lr=1), r"vars\(\.\.\.\) of it"),
        (argparse.Namespace(lr=1), r"vars\(\.\.\.\) of it"),
        (Broken(), r'params\["x"\] could not be converted: RuntimeError: CUDA error'),
        ([1, 10**5000], r'params\["x"\]\[1\] is an integer of more than 4300 digits'),
        ({10**5000: 1}, "is an integer of more than 4300 digits"),
        ({(1, 2): 3}, r'the key \(1, 2\) of params\["x"\] is a tuple'),
        ({Point(): 3}, "is a Point"),
        ({1: "a", "1": "b"}, r'params\["x"\] has two keys that JSON writes alike, .1.'),
        ({True: "a", "true": "b"}, "writes alike, 'true'"),
        ({None: "a", "null": "b"}, "writes alike, 'null'"),
        (circle(), r'params\["x"\]\["a"\]\[1\] contains itself'),
        (array_circle(), r'params\["x"\] contains itself'),
        (nested(2000), "lies more than 100 levels deep"),
    ],
    ids=lambda value: "" if isinstance(value, str) else type(value).__name__,
)
def test_what_json_cannot_hold_is_refused_with_its_place(recorded, tmp_path, value, said):
    with pytest.raises(NotRecordable, match=said) as caught:
        recorded(value)
    assert "\n" in str(caught.value)
    assert json.loads(caught.value.rescue.read_text())["params"].keys() == {"x"}
    assert not list(tmp_path.iterdir())


def test_the_middle_of_a_long_way_is_left_out(recorded):
    with pytest.raises(NotRecordable, match=r'^params\["x"\](\["a"\]){4}…(\["a"\]){2} lies'):
        recorded(nested(200))


def test_tensors_of_torch(recorded):
    torch = pytest.importorskip("torch")
    parameter = torch.nn.Parameter(torch.tensor([0.1, 0.2]))
    assert recorded(parameter) == [0.1, 0.2]
    assert recorded(torch.tensor(0.5, dtype=torch.bfloat16)) == 0.5
    assert recorded([torch.tensor(3), torch.tensor(True)]) == [3, True]


def test_where_and_as_what_tensors_are(recorded):
    assert recorded([np.dtype("float32"), np.dtype(int)]) == ["float32", "int64"]
    torch = pytest.importorskip("torch")
    assert recorded([torch.device("cuda", 1), torch.bfloat16]) == ["cuda:1", "torch.bfloat16"]


def test_whatever_is_a_sequence_is_a_list(recorded):
    assert recorded({"a": deque([1, UserList([2.5])])}) == {"a": [1, [2.5]]}


def test_arrays_of_jax(recorded):
    jnp = pytest.importorskip("jax.numpy")
    assert recorded({"a": jnp.array([0.1, 0.2]), "b": jnp.bfloat16(0.5)}) == {"a": [0.1, 0.2], "b": 0.5}


def test_tensors_of_tensorflow(recorded):
    tf = pytest.importorskip("tensorflow")
    assert recorded({"a": tf.constant([0.1, 0.2]), "b": tf.Variable(3)}) == {"a": [0.1, 0.2], "b": 3}
