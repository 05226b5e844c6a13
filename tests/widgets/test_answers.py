"""Answers come from a thread: one at a time, the latest question first, and none after closing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from researcher.widgets import answers as module
from researcher.widgets.answers import Answers

SECONDS = 20  # for each wait


class Told:
    """Counts what is told, and waits for it."""

    def __init__(self) -> None:
        self.semaphore = threading.Semaphore(0)
        self.lock = threading.RLock()

    def tell(self) -> None:
        self.semaphore.release()

    def wait(self) -> None:
        assert self.semaphore.acquire(timeout=SECONDS)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def answers(told: Told) -> Iterator[Answers]:
    found = Answers(told.tell, told.lock)
    yield found
    found.close()
    found.join(SECONDS)


def test_an_answer_is_worked_out_once_and_told(answers: Answers, told: Told) -> None:
    worked: list[int] = []

    def work() -> int:
        worked.append(threading.get_ident())
        return 42

    assert answers.get("?", work) is None
    told.wait()
    assert answers.get("?", work) == 42
    assert len(worked) == 1
    assert worked[0] != threading.get_ident()


def test_the_thread_ends_when_nothing_is_asked(answers: Answers, told: Told) -> None:
    answers.get("?", lambda: 1)
    told.wait()
    answers.join(SECONDS)
    assert answers._thread is None
    answers.get("again?", lambda: 2)
    told.wait()
    assert answers.get("again?", lambda: 2) == 2


def test_an_error_is_an_answer(answers: Answers, told: Told) -> None:
    answers.get("?", lambda: 1 / 0)
    told.wait()
    assert isinstance(answers.get("?", lambda: 1), ZeroDivisionError)


def test_one_at_a_time_and_the_latest_wins(answers: Answers, told: Told) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        assert go.wait(SECONDS)
        return "slow"

    answers.get(1, slow)
    assert begun.wait(SECONDS)
    asked: list[int] = []

    def answer(question: int) -> int:
        asked.append(question)
        return question

    for question in (2, 3, 4):
        answers.get(question, partial(answer, question))
    assert answers.get(1, slow) is None  # it is being worked out already; nothing else is wanted any more
    answers.get(4, partial(answer, 4))
    go.set()
    told.wait()
    told.wait()
    assert (asked, answers.get(4, lambda: 0), answers.get(1, lambda: "")) == ([4], 4, "slow")


def test_nothing_is_told_after_closing(told: Told) -> None:
    answers = Answers(told.tell, told.lock)
    begun, go = threading.Event(), threading.Event()

    def slow() -> int:
        begun.set()
        assert go.wait(SECONDS)
        return 1

    answers.get(1, slow)
    assert begun.wait(SECONDS)
    answers.get(2, lambda: 2)
    answers.close()
    go.set()
    answers.join(SECONDS)
    assert answers.get(3, lambda: 3) is None
    answers.join(SECONDS)
    assert not told.semaphore.acquire(blocking=False)


def test_patient_questions_rest_and_others_do_not(
    answers: Answers, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST", 3600.0)
    answers.get(1, lambda: 1)
    told.wait()
    assert answers.get(2, lambda: 2, patient=True) is None
    answers.join(0.2)
    assert answers.get(2, lambda: 2, patient=True) is None
    answers.get(3, lambda: 3)
    told.wait()
    assert (answers.get(3, lambda: 0), answers._rested > 3000) == (3, True)


def test_a_patient_question_is_answered_in_the_end(
    answers: Answers, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST", 0.05)
    answers.get(1, lambda: 1)
    told.wait()
    answers.get(2, lambda: 2, patient=True)
    told.wait()
    assert answers.get(2, lambda: 0) == 2


def test_the_latest_answers_are_kept(answers: Answers, told: Told) -> None:
    for question in range(20):
        answers.get(question, partial(int, question))
        told.wait()
    assert set(answers._known) == set(range(12, 20))
