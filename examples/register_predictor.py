"""Compare a predictor of one's own with the registered ones, from a script.

python examples/register_predictor.py OUT
"""

import sys

from sklearn.linear_model import HuberRegressor
from sklearn.pipeline import make_pipeline

import radiosens
from radiosens.predictors.tuning import SampleSpacePCA


def make(random_state, **_):
    """Build a regression that a few outlying lines cannot bend."""
    return make_pipeline(SampleSpacePCA(), HuberRegressor(alpha=1.0, max_iter=1_000))


def main(out):
    """Evaluate it on a simulated panel beside the mean of the tissue and ridge regression."""
    radiosens.register(radiosens.Predictor("huber", "robust linear regression", make, fast=True))
    panel = radiosens.simulate_panel(features=500)
    settings = radiosens.EvaluateSettings(
        predictors=("tissue-mean", "ridge", "huber"), rounds=1, folds=4, refits=5
    )
    evaluation = radiosens.evaluate(panel, out, settings, jobs=2)
    columns = ["predictor", "protocol", "r2", "r2_low", "r2_high"]
    print(evaluation.tables["scores"][columns].round(2).to_string(index=False))


if __name__ == "__main__":  # workers read this file too
    main(sys.argv[1])
