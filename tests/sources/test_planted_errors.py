from __future__ import annotations

import numpy as np
import pytest

from radiosens import RadiosensError, simulate_panel
from radiosens.sources.simulated import plant_errors


def test_planted_errors():
    panel = simulate_panel(features=50)
    planted = plant_errors(panel, swaps=1, copies=2, shifted=4, random_state=3)
    error = planted.obs["error"]
    assert {k: int((error == k).sum()) for k in ("swap", "copy")} == {"swap": 2, "copy": 2}
    changed = planted.obs["line"].to_numpy() != panel.obs["line"].to_numpy()
    assert set(error[changed]) == {"swap", "shift"}
    assert not np.array_equal(planted.X, panel.X)
    with pytest.raises(RadiosensError, match="don't fit"):
        plant_errors(panel, swaps=50)
    with pytest.raises(RadiosensError, match="shift fewer"):
        plant_errors(panel, shifted=100)
