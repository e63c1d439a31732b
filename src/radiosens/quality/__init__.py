"""Tell whether each sample is what its label says."""

from radiosens.quality.check import VERDICTS, QualityCheck, check

__all__ = ["VERDICTS", "QualityCheck", "check"]
