"""What experiments look like as the output of a notebook cell."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from researcher.curves.sparkline import mean_of_folds, sparkline
from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.observations import folds_of
from researcher.params import ABSENT, flattened, label

if TYPE_CHECKING:
    from researcher.experiments import Experiments

SHOWN = 20  # rows of the table of many
COLUMNS = 8  # of params in it, and of final values; callbacks record dozens of either
_LEFT = " style='text-align:left'"


def experiment_html(experiment: Experiment) -> str:
    """One experiment: how it ended, its params, and its final values beside their curves in small."""
    when = f" · {experiment.timestamp:%Y-%m-%d %H:%M:%S}" if experiment.timestamp else ""
    curves = _curves(experiment)
    rows = [_row(name, label(value)) for name, value in flattened(experiment.params).items()]
    rows += [
        _row(f"final {name}", label(experiment.summary("final", name)), curves.get(name, ""))
        for name in experiment.observed()
    ]
    return (
        f"<b>{html.escape(experiment.title or experiment.hash[:8])}</b> "
        f"<code>{html.escape(experiment.segment)}</code> {html.escape(experiment.status)}{when}"
        f"{''.join(f'<div>{html.escape(line)}</div>' for line in _said(experiment))}"
        f"<table>{''.join(rows)}</table>"
    )


def experiments_html(experiments: Experiments) -> str:
    """A small table: the hash, status if it tells, the first params that vary and the first final values."""
    shown = experiments[:SHOWN]
    vary, all_observed = [name for name in experiments.params_that_vary() if name != "title"], shown.observed()
    names, observed = vary[:COLUMNS], all_observed[:COLUMNS]
    left_out = [*vary[COLUMNS:], *all_observed[COLUMNS:]]
    fixed = ["title", "hash", *(["status"] if {e.status for e in shown} - {"finished"} else [])]
    head = "".join(f"<th>{html.escape(name)}</th>" for name in ("", *fixed, *names, *observed))
    body = "".join(f"<tr><th>{place}</th>{_cells(e, fixed, names, observed)}</tr>" for place, e in enumerate(shown))
    more = f", the first {SHOWN} shown" if len(experiments) > SHOWN else ""
    if left_out:
        more += html.escape(f"; in frame() also {', '.join(left_out[:COLUMNS])}{', …' * (len(left_out) > COLUMNS)}")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{experiments.counted()}{more}"


def _said(experiment: Experiment) -> Iterator[str]:
    """What failed, and what was remarked."""
    error = experiment.ours.get("error")
    if isinstance(error, Mapping):
        yield ": ".join(str(error[part]) for part in ("type", "message") if error.get(part))
    if experiment.tags:
        yield f"tags: {', '.join(experiment.tags)}"
    yield from (f"note: {note}" for note in experiment.notes)


def _curves(experiment: Experiment) -> dict[str, str]:
    """The curves in small; none of a record that is gone by now."""
    try:
        found = experiment.observations
    except (RecordsNotFound, DamagedRecord):
        return {}
    folds = {name: folds_of(value) for name, value in found.items() if experiment.shape(name) in ("curve", "folds")}
    return {name: sparkline(mean_of_folds(own)) for name, own in folds.items() if any(len(fold) > 1 for fold in own)}


def _row(name: str, value: str, curve: str = "") -> str:
    cells = "".join(f"<td{_LEFT}>{html.escape(text)}</td>" for text in (value, curve))
    return f"<tr><th{_LEFT}>{html.escape(name)}</th>{cells}</tr>"


def _cells(experiment: Experiment, fixed: Iterable[str], names: list[str], observed: list[str]) -> str:
    flat = flattened(experiment.params)
    own = {"title": experiment.title, "hash": experiment.segment, "status": experiment.status}
    values: list[object] = [own[name] for name in fixed]
    values += [flat.get(name, ABSENT) for name in names]
    values += [experiment.summary("final", name) for name in observed]
    return "".join(f"<td>{'' if value is ABSENT else html.escape(label(value))}</td>" for value in values)
