"""Score any scikit-learn regressor on unseen donors, by scikit-learn's own means.

python examples/unseen_donors.py
"""

from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import radiosens


def main():
    """Predict each line of a simulated panel from the lines of other donors."""
    panel = radiosens.simulate_panel(features=500)
    donors = panel.obs["donor"]
    for protocol, groups in (("replicate", panel.obs["line"]), ("donor", donors)):
        cv = radiosens.ProtocolSplitter(protocol, n_splits=6)
        model = make_pipeline(StandardScaler(), Ridge(alpha=100.0))
        predicted = cross_val_predict(model, panel.X, panel.obs["sf2"], groups=groups, cv=cv)
        print(f"{protocol}: R² {radiosens.score(panel.obs['sf2'], predicted).r2:.2f}")


if __name__ == "__main__":
    main()
