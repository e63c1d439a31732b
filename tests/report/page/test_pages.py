"""What holds for every page: its numbers are the tables', it is one file, and all is text."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import RunError
from radiosens.report.page.files import ResultFiles
from radiosens.report.page.kinds import page_html
from radiosens.report.page.shown import SHOWN, plain, seen, visible
from radiosens.report.page.write import make_page
from radiosens.runs.files import csv_bytes

KINDS = ("predict", "both", "check", "survival", "evaluate", "reproduce", "explain", "model")


@pytest.fixture(params=KINDS)
def files(request):
    if request.param == "predict":
        prediction_files = request.getfixturevalue("prediction_files")
        return ResultFiles(prediction_files([f"sample {i}" for i in range(30)]))
    return request.getfixturevalue(f"{request.param}_files")[0]


def numbers_in(text):
    return re.findall(r"(?<![\w.])−?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?", text)


def numbers_of(content):
    """Return every number of a JSON value, as text."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        return {n for one in content for n in numbers_of(one)}
    return {str(content)} if isinstance(content, int | float) else set()


def as_shown(table):
    """Return every way in which a page may show a number of a table."""
    cells = {str(v) for v in table.to_numpy().ravel()}
    return {plain(c, kind) for c in cells for kind in SHOWN} | cells


def test_every_number_of_a_table_is_the_one_in_the_file_beside_it(files, read_page):
    page = read_page(page_html(files))
    assert page.tables
    for table in page.tables:
        if table.file.endswith(".json"):
            known = numbers_of(files.json(table.file))
            words = ("figure", "check", "needs")
            there = [i for i, name in enumerate(table.columns) if name not in words]
            assert {row[i][0] for row in table.rows for i in there} <= {*known, ""}
            continue
        there = files.table(table.file, [])
        assert table.rows
        expected = there[table.columns].to_numpy(dtype=str).tolist()
        cells = [[raw for raw, _ in row] for row in table.rows]
        known = sorted([[seen(v) for v in row] for row in expected])
        if table.columns[0] == "sample":  # some tables show the samples that failed
            assert {tuple(c) for c in cells} <= {tuple(c) for c in known}
        else:
            assert sorted(cells) == known
        for row in table.rows:
            for raw, shown in row:
                assert shown == visible(raw) or shown in {plain(raw, kind) for kind in SHOWN}


def test_every_number_told_on_hover_is_in_a_file_beside_it(files, read_page):
    page = read_page(page_html(files))
    assert page.tips
    known = {"2", "90"}  # of Gy, and of the interval
    for name in files.contents:
        if name.endswith(".csv"):
            known |= as_shown(files.table(name, []))
    words = " ".join(known)
    for tip in page.tips:
        for number in numbers_in(tip):
            assert number in known or number in words, tip


def test_the_answer_is_of_the_model_that_speaks(both_files, read_page):
    files, _ = both_files
    table = files.table("predictions.csv", []).set_index("speaks", drop=False)
    assert set(table["speaks"]) == {"measured", "yard", "nci60", "none"}
    html = page_html(files).decode()
    answer = re.search(r"<h1>(.*?)</h1>", html)[1]
    yard, nci60 = table.loc[["yard"]], table.loc[["nci60"]]
    for own, name in ((yard, "yard_sf2"), (nci60, "sf2")):
        ends = sorted(own[name], key=float)
        assert {plain(ends[0], "fraction"), plain(ends[-1], "fraction")} <= set(numbers_in(answer))
    assert not set(numbers_in(answer)) & {plain(v, "fraction") for v in yard["sf2"]}
    assert html.count("SF2 of colonies") == 1


def test_a_row_opens_to_genes_and_pathways(both_files, explain_files, hostile_names, read_page):
    for files, drawn in ((both_files[0], 1), (explain_files[0], 2)):
        page = read_page(page_html(files))
        figures = [a["id"] for t, a in page.tags if t == "figure"]
        assert sum(name.startswith("genes-") for name in figures) >= drawn
        assert sum(name.startswith("pathways-") for name in figures) >= drawn
        assert visible(hostile_names[0]) in "".join(page.text)
        assert len(page.scripts) == 1


def test_an_explanation_leads_with_whether_to_believe_it(explain_files, model_files):
    for files, _ in (explain_files, model_files):
        word = files.json("explain.json")["verdict"]
        answer = re.search(r"<h1>(.*?)</h1>", page_html(files).decode())[1]
        assert answer.lower().startswith(word)


def test_a_page_is_one_file_that_names_no_other_host(files, read_page):
    html = page_html(files)
    page = read_page(html)
    assert len(html) < 3_000_000
    for tag, attributes in page.tags:
        assert tag not in ("link", "iframe", "object", "embed", "base", "form")
        assert "style" not in attributes  # the policy would not let it through
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "action", "srcset"):
            value = attributes.get(name) or ""
            assert value.startswith(("#", "data:image/png")) or re.fullmatch(r"[\w.-]*", value)
    assert b"http://" not in html.replace(b"http://www.w3.org/2000/svg", b"")
    assert b"https://" not in html


def test_the_policy_lets_only_the_pages_own_script_run(files, read_page):
    page = read_page(page_html(files))
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    assert len(page.scripts) == 1


def test_a_page_is_whole_without_a_script(files, read_page):
    page = read_page(page_html(files))
    assert sum(len(t.rows) for t in page.tables) > 2
    assert not [a for t, a in page.tags if t == "table" and "hidden" in a]


def test_hostile_names_are_shown_as_text_and_make_no_tag(
    read_page, prediction_files, hostile_names
):
    page = read_page(page_html(ResultFiles(prediction_files(hostile_names))))
    assert len(page.scripts) == 1
    assert [t for t, _ in page.tags].count("img") == 0
    text = "".join(page.text)
    for name in hostile_names:
        assert visible(name) in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_hostile_line_is_text_on_the_page_of_a_check(hostile_name, read_page):
    name = hostile_name
    table = pd.DataFrame(
        {
            "sample": [f"{name}1", "b"],
            "line": [name, "A549"],
            "verdict": ["mislabelled", "ok"],
            "probability": [0.97, 0.01],
            "looks_like": ["A549", "A549"],
            "own_similarity": [0.1, 0.9],
            "best_other_similarity": [0.9, 0.2],
        }
    )
    similarity = pd.DataFrame({"sample": table["sample"], name: [0.1, 0.2], "A549": [0.9, 0.9]})
    record = {
        "findings": ["2 samples.", f"{name}1 looks like A549."],
        "swaps": [[f"{name}1", "b"]],
        "blocks": [{"first": 0, "last": 1, "shift": 1}],
        "inputs": {name: "00"},
        "again": ["radiosens check", name],
    }
    files = ResultFiles(
        {
            "check.csv": csv_bytes(table),
            "similarity.csv": csv_bytes(similarity),
            "check.json": json.dumps(record).encode(),
        }
    )
    page = read_page(page_html(files))
    assert len(page.scripts) == 1
    assert [t for t, _ in page.tags].count("img") == 1  # the heat map
    assert visible(name) in "".join(page.text)


def test_two_thousand_samples_fit_in_three_megabytes(read_page, prediction_files):
    names = [f"TCGA-{i:02d}-A{i:04d}-01A-11R" for i in range(2000)]
    html = page_html(ResultFiles(prediction_files(names)))
    assert len(html) < 3_000_000
    assert len(read_page(html).tables[0].rows) == 2000


def test_more_samples_than_a_page_can_hold_are_said_to_be_in_the_file(prediction_files):
    html = page_html(ResultFiles(prediction_files([f"s{i}" for i in range(2500)])))
    assert "The first 2,000 of 2,500" in html.decode()


def test_a_check_of_the_papers_size_fits_in_three_megabytes():
    rng = np.random.default_rng(0)
    lines = [f"line {i}" for i in range(59)]
    labels = np.repeat(lines, 3)[:174]
    table = pd.DataFrame(
        {
            "sample": [f"GSM{i}" for i in range(174)],
            "line": labels,
            "verdict": ["ok"] * 172 + ["mislabelled"] * 2,
            "probability": rng.uniform(0, 1, 174),
            "looks_like": labels,
            "own_similarity": rng.uniform(0, 1, 174),
            "best_other_similarity": rng.uniform(0, 1, 174),
        }
    )
    similarity = pd.DataFrame(rng.normal(0, 0.3, (174, 59)).round(4), columns=lines)
    similarity.insert(0, "sample", table["sample"])
    files = {
        "check.csv": csv_bytes(table),
        "similarity.csv": csv_bytes(similarity),
        "check.json": b'{"findings": []}',
    }
    assert len(page_html(ResultFiles(files))) < 1_000_000


def test_the_same_files_give_the_same_page(files):
    assert page_html(files) == page_html(files)


@pytest.mark.parametrize("kind", ["survival", "explain", "model", "evaluate"])
def test_a_page_made_anew_is_the_one_that_the_command_left(kind, request):
    _, out = request.getfixturevalue(f"{kind}_files")
    before = (out / "report.html").read_bytes()
    assert make_page(out) == out / "report.html"
    assert (out / "report.html").read_bytes() == before


def test_a_page_that_was_deleted_is_made_from_the_directory_alone(check_files):
    _, out = check_files
    before = (out / "report.html").read_bytes()
    (out / "report.html").unlink()
    make_page(out)
    assert (out / "report.html").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("predictions.csv", None, "there is no predictions.csv"),
        ("predictions.csv", b"", "damaged"),
        ("predictions.csv", b"a,b\n1,2\n", "no column 'sample'"),
        ("predictions.csv", b"\xff\xfe\x00", "damaged"),
        ("predict.json", b"[1]", "holds no object"),
        ("predict.json", b"{", "damaged"),
    ],
)
def test_a_damaged_directory_is_refused_in_one_line(
    tmp_path, name, content, said, prediction_files
):
    for file, text in {**prediction_files(["a"]), name: content}.items():
        if text is not None:
            (tmp_path / file).write_bytes(text)
    with pytest.raises(RunError, match=said):
        make_page(tmp_path)


def test_a_directory_without_a_result_is_refused(tmp_path):
    (tmp_path / "letters").mkdir()
    with pytest.raises(RunError, match="holds no result"):
        make_page(tmp_path / "letters")
    with pytest.raises(RunError, match="cannot be read"):
        make_page(tmp_path / "nowhere")


def test_a_page_without_the_lines_of_training_is_a_page(prediction_files):
    files = prediction_files(["a", "b"])
    del files["training_lines.csv"]
    assert b"<svg" in page_html(ResultFiles(files))
