"""What a notebook shows of an error of ours."""

from __future__ import annotations

import re

import nbclient
import nbformat

CELLS = [
    "import researcher as rs\nexperiments = rs.Experiments([rs.Experiment({'lr': 1})])\nexperiments.where('lr = 1')",
    "rs.all_experiments('nowhere')",
    "def train(params, recorder):\n    recorder.observe(loss=None)\nrs.run(train, {}, 'records')",
    "rs.Explorer(experiments).query = 'lr ='",
    "%xmode Verbose\nrs.all_experiments('nowhere')",
]


def test_it_ends_at_the_users_own_line(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    place = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True, resources=place).execute()
    outputs = [next(o for o in cell.outputs if o.output_type == "error") for cell in notebook.cells]
    query, nowhere, observed, explorer, verbose = (
        re.sub(r"\x1b\[[\d;]*m", "", "\n".join(o.traceback)) for o in outputs
    )
    for shown, line in ((query, "experiments.where('lr = 1')"), (nowhere, "rs.all_experiments('nowhere')")):
        assert line in shown
        assert "researcher/" not in shown
        assert "During handling" not in shown
    assert query.endswith("QueryError: write == to compare\n  lr = 1\n     ^")
    assert "recorder.observe(loss=None)" in observed.rpartition("researcher/running.py")[2]
    assert "observing.py" not in observed
    assert "traitlets" not in explorer
    assert "researcher/storage" in verbose
