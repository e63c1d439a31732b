from __future__ import annotations

import numpy as np

from radiosens.panel.tables import Table, join_tables
from radiosens.quality.tables import check_tables

N, RANK = 60, 8
LINES = tuple(f"L{i}" for i in range(N))


def tables(genes, seed=0, noise=0.3):
    """Give tables of one truth, each with its own genes."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(N, RANK))
    found = {}
    for name, symbols in genes.items():
        loads = {g: np.random.default_rng(int(g[1:])).normal(size=RANK) for g in symbols}
        x = hidden @ np.array([loads[g] for g in symbols]).T + rng.normal(
            0, noise, (N, len(symbols))
        )
        found[name] = x.astype("float32")
    return found


def check(values, genes):
    return check_tables(
        join_tables([Table(n, "genes", LINES, tuple(genes[n]), x) for n, x in values.items()])
    )


def symbols(start, stop):
    return [f"G{i}" for i in range(start, stop)]


def test_a_clean_join_names_nobody():
    genes = {"a": symbols(0, 100), "b": symbols(20, 120), "c": symbols(0, 90)}
    found = check(tables(genes), genes)
    assert found.suspicious.empty
    assert found.shifts == []
    assert (found.pairs["own_nearest"] > 0.98).all()


def test_two_swapped_rows_are_named_in_the_table_they_are_swapped_in():
    genes = {"a": symbols(0, 100), "b": symbols(20, 120), "c": symbols(0, 90)}
    values = tables(genes)
    values["b"][[4, 40]] = values["b"][[40, 4]]
    rows = check(values, genes).suspicious
    assert set(zip(rows["table"], rows["line"], strict=True)) == {("b", "L4"), ("b", "L40")}
    assert dict(zip(rows["line"], rows["looks_like"], strict=True)) == {"L4": "L40", "L40": "L4"}


def test_a_shifted_block_is_told_even_where_no_gene_is_shared():
    genes = {"a": symbols(0, 100), "b": symbols(100, 200), "c": symbols(200, 300)}
    values = tables(genes)
    values["c"][10:30] = values["c"][11:31]
    found = check(values, genes)
    assert set(found.pairs["how"]) == {"predicted"}
    assert len(found.shifts) == 1
    assert "c:" in found.shifts[0]
    assert "1 further on" in found.shifts[0]


def test_few_lines_in_common_tell_nothing():
    genes = {"a": symbols(0, 100), "b": symbols(0, 100)}
    values = tables(genes)
    both = [Table("a", "genes", LINES[:12], tuple(genes["a"]), values["a"][:12]),
            Table("b", "genes", LINES[:12], tuple(genes["b"]), values["b"][:12])]  # fmt: skip
    assert check_tables(join_tables(both)).pairs.empty
