"""Simulations of every figure that is printed: how often its interval covers, how often its p errs.

Knows populations whose truth is known and the product's functions; no survey, no model, no file of
a run. The tables of docs/validity.md are what these simulations measured.

How to add a figure, or to mend one:

1. Its row stands in the file of its area (`values.py`, `countries.py`, `stories.py`,
   `questions.py`, `study.py`, `gates.py`): a `Figure` with the metrics' names (patterns of
   `fnmatch`), and what it estimates in one clause.
2. What decides gets a simulation beside it, a pure function ``(rng, setting, repetitions)``:
   ``intervals=`` returns `Ends` (low, high and the truth of each repetition; NaN where the figure
   gives no interval), ``p_values=`` returns the p of each repetition under its null, ``shares=``
   returns, for a verdict without a p, whether each repetition passed wrongly. `Setting` says how
   many units, whether of equal sizes, and from which population; `populations.py` draws them, or
   the area draws its own. Call the product's function, not a copy; draw all repetitions at once
   where it is vectorised.
3. A figure without any of them is *not for decisions*. Where a figure refuses to decide, or does
   not hold in a setting (as with few units of a skewed population), name that in ``except_for``,
   with the reason in ``note``: the cell is then marked, and no gate may use it there.
4. ``python -m tests.validity --only NAME`` measures it (without ``--only``: everything), writes
   ``measured/AREA.json`` and makes the tables of docs/validity.md anew;
   ``python -m tests.validity --tables`` makes only the tables, as after a merge.
   ``pytest -m validity`` (``tox run -e validity``) repeats it all and asserts the bounds; a small
   sample of every simulation runs with all other tests.
"""
