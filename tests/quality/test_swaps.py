from __future__ import annotations

import numpy as np

from radiosens.quality.swaps import find_blocks, find_swaps


def test_a_block_goes_over_a_sample_that_keeps_its_name_and_stays_in_its_file():
    true = np.arange(12)
    label = true.copy()
    label[3:9] = true[2:8]
    label[5] = true[5] = true[4]  # two samples of one line beside each other
    label[6] = true[5]
    flagged = label != true
    blocks = find_blocks(label, true, flagged, np.zeros(12, dtype=int))
    assert [(b.first, b.last, b.shift) for b in blocks] == [(3, 8, 1)]
    two_files = find_blocks(label, true, flagged, np.repeat([0, 1], 6))
    assert all(b.first // 6 == b.last // 6 for b in two_files)


def test_a_block_begins_with_a_sample_that_looks_like_no_line():
    true, label = np.arange(8), np.array([0, 1, 7, 2, 3, 4, 5, 6])
    looks_like = true.copy()
    looks_like[2] = -1
    found = find_blocks(label, looks_like, label != true, np.zeros(8, dtype=int))
    assert [(b.first, b.last, b.shift) for b in found] == [(2, 7, 1)]
    unlike = np.where(true == 2, 0, true)  # or like a wrong one: 2 is missed elsewhere
    found = find_blocks(label, unlike, label != true, np.zeros(8, dtype=int))
    assert [(b.first, b.last, b.shift) for b in found] == [(2, 7, 1)]


def test_two_swaps_are_no_block():
    label, true = np.array([1, 0, 2, 4, 3]), np.arange(5)
    flagged = label != true
    assert find_blocks(label, true, flagged, np.zeros(5, dtype=int)) == []
    assert find_swaps(label, true, flagged) == [(0, 1), (3, 4)]


def test_a_whole_file_displaced_backwards_is_one_block():
    true = np.arange(10)
    label = np.roll(true, -2)
    found = find_blocks(label, true, label != true, np.zeros(10, dtype=int))
    assert [(b.first, b.shift) for b in found] == [(0, -2)]
    assert len(found[0].members) >= 8


def test_single_errors_far_apart_in_a_file_sorted_by_line_are_no_block():
    true = np.repeat(np.arange(40), 3)
    label = true.copy()
    label[[3, 30, 60, 90]] = true[[2, 29, 59, 89]]  # first samples under the line before
    found = find_blocks(label, true, label != true, np.zeros(120, dtype=int))
    assert found == []


def test_a_block_in_a_file_sorted_by_line_is_found():
    true = np.repeat(np.arange(10), 3)
    label = true.copy()
    label[9:21] = true[8:20]
    found = find_blocks(label, true, label != true, np.zeros(30, dtype=int))
    assert [(b.first, b.shift) for b in found] == [(9, 1)]
