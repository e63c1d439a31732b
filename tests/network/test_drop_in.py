"""`SpectralConv1d` is `torch.nn.Conv1d` in everything but how it computes."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from radiosens.network.cost import prefers_spectral
from radiosens.network.spectral import SpectralConv1d

METHODS = ("spectral", "direct", "auto")
#: torch's own word on how it pads, whichever layer asks it.
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")


def pair(*arguments, method="spectral", dtype=torch.float64, **named):
    """Give ours and torch's layer with the same weights."""
    ours = SpectralConv1d(*arguments, **named, method=method).to(dtype)
    theirs = nn.Conv1d(*arguments, **named).to(dtype)
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


def results(layer, x, upstream=None):
    """Give a layer's output and all gradients under a random upstream gradient."""
    x = x.detach().clone().requires_grad_()
    y = layer(x)
    if upstream is None:
        upstream = torch.randn(y.shape, generator=torch.Generator().manual_seed(1)).double()
    wanted = [x, *layer.parameters()]
    return y.detach(), torch.autograd.grad((y.double() * upstream).sum(), wanted), upstream


def assert_same(ours, theirs, x, tolerance):
    """Compare with torch's in float64, relative to the size of what is summed."""
    got, got_gradients, upstream = results(ours, x)
    want, want_gradients, _ = results(theirs, x.double(), upstream)
    assert got.shape == want.shape
    assert got.dtype == x.dtype
    for a, b in zip((got, *got_gradients), (want, *want_gradients), strict=True):
        scale = b.abs().max().clamp_min(1.0)
        assert float((a - b).abs().max() / scale) <= tolerance


@st.composite
def layers(draw):
    """Draw any arguments of `torch.nn.Conv1d` and a signal that fits."""
    groups = draw(st.integers(1, 3))
    ins, outs = groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 3))
    kernel, dilation = draw(st.integers(1, 40)), draw(st.integers(1, 3))
    mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    padding = draw(st.one_of(st.integers(0, 12), st.sampled_from(["same", "valid"])))
    stride = 1 if padding == "same" else draw(st.integers(1, 4))
    reach = dilation * (kernel - 1) + 1
    sides = reach // 2 + 1 if padding == "same" else 0 if padding == "valid" else padding
    length = max(reach, sides + 1) + draw(st.integers(0, 60))
    as_tuples = draw(st.booleans())

    def given_as(value):
        return (value,) if as_tuples and not isinstance(value, str) else value

    arguments = (
        ins, outs, given_as(kernel), given_as(stride), given_as(padding), given_as(dilation),
        groups, draw(st.booleans()), mode,
    )  # fmt: skip
    shape = (ins, length) if draw(st.booleans()) else (draw(st.integers(1, 4)), ins, length)
    return arguments, shape, draw(st.integers(0, 2**31 - 1))


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-4)])
@settings(max_examples=150)
@given(problem=layers(), method=st.sampled_from(METHODS))
def test_equals_conv1d_over_all_its_arguments(dtype, tolerance, problem, method):
    arguments, shape, seed = problem
    torch.manual_seed(seed)
    ours = SpectralConv1d(*arguments, method=method, dtype=dtype)
    theirs = nn.Conv1d(*arguments, dtype=torch.float64)
    theirs.load_state_dict(ours.state_dict())
    assert_same(ours, theirs, torch.randn(shape, dtype=dtype), tolerance)


@settings(max_examples=60)
@given(problem=layers(), slope=st.sampled_from([0.2, 1.0]), pool=st.integers(1, 3))
def test_relu_and_pooling_are_those_of_torch(problem, slope, pool):
    arguments, shape, seed = problem
    torch.manual_seed(seed)
    ours = SpectralConv1d(*arguments, method="spectral", slope=slope, pool=pool).double()
    conv = nn.Conv1d(*arguments).double()
    conv.load_state_dict(ours.state_dict())
    x = torch.randn(shape).double()
    assume(conv(x).shape[-1] >= pool)
    theirs = nn.Sequential(conv, nn.LeakyReLU(slope), nn.AvgPool1d(pool))
    assert_same(ours, theirs, x, 1e-10)


def test_has_the_arguments_of_conv1d_in_their_places():
    ours = list(inspect.signature(SpectralConv1d).parameters.values())
    theirs = list(inspect.signature(nn.Conv1d).parameters.values())
    assert [(p.name, p.default) for p in ours[: len(theirs)]] == [
        (p.name, p.default) for p in theirs
    ]
    assert all(p.kind is p.KEYWORD_ONLY for p in ours[len(theirs) :])
    assert SpectralConv1d(2, 3, 4, 1, 2)(torch.zeros(1, 2, 9)).shape == (1, 3, 10)


@pytest.mark.parametrize(
    "change",
    [
        {"padding": (5,)}, {"padding": 5}, {"padding": "same"}, {"stride": (3,)}, {"stride": 3},
        {"dilation": (2,)}, {"padding_mode": "zeros", "padding": (2,)}, {"bias": None},
        {"weight": nn.Parameter(torch.randn(4, 2, 5).double())},
    ],
    ids=lambda c: ", ".join(f"{k}={v}" if k != "weight" else k for k, v in c.items()),
)  # fmt: skip
@pytest.mark.parametrize("method", METHODS)
def test_attributes_that_are_set_later_count(change, method):
    ours, theirs = pair(2, 4, 9, method=method)
    for layer in (ours, theirs):
        for name, value in change.items():
            setattr(layer, name, value)
    x = torch.randn(3, 2, 40).double()
    torch.testing.assert_close(ours(x), theirs(x), rtol=1e-10, atol=1e-12)


def test_attributes_of_its_own_count_too():
    layer = SpectralConv1d(1, 2, 9, method="spectral")
    before = layer(torch.ones(1, 1, 30))
    layer.pool = 2
    torch.testing.assert_close(layer(torch.ones(1, 1, 30)), functional.avg_pool1d(before, 2))
    layer.slope = -1.0
    with pytest.raises(ValueError, match="slope"):
        layer(torch.ones(1, 1, 30))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("shape", [(2, 300), (3, 2, 300)])
def test_half_types_are_computed_in_float32_and_come_out_as_they_are(dtype, shape):
    ours, theirs = pair(2, 4, 65, 2, 3, dtype=dtype)
    x = torch.randn(shape).to(dtype)
    exact = theirs.float()(x.float())
    assert ours(x).dtype == dtype
    torch.testing.assert_close(ours(x).float(), exact, rtol=2.0**-7, atol=1e-3)
    ours(x).sum().backward()
    assert ours.weight.grad.dtype == dtype


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("method", METHODS)
def test_autocast_gives_the_type_that_conv1d_gives(dtype, method):
    ours, theirs = pair(2, 4, 65, dtype=dtype, method=method)
    x = torch.randn(3, 2, 300).to(dtype)
    with torch.autocast("cpu", torch.bfloat16):
        got, want = ours(x), theirs(x)
    assert got.dtype == want.dtype
    torch.testing.assert_close(got.float(), want.float(), rtol=0.05, atol=0.05)
    got.float().square().sum().backward()
    assert ours.weight.grad.dtype == dtype


@pytest.mark.parametrize(
    ("arguments", "named", "shape", "dtype"),
    [
        ((2, 3, 9), {}, (1, 2, 8), torch.float64),
        ((2, 3, 9), {}, (1, 3, 20), torch.float64),
        ((2, 3, 9), {}, (2,), torch.float64),
        ((2, 3, 9), {}, (1, 1, 2, 20), torch.float64),
        ((2, 3, 9), {}, (1, 2, 20), torch.float32),
        ((2, 3, 9), {"padding": 30, "padding_mode": "reflect"}, (1, 2, 20), torch.float64),
    ],
)
def test_what_conv1d_refuses_is_refused_with_its_words(arguments, named, shape, dtype):
    ours, theirs = pair(*arguments, **named)
    x = torch.zeros(shape, dtype=dtype)
    with pytest.raises(RuntimeError) as want:
        theirs(x)
    with pytest.raises(RuntimeError) as got:
        ours(x)
    assert str(got.value) == str(want.value)


def test_a_batch_of_none_is_none():
    ours, theirs = pair(2, 3, 9)
    assert (
        ours(torch.zeros(0, 2, 20).double()).shape == theirs(torch.zeros(0, 2, 20).double()).shape
    )


def test_copies_pickles_and_says_what_it_is():
    layer = SpectralConv1d(2, 3, 65, padding=2, slope=0.2, method="spectral")
    x = torch.randn(1, 2, 100)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert torch.equal(other(x), layer(x))
    assert repr(layer) == (
        "SpectralConv1d(2, 3, kernel_size=(65,), stride=(1,), padding=(2,), slope=0.2,"
        " method='spectral')"
    )


@pytest.mark.parametrize("named", [{"method": "fast"}, {"slope": 0.0}, {"pool": 0}])
def test_settings_that_make_no_sense(named):
    with pytest.raises(ValueError, match=next(iter(named))):
        SpectralConv1d(1, 1, 2, **named)


def test_a_meta_device_only_tells_shapes():
    layer = SpectralConv1d(1, 4, 100, 2, device="meta", pool=2)
    assert layer(torch.empty(3, 1, 500, device="meta")).shape == (3, 4, 100)


class Small(nn.Module):
    """A layer in a network."""

    def __init__(self, **named):
        super().__init__()
        self.convolution = SpectralConv1d(2, 3, 120, 2, padding=5, **named)
        self.output = nn.Linear(3, 1)

    def forward(self, x):
        return self.output(self.convolution(x).tanh().mean(-1))


def test_exports_with_a_batch_of_any_size():
    net, x = Small(method="spectral", slope=0.2, pool=2), torch.randn(5, 2, 400)
    batch = torch.export.Dim("batch", min=1)
    exported = torch.export.export(net, (x,), dynamic_shapes={"x": {0: batch}}).module()
    for samples in (1, 3, 9):
        x = torch.randn(samples, 2, 400)
        torch.testing.assert_close(exported(x), net(x))


@pytest.mark.parametrize("method", METHODS)
def test_compiles_whole_with_a_batch_of_any_size(method):
    torch._dynamo.reset()
    net = Small(method=method, slope=0.2, pool=2)
    compiled = torch.compile(net, backend="aot_eager", dynamic=True, fullgraph=True)
    for samples in (5, 3):
        x = torch.randn(samples, 2, 400, requires_grad=True)
        wanted = [x, *net.parameters()]
        got = torch.autograd.grad(compiled(x).square().sum(), wanted)
        want = torch.autograd.grad(net(x).square().sum(), wanted)
        for a, b in zip(got, want, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_the_operator_keeps_torchs_rules():
    tensors = [torch.randn(s, requires_grad=True) for s in ((3, 2, 50), (4, 2, 9), (4,))]
    torch.library.opcheck(torch.ops.radiosens.spectral_conv1d.default, (*tensors, 2, 0.2, 2))
    tensors[2] = None
    torch.library.opcheck(torch.ops.radiosens.spectral_conv1d.default, (*tensors, 1, 1.0, 1))


def test_a_second_derivative_is_refused_even_where_a_first_would_pass_for_constant():
    layer, x = Small(method="spectral"), torch.randn(2, 2, 300, requires_grad=True)
    (gradient,) = torch.autograd.grad(layer.convolution(x).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match=r"once, not twice; .* method='direct'"):
        (gradient.square().sum() + x.sum()).backward()
    layer.convolution.method = "direct"
    (gradient,) = torch.autograd.grad(layer(x).sum(), x, create_graph=True)
    gradient.square().sum().backward()


@pytest.mark.parametrize(
    ("transform", "shape"),
    [
        (torch.func.vmap, (2, 3, 2, 300)),
        (lambda f: torch.func.grad(lambda x: f(x).sum()), (3, 2, 300)),
    ],
)
def test_transforms_of_functions_are_refused(transform, shape):
    layer, x = Small(method="spectral"), torch.randn(shape)
    with pytest.raises(RuntimeError, match=r"vmap.* method='direct'"):
        transform(layer)(x)


@pytest.mark.parametrize(
    ("kernel", "spectral"), [(3, False), (7, False), (15, False), (1_024, True), (8_192, True)]
)
def test_chooses_the_frequency_domain_for_long_kernels_only(kernel, spectral):
    assert prefers_spectral(1, 10, kernel, 2, 54_675, 29) is spectral
