"""Looking at files and fetching data sets."""

from __future__ import annotations

NAMES = "\t".join(f'"GSM{i}"' for i in range(6))
ROWS = "".join(
    f'"p{i}"' + f"\t{i + 4}.5\t{i}.25\t{i + 2}\t{9 - i}\t{5 + i}\t{i + 6}\n" for i in range(3)
)
SERIES = (
    "!Sample_title\t" + "\t".join(f'"{n}"' for n in ("HL-60", "M14", "MCF7", "A549", "786-O", "PC-3"))
    + f"\n!Sample_geo_accession\t{NAMES}\n!Sample_platform_id\t" + "\t".join(['"GPL570"'] * 6)
    + f'\n!series_matrix_table_begin\n"ID_REF"\t{NAMES}\n{ROWS}!series_matrix_table_end\n'
)  # fmt: skip


def test_show(radiosens, shared):
    done = radiosens("data", "show", shared("GSE17215_series_matrix.txt.gz"))
    assert "GPL3921" in done.stdout
    assert "22,277" in done.stdout
    assert "linear, converted" in done.stdout


def test_fetch_takes_a_local_copy_and_refuses_another(radiosens, tmp_path):
    (tmp_path / "a.txt").write_text(SERIES)
    done = radiosens("data", "fetch", "gse32474", "--from", tmp_path / "a.txt")
    assert done.returncode == 2
    assert "3 probe sets where GPL570 has 54,675" in done.stderr
    done = radiosens("data", "fetch", "gse1")
    assert done.returncode == 2
    assert "choose one of gse32474" in done.stderr


def test_fetch_from_nowhere_names_address_and_option(radiosens):
    done = radiosens("data", "fetch", "gse32474", "--from", "gone.gz")
    assert done.returncode == 2
    assert "gone.gz: there is no such file" in done.stderr


def test_join_says_what_overlaps_and_writes_a_panel(radiosens, shared, tmp_path):
    files = [
        shared(f"more_lines/{n}.csv.gz") for n in ("ccle_rnaseq_55lines", "gdsc_hthgu133a_738genes")
    ]
    done = radiosens("data", "join", *files, "--out", tmp_path / "panel.h5ad")
    assert done.returncode == 0, done.stderr
    assert "2 tables:" in done.stdout
    assert (tmp_path / "panel.h5ad").is_file()
    done = radiosens("data", "join", *files, "--out", tmp_path / "panel.h5ad")
    assert done.returncode == 2
    assert "it is there already" in done.stderr
