"""Tell whether each sample is what its label says."""

from radiosens.quality.verdicts import VERDICTS, QualityCheck, check

__all__ = ["VERDICTS", "QualityCheck", "check"]
