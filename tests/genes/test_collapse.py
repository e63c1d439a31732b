from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError
from radiosens.genes import collapse


def data(names, values):
    return ad.AnnData(np.array(values, dtype=np.float32), var=pd.DataFrame(index=names))


def test_the_probe_sets_of_a_gene_are_averaged():
    # EGFR has 201983_s_at, 201984_s_at, 210984_x_at, 211551_at, 211607_x_at (GPL570)
    names = ["201983_s_at", "210984_x_at", "TP53", "211551_at", "211607_x_at"]
    genes = collapse(data(names, [[1, 2, 0, 3, 4]]))
    assert genes.to_df().iloc[0].to_dict() == {"EGFR": 2.5, "TP53": 0}
    assert genes.var["features"].tolist() == [4, 1]


def test_controls_count_only_where_there_is_no_other():
    names = ["AFFX-HUMISGF3A/M97935_MA_at", "AFFX-HUMISGF3A/M97935_MB_at", "200887_s_at"]
    assert collapse(data(names, [[1, 2, 9]])).to_df()["STAT1"].tolist() == [9]
    assert collapse(data(names[:2], [[1, 2]])).to_df()["STAT1"].tolist() == [1.5]


def test_an_approved_symbol_counts_alone_beside_an_old_one():
    genes = collapse(data(["SEPT2", "SEPTIN2", "NEDD5"], [[1, 5, 9]]))
    assert genes.to_df().iloc[0].to_dict() == {"SEPTIN2": 5}


def test_no_sample_changes_another():
    rng = np.random.default_rng(0)
    names = ["201983_s_at", "201984_s_at", "201466_s_at", "201464_x_at", "201465_s_at"]
    many = data(names, rng.normal(7, 2, (6, 5)))
    alone = [collapse(many[i].copy()).X for i in range(6)]
    np.testing.assert_array_equal(collapse(many).X, np.concatenate(alone))


def test_missing_values_are_passed_over():
    genes = collapse(data(["201983_s_at", "201984_s_at"], [[np.nan, 2], [np.nan, np.nan]]))
    np.testing.assert_array_equal(genes.X, [[2], [np.nan]])


def test_genes_by_their_symbols_stay_as_they_are():
    one = data(["TP53", "AR", "IRF1"], [[0.1, 0.2, 0.3]])
    np.testing.assert_array_equal(collapse(one).X, one.X)
    assert list(collapse(one).var_names) == ["TP53", "AR", "IRF1"]
    assert collapse(one).uns["genes"]["kind"] == "symbols"


def test_nothing_that_names_a_gene_is_refused():
    with pytest.raises(InputError, match="row numbers"):
        collapse(data(["0", "1", "2"], [[1, 2, 3]]))
