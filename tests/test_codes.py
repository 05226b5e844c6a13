"""Numbers of rows: those that were put there, however many rows have none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from researcher.storage.codes import NONE, Codes

# So many rows without a number, and so many with this one.
GAPS = st.tuples(st.sampled_from([0, 0, 0, 1, 2, 9, 40, 400]), st.integers(0, 3), st.sampled_from([1, 1, 1, 20, 600]))


@given(st.lists(GAPS, max_size=30), st.data())
def test_each_row_has_what_was_put_there(gaps, data):
    found, listed = Codes(), list[int]()
    for gap, number, run in gaps:
        listed += [NONE] * gap
        for _ in range(run):
            found.put(len(listed), number)
            listed.append(number)
    check(found, listed)
    assert found.missing == (0 if found.rows is not None else listed.count(NONE))
    assert len(found.numbers) <= 1 + 64 + 9 * sum(run for _, _, run in gaps)
    header, columns = found.saved()
    check(Codes.loaded(header, map(memoryview, columns)), listed)
    check(found.mapped(lambda number: number + 7), [n if n == NONE else n + 7 for n in listed])
    rows = data.draw(st.lists(st.integers(0, len(listed) + 3), unique=True, max_size=8))
    padded = [*listed, *[NONE] * 4]
    check(found.taken(rows, {row: place for place, row in enumerate(rows)}), [padded[row] for row in rows])


def check(found, listed):
    n = len(listed)
    assert [found.get(row) for row in range(n + 2)] == [*listed, NONE, NONE]
    assert [*found.dense(n + 1)] == [*listed, NONE]
    assert [*found.dense(n // 2)] == listed[: n // 2]
    for number in range(4):
        assert [*found.rows_of(number)] == [row for row, own in enumerate(listed) if own == number]
