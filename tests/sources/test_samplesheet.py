from __future__ import annotations

import pandas as pd
import pytest

from radiosens.errors import SampleSheetError
from radiosens.sources.samplesheet import read_sample_sheet


@pytest.fixture
def sheet(tmp_path):
    def run(content, name="s.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_sample_sheet(path)

    return run


@pytest.mark.parametrize(
    "text",
    [
        "sample,line,sf2\ns1,A549,0.56\ns2,MCF7,\n",
        "sample;line;sf2\ns1;A549;0,56\ns2;MCF7;\n",
        "Sample ID\tCell line\tSF_2\ns1\tA549\t56%\ns2\tMCF7\tNA\n",
        "Line,note,SAMPLE,sf2\nA549,x,s1,56 %\nMCF7,y,s2,-\n",
        '"sample","cell_line","SF2"\r\n"s1","A549","0,56"\r\n,,\r\n"s2","MCF7",""\r\n',
        "Sheet of Monday\n\nsample,line,sf2,\ns1,A549,0.56,\n,,,\ns2,MCF7,,\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_sheets_as_people_write_them(sheet, text, encoding):
    table = sheet(text.encode(encoding))
    assert table.index.tolist() == ["s1", "s2"]
    assert table["line"].tolist() == ["A549", "MCF7"]
    assert table["sf2"].iloc[0] == pytest.approx(0.56)
    assert pd.isna(table["sf2"].iloc[1])


@pytest.mark.parametrize(
    "text",
    [
        "sample,line,SF2 (2 Gy)\n,,fraction\ns1,A549,0.5\ns2,MCF7,0.6\n\n* mean of three\n",
        '"sample" "line" "SF at 2 Gy"\n"1" "s1" "A549" 0.5\n"2" "s2" "MCF7" 0.6\n',
        "sample\tline\tsf2\n1\ts1\tA549\t0.5\n2\ts2\tMCF7\t0.6\n",
        "Source Name\tCharacteristics[cell line]\tAssay Name\tFactor Value [SF2]\n"
        "x\tA549\ts1\t0.5\ny\tMCF7\ts2\t0.6\n",
        "Probe;Zelllinie;SF2 [%]\ns1;A549;50,0\ns2;MCF7;60,0\n",
        '"","line","sf2"\n"s1","A549",0.5\n"s2","MCF7",0.6\n',
        "ModelID,CellLineName,surviving fraction (2Gy)\ns1,A549,0.5\ns2,MCF7,0.6\n",
    ],
)
def test_sheets_as_programs_and_data_bases_write_them(sheet, text):
    table = sheet(text)
    assert table["line"].to_dict() == {"s1": "A549", "s2": "MCF7"}
    assert table["sf2"].tolist() == pytest.approx([0.5, 0.6])


def test_a_column_that_may_be_sf2_is_not_passed_over(sheet):
    with pytest.raises(SampleSheetError, match="the column 'SF2 corrected' may be SF2"):
        sheet("sample,line,SF2 corrected\ns1,A549,0.5\n")
    assert "sf2" in sheet("sample,line,sf2,SF2 SD\ns1,A549,0.5,0.1\n")


def test_a_workbook(tmp_path):
    pd.DataFrame({"Sample": ["s1", 2], "Line": ["A549", "MCF7"], "SF2": [0.5, None]}).to_excel(
        tmp_path / "s.xlsx", index=False
    )
    assert read_sample_sheet(tmp_path / "s.xlsx").index.tolist() == ["s1", "2"]


def test_per_cent_without_a_sign_is_refused(sheet):
    with pytest.raises(SampleSheetError, match=r"line 3, column 'sf2': the SF2 '56' .*by 100"):
        sheet("sample,line,sf2\ns0,HL-60,\ns1,N1,56\n")
    assert sheet("sample,line,sf2\ns1,N1,1.3\n")["sf2"].iloc[0] == 1.3


@pytest.mark.parametrize("value", ["nan%", "-0.2", "0", "inf", "high", "0.5.5"])
def test_what_no_surviving_fraction_is(sheet, value):
    with pytest.raises(SampleSheetError, match="line 2, column 'sf2'"):
        sheet(f"sample,line,sf2\ns1,N1,{value}\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sample,line\ns1,A549\ns1,A549\n", "line 3: the sample 's1' is named twice"),
        ("sample,line\ns1,\n", "line 2: the line is empty"),
        ("sample,line\ns1,A549,7\n", "line 2: it has 3 fields"),
        ("sample,sf2\ns1,0.5\n", "no column 'line' but sample, sf2"),
        ("sample,sample,line\ns1,s1,A549\n", "several columns 'sample'"),
        ("sample,line\n", "no rows"),
    ],
)
def test_refusals(sheet, text, message):
    with pytest.raises(SampleSheetError, match=message):
        sheet(text)
