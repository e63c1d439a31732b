from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from radiosens.network.spectral import spectral_conv1d
from radiosens.network.transforms import sum_pool, transform_length


@st.composite
def problems(draw):
    batch, ins, outs = (draw(st.integers(1, 5)) for _ in range(3))
    stride = draw(st.integers(1, 5))
    kernel = draw(st.integers(1, 70))
    length = kernel + draw(st.integers(0, 150))
    return batch, ins, outs, kernel, stride, length, draw(st.integers(0, 2**31 - 1))


def tensors(problem, dtype):
    batch, ins, outs, kernel, _, length, seed = problem
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(batch, ins, length, generator=g, dtype=dtype, requires_grad=True)
    w = torch.randn(outs, ins, kernel, generator=g, dtype=dtype, requires_grad=True)
    b = torch.randn(outs, generator=g, dtype=dtype, requires_grad=True)
    return x, w, b


def relative(a, b):
    return float((a - b).abs().max() / b.abs().max().clamp_min(1e-30))


# Demanded of the spectral convolution: equal to the direct one but for rounding.
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-4)])
@settings(max_examples=60)
@given(problem=problems())
def test_equals_direct_with_all_gradients(dtype, tolerance, problem):
    x, w, b = tensors(problem, dtype)
    stride = problem[4]
    direct = functional.conv1d(x.double(), w.double(), b.double(), stride)
    ours = spectral_conv1d(x, w, b, stride)
    assert ours.shape == direct.shape
    upstream = torch.randn(direct.shape, generator=torch.Generator().manual_seed(1)).double()
    scale = (x.shape[1] * w.shape[2]) ** 0.5  # rounding is relative to the terms summed
    assert float((ours - direct).detach().abs().max()) / scale <= tolerance * 10
    got = torch.autograd.grad((ours.double() * upstream).sum(), (x, w, b))
    want = torch.autograd.grad((direct * upstream).sum(), (x, w, b))
    for g, t in zip(got, want, strict=True):
        assert relative(g, t) <= tolerance


# The whole layer: convolution, leaky ReLU, average pooling. A value within rounding of zero
# may fall on either side of the ReLU's kink, so tolerance is that of float64 only.
@settings(max_examples=60)
@given(problem=problems(), slope=st.sampled_from([0.2, 0.01, 1.0]), pool=st.integers(1, 4))
def test_layer_equals_separate_operations(problem, slope, pool):
    x, w, b = tensors(problem, torch.float64)
    stride, outputs = problem[4], (problem[5] - problem[3]) // problem[4] + 1
    pool = min(pool, outputs)
    direct = functional.conv1d(x, w, b, stride)
    direct = functional.avg_pool1d(functional.leaky_relu(direct, slope), pool)
    ours = spectral_conv1d(x, w, b, stride, slope=slope, pool=pool)
    torch.testing.assert_close(ours, direct, rtol=1e-10, atol=1e-11)
    upstream = torch.randn(direct.shape, generator=torch.Generator().manual_seed(1)).double()
    got = torch.autograd.grad((ours * upstream).sum(), (x, w, b))
    want = torch.autograd.grad((direct * upstream).sum(), (x, w, b))
    for g, t in zip(got, want, strict=True):
        assert relative(g, t) <= 1e-10


def test_many_samples_are_worked_on_in_parts():
    g = torch.Generator().manual_seed(0)
    x = torch.randn(150, 3, 60, generator=g, dtype=torch.float64, requires_grad=True)
    w = torch.randn(2, 3, 20, generator=g, dtype=torch.float64, requires_grad=True)
    ours, direct = spectral_conv1d(x, w, stride=2), functional.conv1d(x, w, stride=2)
    torch.testing.assert_close(ours, direct, rtol=1e-10, atol=1e-11)
    got, want = (torch.autograd.grad(y.square().sum(), (x, w)) for y in (ours, direct))
    for a, b in zip(got, want, strict=True):
        assert relative(a, b) <= 1e-10


def test_nothing_is_kept_where_no_gradient_is_wanted():
    x, w, b = tensors((2, 1, 3, 16, 2, 90, 0), torch.float64)
    with torch.no_grad():
        plain = spectral_conv1d(x, w, b, 2, slope=0.2, pool=2)
    with torch.inference_mode():
        inferred = spectral_conv1d(x, w, b, 2, slope=0.2, pool=2)
    wanted = spectral_conv1d(x, w, b, 2, slope=0.2, pool=2)
    assert not plain.requires_grad
    assert wanted.requires_grad
    assert torch.equal(plain, wanted)
    assert torch.equal(inferred, wanted)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_gradients_by_finite_differences(stride):
    x, w, _ = tensors((2, 3, 2, 9, stride, 40, 0), torch.float64)
    assert torch.autograd.gradcheck(lambda x, w: spectral_conv1d(x, w, stride=stride), (x, w))


def test_without_input_gradient():
    x, w, _ = tensors((2, 1, 3, 16, 2, 90, 0), torch.float64)
    fixed = x.detach()
    spectral_conv1d(fixed, w, stride=2).square().sum().backward()
    ours = w.grad.clone()
    w.grad = None
    functional.conv1d(fixed, w, stride=2).square().sum().backward()
    assert relative(ours, w.grad) < 1e-10
    assert fixed.grad is None


@given(st.integers(1, 200_000))
def test_transform_length(n):
    length = transform_length(n)
    rest = length
    for prime in (2, 3, 5):
        while rest % prime == 0:
            rest //= prime
    assert length >= n
    assert length % 2 == 0
    assert rest == 1


@pytest.mark.parametrize(
    ("values", "width", "expected"),
    [
        ([1.0, 3.0, 5.0, 9.0, 4.0], 2, [4.0, 14.0]),
        ([1.0, 3.0, 5.0, 9.0], 3, [9.0]),
        ([1.0, 3.0], 1, [1.0, 3.0]),
    ],
)
def test_sum_pool_by_hand(values, width, expected):
    assert sum_pool(torch.tensor([[values]]), width).tolist() == [[expected]]


@pytest.mark.parametrize(
    ("x", "w"), [((1, 2, 9), (1, 3, 2)), ((2, 9), (1, 1, 2)), ((1, 1, 4), (1, 1, 5))]
)
def test_refuses_what_does_not_fit(x, w):
    with pytest.raises(ValueError, match=r"fit|longer"):
        spectral_conv1d(torch.zeros(x), torch.zeros(w))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_cuda():
    x, w, b = tensors((4, 3, 5, 200, 2, 2_000, 0), torch.float64)
    x, w, b = (t.detach().cuda() for t in (x, w, b))
    torch.testing.assert_close(
        spectral_conv1d(x, w, b, 2), functional.conv1d(x, w, b, 2), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize(
    ("settings", "word"), [({"slope": 0.0}, "slope"), ({"pool": 0}, "pool"), ({"stride": 0}, "str")]
)
def test_refuses_settings_that_make_no_sense(settings, word):
    with pytest.raises(ValueError, match=word):
        spectral_conv1d(torch.zeros(1, 1, 9), torch.zeros(1, 1, 2), **settings)


@pytest.mark.parametrize(
    ("x", "w", "b"),
    [
        (torch.float32, torch.float64, torch.float64),
        (torch.float64, torch.float64, torch.float32),
        (torch.bfloat16, torch.bfloat16, torch.bfloat16),
    ],
)
def test_refuses_types_that_differ_or_have_too_few_digits(x, w, b):
    with pytest.raises(ValueError, match="float32, or float64"):
        spectral_conv1d(
            torch.zeros(1, 1, 9).to(x), torch.zeros(1, 1, 2).to(w), torch.zeros(1).to(b)
        )
