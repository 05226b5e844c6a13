"""What all tests need: the Hypothesis profiles, and that records hold the same whether files here are changed."""

from __future__ import annotations

import os

from hypothesis import settings

# Machines differ in speed and are busy at times, so no example has a deadline. Under CI the examples are the
# same in every run: what fails there fails here.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI", "false") not in {"", "0", "false"} else "dev")

# Git finds no repository, so that no patch lies beside the records. Tests of what git knows take it away again.
os.environ["GIT_DIR"] = os.devnull
