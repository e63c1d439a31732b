from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.celllines import known_lines
from radiosens.errors import InputError, RadiosensWarning, SampleSheetError
from radiosens.people import check_sf2, parse_sf2, settle


def obs(lines, donors=None, sf2=None, parents=None):
    n = len(lines)
    return pd.DataFrame(
        {
            "line": lines,
            "donor": donors or [None] * n,
            "sf2": sf2 or [np.nan] * n,
            "parent": parents or [None] * n,
        },
        index=[f"s{i}" for i in range(n)],
    )


def test_two_spellings_of_a_new_line_are_one_and_said():
    with pytest.warns(RadiosensWarning, match="one line each: 'Line-01' and 'LINE 01'"):
        settled = settle(obs(["Line-01", "LINE 01", "other"]))
    assert settled["line"].tolist() == ["Line-01", "Line-01", "other"]
    assert settled["donor"].tolist() == ["Line-01", "Line-01", "other"]


def test_two_spellings_of_a_donor_are_one_and_said():
    with pytest.warns(RadiosensWarning, match="one donor each: 'Patient 7' and 'patient_7'"):
        settled = settle(obs(["a1", "b1"], ["Patient 7", "patient_7"]))
    assert settled["donor"].tolist() == ["Patient 7", "Patient 7"]


def test_a_donor_given_for_one_replicate_holds_for_the_others():
    settled = settle(obs(["a1", "a1", "b1", "b1"], [None, "P1", "P2", None]))
    assert settled["donor"].tolist() == ["P1", "P1", "P2", "P2"]


def test_two_donors_of_one_line_are_refused():
    with pytest.raises(SampleSheetError, match="'a1' has several donors: P1, P2"):
        settle(obs(["a1", "a1"], ["P1", "P2"]))


def test_a_donor_may_be_called_by_a_line():
    settled = settle(obs(["sub", "M14", "U2OS", "U2OS x"], ["MDA MB 435", None, None, "U2OS"]))
    assert settled["donor"].tolist()[0] == settled["donor"].tolist()[1]
    assert settled["donor"].tolist()[2:] == ["U2OS", "U2OS"]


def test_a_derived_line_has_its_parents_donor_and_not_its_sf2():
    settled = settle(obs(["OVCAR-8/DDP"], parents=["OVCAR-8"]))
    assert settled["donor"].tolist() == [known_lines().at["OVCAR-8", "donor"]]
    assert settled["sf2"].isna().all()


def test_another_donor_of_a_known_line_is_said():
    with pytest.warns(RadiosensWarning, match=r"M14 has the donor 'P1' as you say"):
        assert settle(obs(["M14"], ["P1"]))["donor"].tolist() == ["P1"]


def test_sf2_given_for_one_replicate_holds_for_the_others():
    settled = settle(obs(["a1", "a1", "HL-60", "HL-60"], sf2=[0.4, np.nan, np.nan, 0.3]))
    assert settled["sf2"].tolist() == [0.4, 0.4, 0.3, 0.3]


def test_lines_with_one_name_in_two_tissues_stay_two():
    assert settle(obs(["TT_THYROID", "TT_OESOPHAGUS"]))["line"].nunique() == 2


@pytest.mark.parametrize("sf2", [56.0, 2.1])
def test_sf2_in_per_cent_is_refused(sf2):
    with pytest.raises(InputError, match="divide by 100"):
        check_sf2(obs(["a1"], sf2=[sf2]), InputError)


def test_an_sf2_hardly_ever_seen_is_said():
    with pytest.warns(RadiosensWarning, match=r"SF2 above 1\.3"):
        check_sf2(obs(["a1"], sf2=[1.5]), InputError)
    check_sf2(obs(["a1"], sf2=[1.2]), InputError)


def test_sf2_as_text():
    values = pd.Series(["56%", "0,45", "0.5 ", None, "nan", "45,5 %", 0.3])
    assert parse_sf2(values, "a").tolist() == pytest.approx(
        [0.56, 0.45, 0.5, np.nan, np.nan, 0.455, 0.3], nan_ok=True
    )
    with pytest.raises(InputError, match="sample 0: the SF2 'high' is not a number"):
        parse_sf2(pd.Series(["high"]), "a.h5ad")
