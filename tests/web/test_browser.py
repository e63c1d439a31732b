"""The server in a real browser: the system's Chromium, without a window."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest

pytest.importorskip("playwright", reason="needs playwright")

HOSTILE = (
    "<script>alert(1)</script>",
    '"onerror="alert(1)',
    "'><img src=x onerror=alert(1)>",
    "\x1b[31mred",
    "=cmd|' /C calc'!A0",
    "x" * 5000,
    "\u202egnp.exe",
    "{{ 7*7 }}",
)


def upload(visit, server, flow, examples):
    """Go from the start to what was understood."""
    page = visit.page
    page.goto(server.url)
    page.locator(f"a.primary[href='/new/{flow}']").click()
    page.set_input_files("#data", examples[flow, "data"])
    if (flow, "sheet") in examples:
        page.set_input_files("#sheet", examples[flow, "sheet"])
    page.get_by_role("button", name="See what is understood").click()
    page.get_by_role("heading", name="This is what was understood").wait_for()
    return page


def run(page):
    page.locator("form.correct button.primary").click()
    page.get_by_role("heading", name="Done", exact=True).wait_for()


def unzip(page):
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all (zip)").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        return {name.split("/")[1]: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("flow", ["predict", "check", "survival"])
def test_from_a_file_to_the_page_and_the_zip(visit, server, examples, flow):
    page = upload(visit, server, flow, examples)
    run(page)
    files = unzip(page)
    assert {"report.html", f"{flow}.json"} <= set(files)
    page.get_by_role("link", name="Read the page").click()
    page.locator("#trust").wait_for()
    assert page.locator("h1").inner_text()
    assert page.locator("svg.drawing, .heat img").count() > 0


def test_a_table_of_the_page_sorts_filters_and_is_saved_as_the_file_has_it(visit, server, examples):
    page = upload(visit, server, "survival", examples)
    run(page)
    there = unzip(page)["curves.csv"].decode()
    page.get_by_role("link", name="Read the page").click()
    table = page.locator("#parameters")
    table.get_by_role("button", name="SF2", exact=True).click()
    shown = [float(v) for v in table.locator("tbody tr td:nth-child(2)").all_inner_texts()]
    assert shown == sorted(shown)
    assert table.locator("th[aria-sort=ascending]").count() == 1
    table.get_by_role("searchbox").fill("HL-60")
    assert table.locator("tbody tr:visible").count() == 1
    with page.expect_download() as download:
        table.get_by_role("button", name="Download as CSV").click()
    saved = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    known = {row["curve"]: row for row in csv.DictReader(io.StringIO(there))}
    for row in saved:
        assert row.items() <= known[row["curve"]].items()


def test_a_wrong_label_is_corrected_in_the_table(visit, server, examples):
    page = upload(visit, server, "check", examples)
    fourth, other = page.locator("input[name=line-4]"), page.locator("input[name=line-40]")
    one, two = fourth.input_value(), other.input_value()
    fourth.fill(two)
    other.fill(one)
    run(page)
    rows = list(csv.DictReader(io.StringIO(unzip(page)["check.csv"].decode())))
    assert {row["verdict"] for row in rows} == {"ok"}


def test_a_job_is_cancelled(visit, server, examples):
    page = upload(visit, server, "check", examples)
    page.locator("form.correct button.primary").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("heading", name="Cancelled").wait_for()


def test_two_tabs_and_a_reload_in_the_middle_see_the_same_job(visit, server, examples):
    page = upload(visit, server, "check", examples)
    second = visit.open()
    second.goto(page.url)
    page.locator("form.correct button.primary").click()
    page.wait_for_url("**/jobs/*")
    page.reload()
    second.reload()
    for tab in (page, second):
        tab.get_by_role("heading", name="Done", exact=True).wait_for()


def test_a_killed_servers_job_ends_in_the_tab_that_waited_for_it(visit, make_server, examples):
    server = make_server()
    page = upload(visit, server, "check", examples)
    page.locator("form.correct button.primary").click()
    page.get_by_role("heading", name="At work").wait_for()
    server.kill()
    page.get_by_text("The server does not answer").wait_for()
    server.begin()
    page.get_by_role("heading", name="Done", exact=True).wait_for()
    visit.wrong = [w for w in visit.wrong if "ERR_CONNECTION" not in w]  # it was gone, after all


def test_two_hundred_megabytes_are_refused_before_they_are_sent(visit, server, tmp_path):
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(200_000_000)
    page = visit.page
    page.goto(f"{server.url}/new/predict")
    page.set_input_files("#data", large)
    page.get_by_role("alert").wait_for()
    page.get_by_role("button", name="See what is understood").click()
    assert "more than 150 MB" in page.get_by_role("alert").inner_text()
    assert page.url.endswith("/new/predict")


def test_hostile_names_are_text_on_every_page(visit, server, examples, tmp_path):
    names = iter(HOSTILE)
    lines = examples["survival", "data"].read_text().splitlines()
    renamed: dict[str, str] = {}
    rows = [lines[0]]
    for row in lines[1:]:
        line, rest = row.split(",", 1)
        if line not in renamed:
            renamed[line] = next(names)
        hostile = renamed[line].replace('"', '""')
        rows.append(f'"{hostile}",{rest}')
    file = tmp_path / "'><img src=x onerror=alert(1)>.csv"
    file.write_text("\n".join(rows))
    page = upload(visit, server, "survival", {("survival", "data"): file})
    assert "<img src=x" in page.locator("body").inner_text()
    run(page)
    page.goto(server.url)
    assert "<img src=x" in page.locator("body").inner_text()
    page.go_back()
    page.get_by_role("link", name="Read the page").click()
    page.locator("#trust").wait_for()
    assert "<script>alert(1)</script>" in page.locator("body").inner_text()
    page.locator("svg.drawing circle").first.hover(force=True)


def test_hostile_samples_are_text_on_the_page_of_predictions(visit, server, examples, tmp_path):
    text = examples["predict", "data"].read_text()
    head, rest = text.split("\n", 1)
    names = [n for n in HOSTILE if "\x1b" not in n][: len(head.split(",")) - 1]
    quoted = ",".join(f'"{n.replace(chr(34), chr(34) * 2)}"' for n in names)
    file = tmp_path / "hostile.csv"
    file.write_text(f"gene,{quoted}\n{rest}")
    page = upload(visit, server, "predict", {("predict", "data"): file})
    run(page)
    page.get_by_role("link", name="Read the page").click()
    page.locator("#trust").wait_for()
    body = page.locator("body").inner_text()
    for name in names:
        assert name[:60] in body
    page.get_by_role("button", name="Open all").click()
    assert page.locator("#rows details[open]").count() == 5


@pytest.fixture(scope="module")
def addresses(browser, server, examples):
    """Give the addresses of every kind of page, with a job of each flow that is done."""
    import httpx

    found = ["/", "/new/predict", "/new/survival", "/docs", "/jobs/none"]
    context = browser.new_context()
    for flow in ("predict", "check", "survival"):
        key = httpx.post(f"{server.url}/example/{flow}", timeout=60).headers["location"]
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{server.url}{key}")
        page.get_by_role("heading", name="This is what was understood").wait_for()
        other = httpx.post(f"{server.url}/example/{flow}", timeout=60).headers["location"]
        found += [key, f"{other}/result/report.html"]
        page.goto(f"{server.url}{other}")
        page.get_by_role("heading", name="This is what was understood").wait_for()
        run(page)
    context.close()
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_serious_finding_by_axe_on_any_page(browser, server, addresses, theme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
    context = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    page = context.new_page()
    serious = []
    for address in addresses:
        page.goto(f"{server.url}{address}")
        found = axe.Axe().run(page).response["violations"]
        serious += [
            (address, one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["any"][:1])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, address
    context.close()
    assert serious == []


def test_everything_is_reached_by_keyboard_alone(visit, server, examples):
    page = visit.page
    page.goto(f"{server.url}/new/survival")
    page.set_input_files("#data", examples["survival", "data"])
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "See what is understood":
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="This is what was understood").wait_for()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Fit the curves":
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Done", exact=True).wait_for()
    page.get_by_role("link", name="Read the page").focus()
    page.keyboard.press("Enter")
    button = page.locator("#parameters thead button").nth(1)
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator("#parameters th[aria-sort]").count() == 1


def test_a_page_from_a_file_reads_the_same_without_scripts(browser, server, addresses, tmp_path):
    import httpx

    address = next(a for a in addresses if a.endswith("report.html"))
    file = tmp_path / "report.html"
    file.write_bytes(httpx.get(f"{server.url}{address}").content)
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("table tbody tr").count() == 5
    assert not page.get_by_role("button", name="Download as CSV").is_visible()
    assert re.match(r"5 samples: ", page.locator("h1").inner_text())
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_finding_by_axe_on_the_pages_of_experiments(browser, tmp_path, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
    from radiosens import (
        EvaluateSettings,
        ReproduceSettings,
        evaluate,
        reproduce,
        simulate_panel,
    )

    panel = simulate_panel(features=120, tissues=3, lines_per_tissue=3, replicates=2)
    few = EvaluateSettings(predictors=("tissue-mean", "nearest"), rounds=1, folds=3, refits=2)
    evaluate(panel, tmp_path / "evaluate", few, jobs=1)
    short = ReproduceSettings(preset="quick", rounds=1, folds=2, epochs=2)
    reproduce(panel, tmp_path / "reproduce", short, jobs=1)
    context = browser.new_context(color_scheme=theme, bypass_csp=True)
    page = context.new_page()
    for name in ("evaluate", "reproduce"):
        page.goto((tmp_path / name / "report.html").as_uri())
        found = axe.Axe().run(page).response["violations"]
        serious = [(o["id"], o["nodes"][0]["html"][:200]) for o in found
                   if o["impact"] in ("serious", "critical")]  # fmt: skip
        assert serious == [], name
    context.close()


def test_hostile_lines_are_text_on_the_page_of_a_check(visit, server, examples, tmp_path):
    text = examples["check", "sheet"].read_text()
    for i, name in enumerate(HOSTILE[:4] + HOSTILE[6:], start=1):
        quoted = name.replace("\x1b", "").replace('"', '""')
        text = text.replace(f"simulated line {i:02d}\n", f'"{quoted}"\n')
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(text)
    files = {("check", "data"): examples["check", "data"], ("check", "sheet"): sheet}
    page = upload(visit, server, "check", files)
    assert page.locator("input[name=line-0]").input_value() == HOSTILE[0]
    run(page)
    page.get_by_role("link", name="Read the page").click()
    page.locator("#trust").wait_for()
    assert HOSTILE[0] in page.locator("body").inner_text()
    page.get_by_label("Find a sample or line").fill("script")
    page.locator(".told", has_text="<script>alert(1)</script>: ").wait_for()
