from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.models.defaults import load_model
from radiosens.models.side_by_side import beside

NCI60 = {
    "sample": "s", "sf2": 0.57, "verdict": "ok", "looks_like": "", "reason": "",
    "genes_measured": 9_000,
}  # fmt: skip
YARD = {
    "sf2": 0.6, "sf2_low": 0.3, "sf2_high": 0.9, "verdict": "ok", "reason": "", "looks_like": "",
    "auc": 3.0, "rank": 0.4,
}  # fmt: skip


@pytest.mark.parametrize(
    ("nci60", "yard", "who"),
    [
        ({}, {}, "yard"),
        ({"verdict": "recognised", "looks_like": "A549"}, {}, "measured"),
        ({"verdict": "unlike", "sf2": np.nan}, {}, "none"),
        ({"sf2": 0.16}, {}, "nci60"),
        ({"sf2": 0.16}, {"verdict": "recognised"}, "nci60"),
        ({}, {"verdict": "recognised", "looks_like": "HCC1143"}, "measured"),
        ({}, {"verdict": "refused", "sf2": np.nan}, "nci60"),
        ({"verdict": "unlike", "sf2": np.nan}, {"verdict": "recognised"}, "measured"),
        ({"verdict": "refused", "sf2": np.nan}, {}, "none"),
        ({"verdict": "refused", "sf2": np.nan, "genes_measured": 0}, {}, "yard"),
        ({"verdict": "refused", "sf2": np.nan}, {"verdict": "refused"}, "none"),
    ],
)
def test_one_of_them_speaks_and_says_why(nci60, yard, who):
    card = load_model("nci60").card
    table = beside(pd.DataFrame([NCI60 | nci60]), pd.DataFrame([YARD | yard]), card)
    assert table["speaks"].tolist() == [who]
    assert table["speaks_because"][0]
    withheld = who == "none" and not yard
    assert table["yard_auc"].isna().tolist() == [withheld]
    assert table["yard_rank"].isna().tolist() == [withheld]
    assert "yard_auc" in table
