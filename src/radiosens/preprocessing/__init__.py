"""What is done to expression values before a predictor sees them.

Whatever is learned here is learned from training samples only.
"""

from radiosens.preprocessing.filling import Filling, share_filled
from radiosens.preprocessing.noise import NoiseFilter
from radiosens.preprocessing.scaling import Matrix, Scaling, center_samples

__all__ = ["Filling", "Matrix", "NoiseFilter", "Scaling", "center_samples", "share_filled"]
