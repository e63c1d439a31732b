"""The protocols: what may stand on both sides of a split, as one scikit-learn splitter.

``replicate`` deals the samples of a line to *different* folds, as the paper did: every tested
sample has siblings in training. ``line``, ``donor`` and ``tissue`` keep a line, a person or a
tissue on one side. A protocol keeps all smaller things together too: no donor is ever on both
sides of a tissue split, though their lines may carry two tissues' names.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from radiosens.errors import SettingsError

__all__ = ["GROUP_COLUMNS", "PROTOCOLS", "ProtocolSplitter", "split_groups", "tuning_groups"]

logger = logging.getLogger(__name__)

#: Protocol to the columns of which no value may be on both sides of a split.
GROUP_COLUMNS: dict[str, tuple[str, ...]] = {
    "replicate": (),
    "line": ("line",),
    "donor": ("line", "donor"),
    "tissue": ("line", "donor", "tissue"),
}

#: Protocols by what they keep apart, least first.
PROTOCOLS = tuple(GROUP_COLUMNS)


def split_groups(obs: pd.DataFrame, protocol: str) -> pd.Series:
    """Return what the splitter needs to know of each sample under a protocol.

    Returns
    -------
    Series of str
        Under ``replicate`` the sample's line, whose samples are dealt apart. Under the others
        the group that is kept together: samples that share a line, donor or tissue, also by way
        of others, are of one group.

    Examples
    --------
    >>> obs = pd.DataFrame({"line": ["M14", "MDA-MB-435", "A549"], "donor": ["p", "p", "q"]})
    >>> split_groups(obs, "donor").tolist()
    ['p', 'p', 'q']
    """
    _check_protocol(protocol)
    columns = GROUP_COLUMNS[protocol] or ("line",)
    codes = [pd.factorize(obs[c])[0] for c in columns]
    offsets = np.cumsum([len(obs), *(c.max() + 1 for c in codes)])
    rows = np.tile(np.arange(len(obs)), len(columns))
    values = np.concatenate([c + o for c, o in zip(codes, offsets, strict=False)])
    size = int(offsets[-1])
    graph = coo_array((np.ones(len(rows)), (rows, values)), shape=(size, size))
    component = connected_components(graph, directed=False)[1][: len(obs)]
    names = obs[columns[-1]].astype(str)
    # A group goes by its first sample's name, which no other group can have.
    return names.groupby(component).transform("first")


def tuning_groups(obs: pd.DataFrame, protocol: str) -> NDArray[np.str_]:
    """Return what cross-validation *inside* training must keep together, to be like outside.

    Under ``replicate`` each sample is its own group, so that siblings stand on both sides
    inside as well.
    """
    if protocol == "replicate":
        return obs.index.to_numpy(dtype=str)
    return split_groups(obs, protocol).to_numpy(dtype=str)


class ProtocolSplitter:
    """Rounds of folds under a protocol, for scikit-learn's ``cv=`` and for ours.

    Groups are dealt out in random order, each to one of the smallest folds. Under
    ``replicate`` a group is a sample, and folds that its line has not been given yet come
    first, so that fold sizes differ by one at most where lines have no more samples than there
    are folds.

    Parameters
    ----------
    protocol : {"replicate", "line", "donor", "tissue"}
        See the module's docstring.
    n_splits, n_repeats : int
        Folds in each round, and rounds.
    random_state : int
        Seed; each round has its own stream.

    Examples
    --------
    >>> from sklearn.dummy import DummyRegressor
    >>> from sklearn.model_selection import cross_validate
    >>> x, y = np.arange(8.0).reshape(8, 1), np.arange(8.0)
    >>> donors = np.repeat(["a", "b", "c", "d"], 2)
    >>> cv = ProtocolSplitter("donor", n_splits=4, n_repeats=2)
    >>> len(cross_validate(DummyRegressor(), x, y, groups=donors, cv=cv)["test_score"])
    8
    """

    def __init__(
        self, protocol: str, *, n_splits: int = 10, n_repeats: int = 1, random_state: int = 0
    ) -> None:
        _check_protocol(protocol)
        self.protocol = protocol
        self.n_splits = n_splits
        self.n_repeats = n_repeats
        self.random_state = random_state

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many splits there are: rounds times folds."""
        return self.n_repeats * self.n_splits

    def split(
        self, X: Any, y: Any = None, groups: ArrayLike | None = None
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Yield the positions of training and of tested samples, round after round.

        Parameters
        ----------
        X, y : ignored
            As scikit-learn has them.
        groups : array of shape (samples,)
            Under ``replicate`` the line of each sample; under the others what is kept together.
        """
        if groups is None:
            raise SettingsError(
                f"the {self.protocol} protocol needs groups",
                cure="pass groups=, see `split_groups`",
            )
        for fold_of in self.assignments(np.asarray(groups).tolist()):
            for fold in range(1, self.n_splits + 1):
                yield np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)

    def assignments(self, groups: Sequence[Any] | pd.Series) -> list[NDArray[np.int_]]:
        """Return each round's fold of each sample, counted from 1: arrays of (samples,)."""
        column = pd.Series(list(groups)).astype(str)
        _check_numbers(len(column), self.n_repeats, self.n_splits)
        members = {
            str(k): np.asarray(v, dtype=np.intp) for k, v in column.groupby(column).indices.items()
        }
        if self.protocol == "replicate":
            most = max(len(v) for v in members.values())
            if most > self.n_splits:
                logger.warning(
                    "a line has %d samples for %d folds: some of them share a fold",
                    most,
                    self.n_splits,
                )
            deal = _deal_apart
        else:
            if len(members) < self.n_splits:
                raise SettingsError(
                    f"{self.n_splits} folds for {len(members)} groups of the {self.protocol}"
                    " protocol",
                    cure="give fewer folds, or samples of more lines",
                )
            deal = _deal_together
        return [
            deal(members, len(column), self.n_splits, np.random.default_rng([self.random_state, n]))
            for n in range(1, self.n_repeats + 1)
        ]


def _deal_apart(
    members: dict[str, NDArray[np.intp]], samples: int, folds: int, rng: np.random.Generator
) -> NDArray[np.int_]:
    fold_of = np.zeros(samples, dtype=int)
    sizes = np.zeros(folds, dtype=int)
    for line in rng.permutation(sorted(members)):
        own = np.zeros(folds, dtype=int)
        for sample in rng.permutation(members[line]):
            # fewest of this line, then smallest, then by lot
            fold = np.lexsort((rng.random(folds), sizes, own))[0]
            fold_of[sample] = fold + 1
            own[fold] += 1
            sizes[fold] += 1
    return fold_of


def _deal_together(
    members: dict[str, NDArray[np.intp]], samples: int, folds: int, rng: np.random.Generator
) -> NDArray[np.int_]:
    fold_of = np.zeros(samples, dtype=int)
    sizes = np.zeros(folds, dtype=int)
    used = np.zeros(folds, dtype=bool)
    order = rng.permutation(sorted(members))
    for left, group in zip(range(len(order), 0, -1), order, strict=True):
        # smallest, then by lot; the last groups go to folds that would stay empty
        must = used & (left <= (~used).sum())
        fold = np.lexsort((rng.random(folds), sizes, must))[0]
        fold_of[members[group]] = fold + 1
        sizes[fold] += len(members[group])
        used[fold] = True
    return fold_of


def _check_protocol(protocol: str) -> None:
    if protocol not in GROUP_COLUMNS:
        raise SettingsError(
            f"there is no protocol {protocol!r}", cure=f"choose of {', '.join(GROUP_COLUMNS)}"
        )


def _check_numbers(samples: int, rounds: int, folds: int) -> None:
    if rounds < 1:
        raise SettingsError(f"{rounds} rounds", cure="give at least one round")
    if folds < 2:
        raise SettingsError(f"{folds} folds leave nothing to train on", cure="give at least two")
    if samples - -(-samples // folds) < 2:
        raise SettingsError(
            f"{folds} folds of {samples} samples leave fewer than two to train on",
            cure="give more samples",
        )
    if folds > samples:
        raise SettingsError(
            f"{folds} folds for {samples} samples", cure=f"give at most {samples} folds"
        )
