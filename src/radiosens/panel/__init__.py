"""A panel: samples × features with who each sample is and how its line survives 2 Gy.

A panel is an `anndata.AnnData` that passed `validate`: ``X`` float32 on a log2 scale, NaN where
a value was not measured, and in ``obs`` the columns ``line, tissue, donor, replicate, sf2,
source``.
"""

from radiosens.panel.checks import MOST_MISSING, data_hash, panel_order, validate
from radiosens.panel.loading import as_panel, load_panel
from radiosens.panel.reading import Data

__all__ = [
    "MOST_MISSING",
    "Data",
    "as_panel",
    "data_hash",
    "load_panel",
    "panel_order",
    "validate",
]
