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
    genes = [f'"{n.replace(chr(34), chr(34) * 2)}",1,2,3,4,5' for n in HOSTILE]
    file = tmp_path / "hostile.csv"
    file.write_text("\n".join([f"gene,{quoted}", *genes, rest]))
    page = upload(visit, server, "predict", {("predict", "data"): file})
    assert "<script>alert(1)</script>, " in page.locator("dl.facts").inner_text()
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


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_no_serious_finding_by_axe_on_any_page(browser, server, addresses, serious, theme, width):
    context = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    page = context.new_page()
    found = []
    for address in addresses:
        page.goto(f"{server.url}{address}")
        found += serious(page)
    context.close()
    assert found == []


def test_no_serious_finding_by_axe_on_a_job_that_waits_or_works(browser, make_server, serious):
    from radiosens.web.jobs import JobStore

    server = make_server("--minutes", "0")  # whatever is begun has ended before it works
    store = JobStore(server.folder)
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    for state, phase in (("waiting", "read"), ("working", "run"), ("cancelled", "run"),
                         ("failed", "run")):  # fmt: skip
        files = {"files": {"file1.csv": HOSTILE[0]}, "roles": {"file1.csv": "data"}}
        job = store.save(store.new("check"), state=state, phase=phase, error="why", **files)
        page.route("**/api/jobs/*", lambda route: route.abort())  # so that it stays as it is
        page.goto(f"{server.url}/jobs/{job.id}")
        assert serious(page) == []
    context.close()


@pytest.mark.parametrize(
    ("address", "place"), [("/new/survival", ".drop"), ("/", ".card[data-flow=survival]")]
)
def test_a_file_is_dropped_on_a_form_or_on_a_question(visit, server, examples, address, place):
    page = visit.page
    page.goto(f"{server.url}{address}")
    content = examples["survival", "data"].read_text()
    dropped = page.evaluate_handle(
        "(text) => { const t = new DataTransfer();"
        " t.items.add(new File([text], 'dropped.csv')); return t; }",
        content,
    )
    page.dispatch_event(place, "dragover", {"dataTransfer": dropped})
    assert page.locator(f"{place}.over").count() == 1
    page.dispatch_event(place, "drop", {"dataTransfer": dropped})
    if address != "/":
        page.get_by_role("button", name="See what is understood").click()
    page.get_by_role("heading", name="This is what was understood").wait_for()
    assert "dropped.csv" in page.locator("body").inner_text()


def tab_to(page, text, most=40):
    """Go on by the tabulator until what has that text has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = (
            "document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent"
        )
        if page.evaluate(focused).strip().startswith(text):
            return
    pytest.fail(f"{text!r} is not reached by the keyboard")


def test_everything_is_reached_by_keyboard_alone(visit, server, examples):
    page = visit.page
    page.on("filechooser", lambda _: None)  # from the start: it takes a moment to be listened to
    page.goto(server.url)
    tab_to(page, "Survival")
    page.keyboard.press("Enter")
    page.wait_for_url("**/new/survival")
    tab_to(page, "Your data")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(examples["survival", "data"])
    tab_to(page, "See what is understood")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="This is what was understood").wait_for()
    tab_to(page, "Fit the curves")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Done", exact=True).wait_for()
    tab_to(page, "Read the page")
    page.keyboard.press("Enter")
    page.locator("#trust").wait_for()
    tab_to(page, "To the content")
    page.keyboard.press("Enter")
    page.locator("#parameters .filter").focus()
    tab_to(page, "SF2")
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
