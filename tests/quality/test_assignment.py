from __future__ import annotations

import numpy as np

from radiosens.quality.assignment import assign_lines, split_lines


def test_three_labels_in_a_ring_are_ambiguous():
    assert assign_lines(np.repeat(range(3), 2), np.array([0, 1, 1, 2, 2, 0]), 3)[1].all()


def test_one_wrong_label_is_not_ambiguous():
    consistent, ambiguous, line = assign_lines(
        np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1]), 2
    )
    assert consistent.tolist() == [True, True, False, True, True]
    assert not ambiguous.any()
    assert line.tolist() == [0, 0, 0, 1, 1]


def test_a_ring_through_a_line_with_one_sample_is_ambiguous():
    # 0 is of line 1 under the name of line 0; line 0's only sample is called 2, and 2's one 1.
    ambiguous = assign_lines(np.array([0, 0, 1, 2, 2]), np.array([0, 1, 2, 1, 2]), 3)[1]
    assert ambiguous[[0, 1, 3, 4]].all()


def test_a_swap_of_a_pair_with_a_single_sample_accuses_nobody_alone():
    # Lines 0 (two samples) and 1 (one): the first of 0 may be right and the others exchanged.
    assert assign_lines(np.array([0, 0, 1]), np.array([0, 1, 0]), 2)[1][:2].all()


def test_two_rings_in_one_part_are_both_ambiguous():
    ring = np.array([0, 1, 1, 2, 2, 0])
    cluster = np.r_[np.repeat(range(6), 2), 0]
    label = np.r_[ring, ring + 3, 3]  # the last sample joins them
    assert assign_lines(cluster, label, 6)[1][:12].all()


def test_a_whole_file_displaced_is_ambiguous_in_large_panels_too():
    for n in (20, 150):  # tried label by label, and by what differs most
        cluster = np.r_[np.arange(n), np.arange(n)]
        label = np.r_[np.arange(n), np.roll(np.arange(n), 1)]
        assert assign_lines(cluster, label, n)[1].all()


def test_a_replicate_that_drifted_is_no_conflict_and_does_not_make_one():
    # A copy of line 1's array under the name of 0 (cluster 0); 0's others don't cluster.
    cluster, label = np.array([0, 1, 2, 3, 3, 0]), np.array([0, 0, 0, 1, 1, 1])
    consistent, ambiguous, _ = assign_lines(cluster, label, 2)
    assert (consistent | ambiguous)[[1, 2, 3, 4]].all()
    assert ambiguous[5]
    drifted = assign_lines(np.array([0, 0, 1]), np.array([0, 0, 0]), 1)
    assert drifted[0].all()
    assert not drifted[1].any()


def test_a_reference_outvotes_replicates_and_settles_rings():
    says = np.array([1, 1, 0, 0])
    assert not assign_lines(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), 2, says)[0].any()
    ring = assign_lines(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), 2, np.array([0, 0, 1, 1]))
    assert not ring[1].any()
    assert ring[0].tolist() == [True, False, False, True]


def test_lines_that_share_a_cluster_are_both_consistent():
    consistent, _, line = assign_lines(np.zeros(4, dtype=int), np.array([0, 0, 1, 1]), 2)
    assert consistent.all()
    assert (line == -1).all()


def test_a_line_is_split_only_by_two_samples_against_two():
    assert split_lines(np.array([0, 0, 1, 1]), np.zeros(4, dtype=int)).tolist() == [True]
    assert split_lines(np.array([0, 0, 0, 1]), np.zeros(4, dtype=int)).tolist() == [False]
