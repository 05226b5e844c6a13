"""File names come from titles of any kind and stay in the records directory; the title itself stays as given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import researcher as rs
from researcher.storage import names


@pytest.mark.parametrize(
    ("title", "start"),
    [
        ("deep-adam-relu", "deep-adam-relu_"),
        ("../../etc/passwd", "_.._etc_passwd_"),
        ("/etc/passwd", "_etc_passwd_"),
        ("a\\b:c*d?", "a_b_c_d__"),
        ("🚀 запуск 模型", "🚀 запуск 模型_"),
        (".hidden", "hidden_"),
        ("two\nlines\0", "two_lines__"),
        ("lone \ud800", "lone __"),
        ("right\u202eleft", "right_left_"),
        ("CON", "_CON_"),
        ("nul.txt", "_nul.txt_"),
        ("cafe\u0301", "caf\u00e9_"),
        ("x" * 300, "x" * 120 + "_"),
        ("模" * 300, "模" * 40 + "_"),
        ("", ""),
        ("...", ""),
        (None, ""),
        (5, ""),
    ],
)
def test_a_file_is_named_after_the_title_and_the_hash(tmp_path, title, start):
    directory = tmp_path / "records"
    recorded = rs.record_experiment({"title": title}, directory)
    assert recorded.path == directory / f"{start}{recorded.hash}.json"
    assert [path.name for path in tmp_path.iterdir()] == ["records"]
    assert rs.all_experiments(directory)[0].params == {"title": title}


@pytest.mark.parametrize("name", ["../outside", "/outside", "", ".", "x" * 300, 5])
def test_a_name_of_ones_own_stays_in_the_directory_too(tmp_path, name):
    directory = tmp_path / "records"
    assert rs.save_experiment(directory, name, {}, None).path.parent == directory
    assert len(list(directory.glob("*.json"))) == len(rs.all_experiments(directory)) == 1


@given(st.text(st.characters()))
def test_a_cleaned_title_is_one_safe_part_of_a_path(title):
    cleaned = names.cleaned(title)
    assert len(cleaned.encode()) <= names.LONGEST + 1
    assert not set(cleaned) & set('/\\:*?"<>|\0\n')
    assert not cleaned.startswith((".", " "))
    assert names.cleaned(cleaned) == cleaned
