from __future__ import annotations

import gzip

import numpy as np
import pytest

from radiosens.errors import InputError
from radiosens.explain.pathways import chance_p, pathways, set_scores, significant_by_chance
from radiosens.explain.sets import GeneSets, read_gmt


def test_any_identifiers_become_symbols(tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_text("a\tnote\tUBL1\tTP53,1.0\tENSG00000012048\tTP53\nb\t\tATM\n")
    assert read_gmt(path).sets == {"a": ("SUMO1", "TP53", "BRCA1"), "b": ("ATM",)}
    (tmp_path / "z.gmt.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert read_gmt(tmp_path / "z.gmt.gz").sets == read_gmt(path).sets


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no gene sets"),
        (b"gene,value\nTP53,1\n", "no gene set"),
        (b"a\tnote\tTP53\na\tnote\tATM\n", "twice"),
        (b"a\tnote\tnothing1\tnothing2\n", "name no genes"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"\x1f\x8b\x08broken", "damaged"),
    ],
)
def test_what_is_no_gmt_file_is_refused(content, what, tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=what):
        read_gmt(path)


def test_shared_files_of_gene_sets_are_read(shared):
    assert len(read_gmt(shared("genes/hallmark_v7.4.symbols.gmt")).sets) == 50
    assert len(read_gmt(shared("genes/ReactomePathways_2021.gmt.gz")).sets) == 2504


def test_scores_rank_as_a_test_of_rank_sums_does():
    from scipy.stats import mannwhitneyu

    rng = np.random.default_rng(0)
    z = rng.normal(size=(200, 300))
    sets = GeneSets(
        {f"s{i}": tuple(f"g{k}" for k in rng.choice(300, 25, False)) for i in range(20)}
    )
    names, members = sets.members([f"g{i}" for i in range(300)])
    ours = set_scores(z, members)[0]
    theirs = [
        mannwhitneyu(z[0, own], np.delete(z[0], own)).statistic
        for own in (
            members.indices[a:b] for a, b in zip(members.indptr, members.indptr[1:], strict=False)
        )
    ]
    assert len(names) == 20
    assert np.corrcoef(ours, theirs)[0, 1] > 0.95


def test_leading_genes_and_enrichment_agree_with_gseapy():
    gseapy = pytest.importorskip("gseapy")
    import pandas as pd

    rng = np.random.default_rng(0)
    z = rng.normal(size=(101, 400))
    z[0, :30] += 1.5
    genes = [f"g{i}" for i in range(400)]
    sets = {f"s{i}": genes[30 * i : 30 * i + 30] for i in range(10)}
    ours = pathways(z, genes, GeneSets({k: tuple(v) for k, v in sets.items()}))
    ranked = pd.DataFrame({"gene": genes, "score": z[0]})
    theirs = gseapy.prerank(
        ranked, sets, permutation_num=100, seed=0, min_size=5, outdir=None, no_plot=True
    ).res2d
    assert ours["set"][0] == theirs.sort_values("NES", ascending=False)["Term"].iloc[0] == "s0"
    order = theirs.set_index("Term")["NES"].astype(float).loc[ours["set"]]
    assert np.corrcoef(ours["score"], order)[0, 1] > 0.8


def test_genes_that_go_together_are_no_finding():
    """Correlated genes: shuffling genes would find the set in chance alone, shuffled models not."""
    rng = np.random.default_rng(1)
    common = rng.normal(size=(101, 1))
    z = rng.normal(size=(101, 400))
    z[:, :30] += 3 * common
    sets = GeneSets(
        {f"s{i}": tuple(f"g{k}" for k in range(30 * i, 30 * i + 30)) for i in range(10)}
    )
    genes = [f"g{i}" for i in range(400)]
    assert significant_by_chance(z, genes, sets) <= 0.05


def test_p_values_are_pooled_over_columns():
    rng = np.random.default_rng(0)
    p = chance_p(rng.normal(size=(101, 500)))
    assert abs(p.mean() - 0.5) < 0.05
    assert p.min() >= 1 / 50_001
