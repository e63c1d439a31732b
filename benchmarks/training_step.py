"""Time one training step of the paper's network: ours, `torch.nn.Conv1d`, public FFT ones.

    pip install julius torch-fftconv fft-conv-pytorch
    python benchmarks/training_step.py [--threads 2] [--repeats 5] [--keras]

A step is forward, backward and update on a batch of 29 samples of 54,675 features. The networks
differ in how a convolution layer is computed and in nothing else. Of the public FFT
convolutions each layer has whichever is quickest there, forward and backward; one more network
may also choose `torch.nn.Conv1d` layer by layer. All are timed in turn, in one run, and the
medians' ratios are written to ``benchmarks/results/training_step.json``.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import torch
from _machine import median_seconds, write_result
from torch import Tensor, nn
from torch.nn import functional

from radiosens.network.architecture import SurvivalNet
from radiosens.network.dimensions import PAPER
from radiosens.network.memory import freed_memory_kept
from radiosens.network.training import TrainingSettings, make_optimiser
from radiosens.network.transforms import sum_pool

BATCH = 29

Convolve = Callable[[Tensor, Tensor, Tensor, int], Tensor]


def public() -> dict[str, Convolve]:
    """Return the public FFT convolutions by name."""
    import fft_conv_pytorch
    import julius
    import torch_fftconv

    return {
        "julius": lambda x, w, b, s: julius.fft_conv1d(x, w, b, stride=s),
        "torch-fftconv": lambda x, w, b, s: torch_fftconv.fft_conv1d(x, w, b, stride=s),
        "fft-conv-pytorch": lambda x, w, b, s: fft_conv_pytorch.fft_conv(x, w, bias=b, stride=s),
    }


def direct(x: Tensor, weight: Tensor, bias: Tensor, stride: int) -> Tensor:
    """Convolve as `torch.nn.Conv1d` does."""
    return functional.conv1d(x, weight, bias, stride)


class Layer(nn.Module):
    """A convolution layer of the network, computed in another way."""

    def __init__(self, like: nn.Conv1d, convolve: Convolve) -> None:
        super().__init__()
        self.weight, self.bias, self.convolve = like.weight, like.bias, convolve

    def forward(self, x: Tensor) -> Tensor:
        """Convolve, leaky ReLU, pool."""
        y = self.convolve(x, self.weight, self.bias, PAPER.stride)
        return sum_pool(functional.leaky_relu(y, PAPER.slope), PAPER.pool) / PAPER.pool


def network(ways: list[Convolve] | None) -> SurvivalNet:
    """Return the network, its convolution layers computed in these ways."""
    torch.manual_seed(0)
    net = SurvivalNet()
    net.initialise(mean=0.8)
    if ways is not None:
        layers = zip(net.convolutions, ways, strict=True)
        net.convolutions = nn.ModuleList(Layer(layer, way) for layer, way in layers)
    return net


def stepper(net: SurvivalNet, x: Tensor, y: Tensor) -> Callable[[], float]:
    """Return what takes one training step and tells the loss before it."""
    settings = TrainingSettings()
    optimiser = make_optimiser(net, settings)
    net.train()

    def step() -> float:
        optimiser.zero_grad()
        loss = (net(x) - y).square().mean()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), settings.clip_norm)
        optimiser.step()
        return float(loss.detach())

    return step


def layer_seconds(repeats: int) -> list[dict[str, float]]:
    """Time every way of every layer, forward and backward."""
    lengths = [PAPER.length, *(s.pooled for s in PAPER.shapes())]
    ways: dict[str, Convolve] = {**public(), "Conv1d": direct}
    table = []
    for number, layer in enumerate(SurvivalNet().convolutions):
        x = torch.randn(BATCH, layer.in_channels, lengths[number], requires_grad=number > 0)
        row = {}
        for name, way in {"ours": None, **ways}.items():
            module = layer if way is None else Layer(layer, way)
            out = module(x)
            upstream = torch.randn_like(out)
            del out
            row[name] = median_seconds(lambda m=module, u=upstream, x=x: m(x).backward(u), repeats)
        table.append(row)
        print(f"layer {number + 1}: " + "  ".join(f"{k} {v * 1e3:.1f} ms" for k, v in row.items()))
    return table


def time_in_turn(steps: dict[str, Callable[[], float]], repeats: int) -> dict[str, list[float]]:
    """Time each way once, then each again, so that a slow moment of the machine hits all."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(repeats):
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            taken[name].append(time.perf_counter() - started)
    return taken


def keras_seconds(repeats: int) -> float:
    """Time a step of the same network in Keras (its torch backend has no gain from MKL here)."""
    import keras

    layers: list[Any] = [keras.Input((PAPER.length, 1))]
    for kernel, channels in zip(PAPER.kernels, PAPER.channels, strict=True):
        layers += [
            keras.layers.Conv1D(channels, kernel, strides=PAPER.stride),
            keras.layers.LeakyReLU(PAPER.slope),
            keras.layers.AveragePooling1D(PAPER.pool),
        ]
    layers.append(keras.layers.Flatten())
    for width in (*PAPER.dense, 1):
        layers += [keras.layers.Dense(width), keras.layers.LeakyReLU(PAPER.slope)]
    model = keras.Sequential(layers)
    model.compile(optimizer="adam", loss="mse")
    x, y = torch.randn(BATCH, PAPER.length, 1).numpy(), torch.rand(BATCH).numpy()
    return median_seconds(lambda: model.train_on_batch(x, y), repeats)


def main() -> None:
    """Time, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--keras", action="store_true", help="time Keras as well (minutes)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    layers = layer_seconds(arguments.repeats)
    fft = [min(public(), key=row.__getitem__) for row in layers]
    any_public = [min((k for k in row if k != "ours"), key=row.__getitem__) for row in layers]
    known = {**public(), "Conv1d": direct}
    x, y = torch.randn(BATCH, PAPER.length), torch.rand(BATCH)
    steps = {
        "ours": stepper(network(None), x, y),
        "best public FFT a layer": stepper(network([known[n] for n in fft]), x, y),
        "best of all public a layer": stepper(network([known[n] for n in any_public]), x, y),
        "Conv1d": stepper(network([direct] * 5), x, y),
    }
    losses = {name: step() for name, step in steps.items()}
    if max(losses.values()) - min(losses.values()) > 1e-4:
        raise SystemExit(f"the networks disagree: {losses}")
    taken = time_in_turn(steps, arguments.repeats)
    with freed_memory_kept():  # as `CNNRegressor` trains
        kept = time_in_turn(steps, arguments.repeats)
    if arguments.keras:
        taken["Keras Conv1D"] = [keras_seconds(2)]
    ours = statistics.median(kept["ours"])
    medians = {name: statistics.median(values) for name, values in taken.items()}
    medians_kept = {name: statistics.median(values) for name, values in kept.items()}
    print(f"{'':<28}{'as it comes':>22}{'freed memory kept':>22}")
    for name, value in medians.items():
        shown = [value, *([medians_kept[name]] if name in medians_kept else [])]
        print(f"{name:<28}" + "".join(f"{v * 1e3:>11.0f} ms{v / ours:>6.1f} ×" for v in shown))
    write_result(
        "training_step",
        {
            "batch": BATCH,
            "threads": arguments.threads,
            "repeats": arguments.repeats,
            "seconds": medians,
            "seconds_freed_memory_kept": medians_kept,
            "times_ours_as_it_trains": {name: v / ours for name, v in medians.items()},
            "times_ours_both_kept": {name: v / ours for name, v in medians_kept.items()},
            "all_seconds": {"as it comes": taken, "freed memory kept": kept},
            "layer_seconds": layers,
            "chosen": {"best public FFT a layer": fft, "best of all public a layer": any_public},
            "versions": {n: version(n) for n in ("julius", "torch-fftconv", "fft-conv-pytorch")},
        },
    )


if __name__ == "__main__":
    main()
