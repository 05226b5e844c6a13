"""Traits that ``help`` knows: the text below each in the source, where people read the code, is shown there too."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import TypeVar

import traitlets as t

Kind = TypeVar("Kind", bound=type[t.HasTraits])


def documented(kind: Kind) -> Kind:
    """Give each trait of a class the text that stands below it in the source, as its docstring.

    Without the source, traits stay as they are.
    """
    try:
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    except (OSError, SyntaxError):
        return kind
    traits = kind.class_own_traits()
    for defined, text in pairwise(body.body if isinstance(body, ast.ClassDef) else ()):
        targets = defined.targets if isinstance(defined, ast.Assign) else [getattr(defined, "target", None)]
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str):
            for target in targets:
                if isinstance(target, ast.Name) and target.id in traits:
                    traits[target.id].__doc__ = inspect.cleandoc(text.value.value)
    return kind
