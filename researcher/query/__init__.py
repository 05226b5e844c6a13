r"""The language that asks for experiments: ``0.001 <= lr < 0.1 and optimizer.name in ["adam", "sgd"]``.

```text
names        depth   optimizer.name   `learning rate`   `my model`.lr   layers.0.units
             Letters of any alphabet; dots lead into nested params. Any other name goes in backticks,
             and a backtick inside them is written twice.
             final.loss   min.loss   max.loss   best.loss   at.100.loss   best_step.loss
             Numbers that sum up an observation; see researcher.summary_names.
values       3   1e-3   nan   inf   "adam"   'adam'   [1, 2]   True   False   None
             Also true, false, null, none. Text knows the escapes \n \t \\ \" \'.
functions    has(name)     is there such a param or observation? Always yes or no.
             isnan(value)  is it the number NaN? (As in Python, nan == nan is False.)

operators    **                                power, from the right
 strongest   - +                               sign
 first       * / // %                          as in Python
             + -
             == != < <= > >= in, not in        also chained: 0 < x <= 1
             not
             and
             or                                brackets ( ) group

absent       What is said of a name that an experiment does not have is unknown: without a depth, so are
             depth > 3 and not depth > 3. "unknown and False" is False, "unknown or True" is True, and an
             experiment matches only if the whole query is True. The empty query matches all.
==           "1" is not 1, True is not 1, but 1 is 1.0, in lists and dicts too. None is a value like others.
< <= > >=    order numbers, texts and times. Between different kinds, and for the rest, this is unknown.
in           finds an element of a list or a piece of a text. In anything else it is unknown.
arithmetic   is for numbers. With anything else, and after division by zero or overflow, the result is absent.
             So is a list with something absent in it.
conditions   Where True or False is expected, any other value is unknown.
times        compare with text: timestamp >= "2026-01-31 10:00", "2026-01-31" (midnight), "2026-01", "2026".
             With a text that is no time, this is unknown.
```

A query is parsed here and never evaluated as Python.
"""

from __future__ import annotations

from researcher.query.parsing import Query, name_of, parse
from researcher.query.tokens import quoted
from researcher.query.tree import Lookup

__all__ = ["Lookup", "Query", "name_of", "parse", "quoted"]
