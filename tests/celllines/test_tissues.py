from __future__ import annotations

import pytest

from radiosens.celllines import TISSUES, is_haematological
from radiosens.celllines.tissues import lineage_of

BLOOD = """
Leukemia; leukaemia; Leukemias; AML; ALL; CLL; CML; DLBCL; T-ALL; B-ALL; APL; CMML; MDS; MM; PCM; NHL; HL; BL
acute myeloid leukemia; Acute Lymphoblastic Leukaemia; T acute lymphoblastic leukemia; Hairy cell leukemia
Adult T-cell leukemia/lymphoma; Chronic myelogenous leukemia, BCR-ABL1 positive; Erythroleukemia
Hodgkin; Hodgkin lymphoma; Hodgkin's disease; Non-Hodgkin Lymphoma; non Hodgkin's lymphoma; NON-HODGKIN
Burkitt; Burkitt lymphoma; Burkitt's; diffuse large B-cell lymphoma; Mantle cell lymphoma; lymphosarcoma
myeloma; Multiple Myeloma; Plasma cell myeloma; plasma cell; plasma_cell; Plasmacytoma; Plasma Cell Neoplasm
haematopoietic_and_lymphoid_tissue; HAEMATOPOIETIC AND LYMPHOID TISSUE; hematopoietic; Haematological; Lymphoid
Myeloid; blood; Blood; peripheral blood; Bone Marrow; bone_marrow; lymphocyte; T-cell; B cell; NK cell; PBMC
Waldenstrom macroglobulinemia; Mycosis fungoides; Sezary syndrome; myelodysplastic syndrome; Mastocytosis
Cutaneous T-cell lymphoma; gastric lymphoma; primary CNS lymphoma; myeloid sarcoma; histiocytic sarcoma
Blood cancer; hematologic malignancy; lymphoid neoplasm; chronic lymphocytic leukemia; B-lymphoblast
B-lymphoblastic leukemia; polycythemia vera; Primary effusion lymphoma; therapy-related AML after breast carcinoma
lymphoma, not leukemia; aml; all; cll; ALL (T-cell); acute leukemia (bone marrow)
"""

SOLID = """
NSCLC; Colon; CNS; Melanoma; Ovarian; Renal; Prostate; Breast; lung; skin; bone; soft_tissue; liver; pleura
blood vessel; Blood Vessels; bone marrow metastasis of neuroblastoma; neuroblastoma (bone marrow metastasis)
bone marrow metastasis; breast carcinoma, bone marrow; hemangioblastoma; haemangiosarcoma; lymphangioma; angiosarcoma
lymphoepithelioma-like carcinoma; Kaposi sarcoma; Ewing sarcoma; osteosarcoma; glioblastoma; medulloblastoma
non-haematological; nonhematopoietic; solid tumour; solid (not blood); breast cancer, not lymphoma
central_nervous_system; autonomic_ganglia; upper_aerodigestive_tract; large_intestine; urinary_tract; Bowel
Esophagus/Stomach; Ovary/Fallopian Tube; Peripheral Nervous System; Vulva/Vagina; Bladder/Urinary Tract
Head and Neck; Adrenal Gland; Ampulla of Vater; Biliary Tract; Thymus; Testis; Uterus; Eye; Pancreas; Cervix
lymph node metastasis of melanoma; melanoma, lymph node; bone marrow stroma; malignant melanoma; myelolipoma
small cell lung cancer; non-small cell lung carcinoma; clear cell renal cell carcinoma; HCC; GBM; thymoma
endometrium; oesophagus; salivary_gland; fibroblast; kidney; umbilical vein endothelium; colorectal cancer
hepatoblastoma; retinoblastoma; pleomorphic sarcoma; rhabdomyosarcoma; mesothelioma; germ cell tumour
"""

UNKNOWN = """
unknown; ; not leukemia; simulated tissue 1; other; lymph node; NS; tissue 7; all tissues; plasma; nan; spleen; ascites
"""


def words(text):
    return [word.strip() for line in text.strip().splitlines() for word in line.split(";")]


@pytest.mark.parametrize("tissue", words(BLOOD))
def test_blood_lymph_and_marrow(tissue):
    assert lineage_of(tissue) == "haematological"
    assert is_haematological(tissue)


@pytest.mark.parametrize("tissue", words(SOLID))
def test_solid(tissue):
    assert lineage_of(tissue) == "solid"
    assert not is_haematological(tissue)


@pytest.mark.parametrize("tissue", words(UNKNOWN))
def test_what_says_neither_is_unknown_and_counts_as_not_of_the_blood(tissue):
    assert lineage_of(tissue) == "unknown"
    assert not is_haematological(tissue)


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title, lambda t: t.replace(" ", "_")])
def test_spelling_does_not_matter(change):
    for tissue in ("acute myeloid leukemia", "bone marrow", "plasma cell myeloma"):
        assert lineage_of(change(tissue)) == "haematological"
    for tissue in ("blood vessel", "soft tissue", "neuroblastoma in bone marrow"):
        assert lineage_of(change(tissue)) == "solid"


def test_the_papers_tissues():
    assert [t for t in TISSUES if is_haematological(t)] == ["Leukemia"]
    assert "unknown" not in {lineage_of(t) for t in TISSUES}


def test_every_site_of_yard_is_known(shared):
    import pandas as pd

    sites = pd.read_csv(shared("yard2016_histology.csv"))["tissueid"].dropna().unique()
    blood = [s for s in sites if lineage_of(s) == "haematological"]
    assert blood == ["haematopoietic_and_lymphoid_tissue"]
    assert not [s for s in sites if lineage_of(s) == "unknown"]
