from __future__ import annotations

import gzip

import numpy as np
import pytest

from radiosens import load_panel, read_expression
from radiosens.errors import (
    InputError,
    PlatformError,
    RadiosensError,
    TruncatedError,
    UnknownLineError,
)


def series_matrix(**changes):
    """Give a small series matrix in GEO's layout."""
    parts = {
        "title": '!Sample_title\t"LE:CCRF_CEM 1"\t"ME:M14 2"',
        "accession": '!Sample_geo_accession\t"GSM1"\t"GSM2"',
        "characteristics": '!Sample_characteristics_ch1\t"tissue: a"\t""',
        "platform": '!Sample_platform_id\t"GPL570"\t"GPL570"',
        "rows": '!Sample_data_row_count\t"3"\t"3"',
        "header": '"ID_REF"\t"GSM1"\t"GSM2"',
        "body": '"a_at"\t5.1\t6.2\n"b_at"\t7.0\t2.5\n"c_at"\t1.5\t9.0',
        "end": "!series_matrix_table_end",
        **changes,
    }
    top = '!Series_geo_accession\t"GSE1"\n!Series_platform_id\t"GPL570"\n\n'
    head = "\n".join(
        parts[k] for k in ("title", "accession", "characteristics", "platform", "rows")
    )
    return f"{top}{head}\n!series_matrix_table_begin\n{parts['header']}\n{parts['body']}\n{parts['end']}\n"


@pytest.fixture
def write(tmp_path):
    def write(text, name="GSE1_series_matrix.txt"):
        path = tmp_path / name
        raw = text.encode() if isinstance(text, str) else text
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return path

    return write


@pytest.mark.parametrize("name", ["a_series_matrix.txt", "a_series_matrix.txt.gz", "odd-name"])
def test_reads(write, name):
    adata = read_expression(write(series_matrix(), name))
    assert adata.shape == (2, 3)
    assert list(adata.obs_names) == ["GSM1", "GSM2"]
    assert list(adata.var_names) == ["a_at", "b_at", "c_at"]
    np.testing.assert_allclose(adata.X, [[5.1, 7.0, 1.5], [6.2, 2.5, 9.0]], rtol=1e-6)
    assert adata.uns["platform"] == "GPL570"
    assert adata.obs["title"].tolist() == ["LE:CCRF_CEM 1", "ME:M14 2"]
    assert adata.uns["scale"] == "log2"


def test_windows_line_ends_and_old_encodings(write):
    text = series_matrix(characteristics='!Sample_characteristics_ch1\t"patient’s"\t"b"')
    raw = text.replace("\n", "\r\n").encode("cp1252")
    assert read_expression(write(raw)).obs["characteristics_ch1"].iloc[0] == "patient’s"


def test_features_with_some_values_are_kept_and_what_is_missing_is_told(write, caplog):
    caplog.set_level("INFO")
    body = '"a_at"\t5.1\t\n"b_at"\t7.0\tnull\n"c_at"\t1.5\t9.0\n"d_at"\t2\t3\n"e_at"\t\t'
    text = series_matrix(body=body, rows='!Sample_data_row_count\t"5"\t"5"')
    adata = read_expression(write(text))
    assert list(adata.var_names) == ["a_at", "b_at", "c_at", "d_at"]
    assert np.isnan(adata.X).tolist() == [[False] * 4, [True, True, False, False]]
    assert adata.obs["missing"].tolist() == [0, 0.5]
    assert "left out 1 of 5 features that no sample measured: e_at" in caplog.text
    assert "25.0% of the values are missing, in 2 of 4 features" in caplog.text


def test_linear_scale_is_converted(write, caplog):
    caplog.set_level("INFO")
    body = '"a_at"\t1023\t3\n"b_at"\t0\t15\n"c_at"\t255\t4095'
    adata = read_expression(write(series_matrix(body=body)))
    np.testing.assert_allclose(adata.X, [[10, 0, 8], [2, 4, 12]], rtol=1e-6)
    assert "linear scale" in caplog.text
    assert adata.uns["scale"] == "linear, converted to log2"


def test_line_from_characteristics(write):
    text = series_matrix(
        title='!Sample_title\t"sample one"\t"sample two"',
        characteristics='!Sample_characteristics_ch1\t"cell line: HL-60(TB)"\t"cell line: A549"',
        body="\n".join(f'"{i}_at"\t{5 + i / 7}\t{6 - i / 9}' for i in range(3)),
    )
    assert load_panel(write(text)).obs["line"].tolist() == ["HL-60", "A549"]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"end": ""}, TruncatedError, "breaks off"),
        ({"rows": '!Sample_data_row_count\t"4"\t"4"'}, TruncatedError, "promises 4 probe sets"),
        ({"platform": '!Sample_platform_id\t"GPL570"\t"GPL96"'}, PlatformError, "GPL570, GPL96"),
        ({"platform": '!Sample_platform_id\t"GPL96"\t"GPL96"'}, PlatformError, "GPL96, not GPL570"),
        ({"body": '"a_at"\t1\t2\n"a_at"\t2\t3\n"c_at"\t4\t5'}, InputError, "duplicated probe set identifier: a_at"),
        ({"body": '"a_at"\t1\t2\n"b_at"\tabc\t3\n"c_at"\t4\t5'}, InputError, r"line 12, column 'GSM1': 'abc'"),
        ({"body": '"a_at"\t1\t2\n"b_at"\t3\n"c_at"\t4\t5'}, InputError, "line 12: it has 2 fields"),
        ({"body": '"a_at"\t1\t\n"b_at"\t3\t\n"c_at"\t4\t'}, InputError, "no values at all: GSM2"),
        ({"header": '"ID_REF"\t"GSM2"\t"GSM1"'}, InputError, "not in their order"),
        ({"title": '!Sample_title\t"one"'}, InputError, "1 values for 2 samples"),
        ({"body": ""}, InputError, "no probe sets"),
    ],
)  # fmt: skip
def test_refusals(write, changes, error, message):
    with pytest.raises(error, match=message) as caught:
        read_expression(write(series_matrix(**changes)), platform="GPL570")
    assert "GSE1_series_matrix.txt" in str(caught.value)


def test_header_without_table(write):
    with pytest.raises(TruncatedError, match="no expression values"):
        read_expression(write('!Series_title\t"x"\n!Sample_title\t"y"\n'))


def test_truncated_and_damaged_gzip(tmp_path):
    whole = gzip.compress(series_matrix().encode() * 50)
    path = tmp_path / "cut_series_matrix.txt.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TruncatedError, match="ends too early"):
        read_expression(path)
    path.write_bytes(whole[:40] + bytes(20) + whole[60:])
    with pytest.raises(RadiosensError, match=r"damaged|too early"):
        read_expression(path)


# Real files.


def test_gse4107(shared):
    adata = read_expression(shared("GSE4107_series_matrix.txt.gz"), platform="GPL570")
    assert adata.shape == (22, 54_675)
    assert adata.uns["scale"] == "linear, converted to log2"
    assert 0 <= adata.X.min() < adata.X.max() < 20
    # First value in the file is 1046.5, of 1007_s_at.
    assert adata[0, "1007_s_at"].X.item() == pytest.approx(np.log2(1047.5))


@pytest.mark.parametrize(
    ("name", "platform", "shape", "scale"),
    [
        ("GSE17215_series_matrix.txt.gz", "GPL3921", (6, 22_277), "linear, converted to log2"),
        ("GSE42872_series_matrix.txt.gz", "GPL6244", (6, 33_297), "log2"),
        ("GSE14520-GPL571_series_matrix.txt.gz", "GPL571", (43, 22_268), "log2"),
    ],
)
def test_other_platforms(shared, name, platform, shape, scale):
    adata = read_expression(shared(name))
    assert (adata.uns["platform"], adata.shape, adata.uns["scale"]) == (platform, shape, scale)
    with pytest.raises(PlatformError, match=f"{platform}, not GPL570"):
        read_expression(shared(name), platform="GPL570")
    with pytest.raises(UnknownLineError):  # none of them holds lines with a known SF2
        load_panel(shared(name))


def test_standin(shared):
    panel = load_panel(shared("GSE32474_standin_series_matrix.txt.gz"), platform="GPL570")
    assert panel.shape == (174, 54_675)
    assert panel.obs["line"].nunique() == 59
    assert panel.obs["donor"].nunique() == 56
    counts = panel.obs["line"].value_counts()
    assert set(counts[counts == 2].index) == {"NCI-H226", "SK-MEL-28", "CAKI-1"}  # as in Table 1
    assert (counts.drop(["NCI-H226", "SK-MEL-28", "CAKI-1"]) == 3).all()
