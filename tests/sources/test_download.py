"""Downloads against a local server that lays out files as GEO does, and misbehaves."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import threading

import pytest

from radiosens.errors import DownloadError, InputError
from radiosens.sources import download
from radiosens.sources.download import DATASETS, cached_dataset, fetch

DATASET = DATASETS["gse32474"]
PATH = "/geo/series/GSE32nnn/GSE32474/matrix/GSE32474_series_matrix.txt.gz"


def matrix(platform="GPL570", features=54_675):
    head = (
        '!Series_geo_accession\t"GSE32474"\n!Series_title\t"made for a test"\n'
        '!Sample_title\t"LE:HL_60 1"\t"ME:M14 2"\n!Sample_geo_accession\t"GSM1"\t"GSM2"\n'
        f'!Sample_platform_id\t"{platform}"\t"{platform}"\n'
        '!series_matrix_table_begin\n"ID_REF"\t"GSM1"\t"GSM2"\n'
    )
    body = "".join(f'"{i}_at"\t{i % 13}.5\t{i % 7}.25\n' for i in range(features))
    return gzip.compress((head + body + "!series_matrix_table_end\n").encode(), mtime=0)


FILE = matrix()


class Server(http.server.ThreadingHTTPServer):
    """Behaviour by address: the first part of the path says how to misbehave."""

    requests: list[tuple[str, str | None]]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.requests.append((self.path, self.headers.get("Range")))
        how = self.path.split("/")[1]
        if not self.path.endswith(PATH):
            return self.answer(404, b"no such file")
        seen = len(server.requests)
        return getattr(self, f"how_{how}")(seen)

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def whole_or_rest(self, body):
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        if start:
            return self.answer(206, body[start:])
        return self.answer(200, body)

    def how_well(self, seen):
        return self.whole_or_rest(FILE)

    def how_drops(self, seen):
        if seen > 2:
            return self.whole_or_rest(FILE)
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(FILE) - start))
        self.end_headers()
        self.wfile.write(FILE[start : start + 50_000])
        return self.connection.close()

    def how_drops_and_restarts(self, seen):
        if seen == 1:
            return self.how_drops(seen)
        return self.answer(200, FILE)  # knows no Range

    def how_busy(self, seen):
        return self.answer(503, b"busy") if seen <= 2 else self.whole_or_rest(FILE)

    def how_down(self, seen):
        return self.answer(503, b"busy")

    def how_truncated(self, seen):
        return self.answer(200, FILE[: len(FILE) // 2])

    def how_page(self, seen):
        return self.answer(200, b"<!DOCTYPE html><html><body>Sign in</body></html>")

    def how_other(self, seen):
        return self.answer(200, matrix("GPL96", 100))

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(download, "FIRST_WAIT", 0.01)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.requests = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def base(server, how):
    return f"http://127.0.0.1:{server.server_address[1]}/{how}/geo/series"


def test_fetch_caches_and_records(server, cache):
    heard = []
    path = fetch(DATASET, base_url=base(server, "well"), progress=lambda *a: heard.append(a))
    assert path.read_bytes() == FILE
    assert heard[-1] == (len(FILE), len(FILE))
    record = (cache / "GSE32474_series_matrix.txt.gz.sha256").read_text()
    assert record == f"{hashlib.sha256(FILE).hexdigest()}  GSE32474_series_matrix.txt.gz\n"
    fetch(DATASET, base_url=base(server, "well"))
    assert len(server.requests) == 1
    assert cached_dataset(DATASET) == path


def test_continues_after_a_break(server):
    assert fetch(DATASET, base_url=base(server, "drops")).read_bytes() == FILE
    starts = [int(r[6:-1]) for _, r in server.requests if r]
    assert len(server.requests) == 3
    assert 0 < starts[0] < starts[1]


def test_starts_over_where_the_server_cannot_continue(server):
    assert fetch(DATASET, base_url=base(server, "drops_and_restarts")).read_bytes() == FILE


def test_busy_twice(server):
    assert fetch(DATASET, base_url=base(server, "busy")).read_bytes() == FILE
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("nowhere/404", "404"),
        ("down", "503, 5 times"),
        ("truncated", "ends too early"),
        ("page", "web page"),
        ("other", "the platform is GPL96, not GPL570"),
    ],
)
def test_what_fails_names_address_and_cure(server, cache, how, message):
    address = base(server, how).replace("nowhere/404/geo", "geo/missing")
    with pytest.raises(DownloadError, match=message) as caught:
        fetch(DATASET, base_url=address)
    assert PATH.rpartition("/")[2] in str(caught.value)
    assert "--from FILE" in str(caught.value)
    assert not list(cache.glob("*.gz"))


def test_nobody_answers(monkeypatch, cache):
    monkeypatch.setattr(download, "FIRST_WAIT", 0.01)
    with pytest.raises(DownloadError, match=r"http://127.0.0.1:9/.*connection failed, 5 times"):
        fetch(DATASET, base_url="http://127.0.0.1:9")


def test_local_copy(tmp_path, cache):
    local = tmp_path / "mine.txt.gz"
    local.write_bytes(FILE)
    assert fetch(DATASET, local=local).parent == cache
    local.write_bytes(matrix("GPL96", 10))
    with pytest.raises(InputError, match="GPL96, not GPL570"):
        fetch(DATASET, local=local)
    local.write_bytes(matrix(features=10))
    with pytest.raises(InputError, match="10 probe sets where GPL570 has 54,675"):
        fetch(DATASET, local=local)
    assert cached_dataset(DATASET).read_bytes() == FILE


def test_not_fetched_and_changed(server, cache):
    with pytest.raises(InputError, match="radiosens data fetch gse32474"):
        cached_dataset(DATASET)
    path = fetch(DATASET, base_url=base(server, "well"))
    path.write_bytes(b"x")
    with pytest.raises(InputError, match="has changed since"):
        cached_dataset(DATASET)
    assert fetch(DATASET, base_url=base(server, "well"), force=True).read_bytes() == FILE
    with pytest.raises(DownloadError):
        fetch(DATASET, base_url=base(server, "page"), force=True)
    assert cached_dataset(DATASET).read_bytes() == FILE  # what was there is still there
