"""Callbacks and loggers for machine-learning frameworks, one framework a module, loaded when it is used."""

from __future__ import annotations

import importlib
from types import ModuleType

_FRAMEWORKS = ("keras", "lightgbm", "lightning", "sklearn", "transformers", "xgboost")


def __getattr__(name: str) -> ModuleType:
    if name not in _FRAMEWORKS:
        raise AttributeError(f"module 'researcher.integrations' has no attribute {name!r}")
    try:
        return importlib.import_module(f"researcher.integrations.{name}")
    except ModuleNotFoundError as error:
        error.add_note(f'Install the framework with: pip install "researcher-notebook[{name}]"')
        raise


def __dir__() -> list[str]:
    return list(_FRAMEWORKS)
