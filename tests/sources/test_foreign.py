"""What is no table is refused for what it is; what is one is read whatever it is called."""

from __future__ import annotations

import io
import zipfile

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"%%MatrixMarket matrix coordinate integer general\n3 3 1\n1 1 5\n", "MatrixMarket"),
        (b"^DATABASE = GeoMiame\n!Database_name = GEO\n", "SOFT file of GEO"),
        (b"##fileformat=VCFv4.2\n#CHROM\tPOS\n", "variants"),
        (b"X\n\x00\x00\x00\x03\x00\x04", r"file of R \(\.rds\)"),
        (b"%PDF-1.7\n", "PDF"),
        (b"[CEL]\nVersion=3\n", "raw intensities"),
    ],
)
def test_other_kinds_of_files_are_refused_by_name(read, raw, word):
    with pytest.raises(InputError, match=word):
        read(raw)


def test_a_workbook_of_another_program_is_refused_by_name(read):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(InputError, match=r"a workbook, but no \.xlsx"):
        read(raw.getvalue(), "t.ods")


def test_cell_rangers_own_matrix_is_refused_by_name(read, tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["matrix/data"] = [1, 2]
    with pytest.raises(InputError, match="it is Cell Ranger's HDF5, not h5ad"):
        read(tmp_path / "a.h5")


def test_binary_formats_are_told_by_what_they_hold(read, same, genes, tmp_path):
    pytest.importorskip("pyarrow")
    genes.to_parquet(tmp_path / "a.dat")
    same(read(tmp_path / "a.dat"), genes)
    obs, var = pd.DataFrame(index=genes.columns), pd.DataFrame(index=genes.index)
    ad.AnnData(genes.to_numpy(np.float32).T, obs, var).write_h5ad(tmp_path / "b.dat")
    same(read(tmp_path / "b.dat"), genes)


def test_what_became_of_reads_is_no_expression(read):
    rows = ["Assigned", "Unassigned_Unmapped", "Unassigned_NoFeatures", "Unassigned_Ambiguity"]
    text = "Status\tMCF7\tA549\n" + "".join(
        f"{r}\t{90 + i}\t{80 + i}\n" for i, r in enumerate(rows)
    )
    with pytest.raises(InputError, match="what became of reads"):
        read(text, "counts.txt.summary")
