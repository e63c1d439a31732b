"""Look at the labels before an experiment, and leave out what the user asks to leave out."""

from __future__ import annotations

import logging

import anndata as ad

from radiosens.quality import QualityCheck, check

__all__ = ["screen"]

logger = logging.getLogger(__name__)


def screen(panel: ad.AnnData, exclude: str | None = None) -> tuple[ad.AnnData, QualityCheck]:
    """Check a panel's labels, say the result in one line, and leave samples out if asked to.

    The check looks at the expression of all samples, those that will be tested too, though not
    at SF2. With samples left out, figures are of those kept, and not to be compared with figures
    of all: a wrong label is a sample that nobody predicts.

    Parameters
    ----------
    panel : AnnData
        From `load_panel`.
    exclude : str, optional
        A verdict, such as ``"mislabelled"``; its samples are left out. Without one, nothing is.

    Returns
    -------
    panel : AnnData
        The panel itself, or a copy without these samples.
    quality : QualityCheck
        Of the whole panel.

    Examples
    --------
    >>> from radiosens import simulate_panel
    >>> panel, quality = screen(simulate_panel(features=500, swaps=1), "mislabelled")
    >>> panel.n_obs, len(quality.samples)
    (70, 72)
    """
    quality = check(panel)
    logger.info("%s", quality.headline())
    out = [] if exclude is None else quality.with_verdict(exclude)
    if not out:
        return panel, quality
    logger.info("left out as %s: %s", exclude, ", ".join(out))
    return panel[~panel.obs_names.isin(out)].copy(), quality
