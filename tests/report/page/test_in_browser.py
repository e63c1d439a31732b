"""Every page in the system's Chromium, opened as a file: names that mean harm, axe, print."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright", reason="needs playwright")

KINDS = ("predict", "both", "check", "survival", "evaluate", "reproduce", "explain", "model")


@pytest.fixture(params=KINDS)
def address(request, tmp_path, hostile_names):
    """Give the address of a page whose samples, genes or lines have hostile names."""
    if request.param == "predict":
        from radiosens.report.page.files import ResultFiles
        from radiosens.report.page.kinds import page_html

        files = request.getfixturevalue("prediction_files")(hostile_names)
        (tmp_path / "report.html").write_bytes(page_html(ResultFiles(files)))
        return (tmp_path / "report.html").as_uri()
    return (request.getfixturevalue(f"{request.param}_files")[1] / "report.html").as_uri()


def test_a_page_is_text_only_accessible_and_prints(visit, address, serious):
    page = visit.page
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for mark in page.locator("svg.drawing [data-hit]").all()[:3]:
        mark.hover(force=True)
    assert serious(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert serious(page) == []
    page.emulate_media(media="print", color_scheme="light")
    assert not page.locator("header.bar").is_visible()
    assert page.locator("#made").is_visible()
    assert len(page.pdf(format="A4")) > 10_000
