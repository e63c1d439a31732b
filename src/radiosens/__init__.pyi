# The public names, and where each is defined: the one list of them.
from .celllines import known_lines, resolve_line
from .errors import RadiosensError
from .evaluation.metrics import Score, score
from .evaluation.protocols import ProtocolSplitter
from .evaluation.settings import EvaluateSettings, ReproduceSettings
from .models.bundle import Bundle, load_bundle
from .models.training import TrainSettings
from .network.regressor import CNNRegressor
from .network.spectral import SpectralConv1d
from .panel import load_panel
from .predictors import Predictor, register
from .quality import check
from .report.evaluate import evaluate
from .report.explain import explain, explain_model
from .report.predict import predict
from .report.reproduce import reproduce
from .report.train import train
from .sources import read_expression
from .sources.simulated import simulate_panel
from .survival import survival_curve

__version__: str

__all__ = [
    "Bundle",
    "CNNRegressor",
    "EvaluateSettings",
    "Predictor",
    "ProtocolSplitter",
    "RadiosensError",
    "ReproduceSettings",
    "Score",
    "SpectralConv1d",
    "TrainSettings",
    "check",
    "evaluate",
    "explain",
    "explain_model",
    "known_lines",
    "load_bundle",
    "load_panel",
    "predict",
    "read_expression",
    "register",
    "reproduce",
    "resolve_line",
    "score",
    "simulate_panel",
    "survival_curve",
    "train",
]
