from dataclasses import astuple, replace

import numpy as np

from greenboard.results.matrix import Matrix
from greenboard.results.tallies import grouped, tally

RULES = tuple((number, f"rule-{number}") for number in range(1, 8))
rng = np.random.default_rng(7)


def test_groups_come_to_what_each_of_them_comes_to_alone():
    blank = Matrix.empty(RULES)
    matrix = replace(blank, ids=np.arange(40), outcomes=rng.integers(-1, 5, (7, 40)).astype(np.int8), _counted={})
    columns = rng.permutation(40)[:25]
    groups = np.unique(rng.integers(0, 6, 25), return_inverse=True)[1]
    several = [{"rule-1", "rule-4"}, {"rule-2"}, set(), {name for _, name in RULES}]
    found = grouped(matrix, several, columns, groups)
    for group in range(groups.max() + 1):
        alone = [astuple(tally(matrix, rules, columns[groups == group])) for rules in several]
        assert list(map(tuple, found[group].tolist())) == alone


def test_without_entities_there_is_no_group():
    none = np.zeros(0, dtype=np.int64)
    assert grouped(Matrix.empty(RULES), [{"rule-1"}], none, none).shape == (0, 1, 5)
