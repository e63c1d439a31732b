from __future__ import annotations

import gzip
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from radiosens.errors import DownloadError, InputError
from radiosens.sources.gene_sets import GENE_SETS, cached_gene_sets, fetch_gene_sets

TEXT = "DNA repair\tR-HSA-1\tBRCA1\tATM\n"
REACTOME = GENE_SETS["reactome"]


@pytest.fixture
def server(tmp_path):
    """Serve what `content` holds."""
    content: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = content.get(self.path)
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *_):
            pass

    httpd = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield content, f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()


def zipped(tmp_path, **files):
    path = tmp_path / "sets.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, text in files.items():
            file.writestr(name.replace("_", "."), text)
    return path


def test_gene_sets_are_fetched_unpacked_and_kept(server, tmp_path):
    content, base = server
    content["/sets.zip"] = zipped(tmp_path, sets_gmt=TEXT).read_bytes()
    path = fetch_gene_sets(REACTOME, url=f"{base}/sets.zip")
    assert path.read_text() == TEXT
    assert cached_gene_sets("reactome") == path
    assert fetch_gene_sets(REACTOME, url=f"{base}/gone") == path  # no second download


def test_a_local_copy_may_be_plain_gzipped_or_zipped(tmp_path):
    for name, data in (
        ("a.gmt", TEXT.encode()),
        ("a.gmt.gz", gzip.compress(TEXT.encode(), mtime=0)),
        ("a.zip", zipped(tmp_path, sets_gmt=TEXT).read_bytes()),
    ):
        (tmp_path / name).write_bytes(data)
        assert fetch_gene_sets(REACTOME, local=tmp_path / name).read_text() == TEXT


@pytest.mark.parametrize("data", [b"", b"<html>not here</html>", b"\x1f\x8bbroken", b"PK\x03\x04"])
def test_what_holds_no_gene_sets_is_refused(data, server, tmp_path):
    content, base = server
    content["/x"] = data
    with pytest.raises(DownloadError, match="no gene sets"):
        fetch_gene_sets(REACTOME, url=f"{base}/x")
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(InputError, match="no gene sets"):
        fetch_gene_sets(REACTOME, local=tmp_path / "x")


def test_a_failed_download_names_the_address_and_the_way_round(server):
    _, base = server
    with pytest.raises(DownloadError, match=r"404.*--from FILE"):
        fetch_gene_sets(REACTOME, url=f"{base}/absent")
    with pytest.raises(DownloadError, match="connection failed"):
        fetch_gene_sets(REACTOME, url="http://127.0.0.1:9/none")


def test_gene_sets_that_were_never_fetched_are_refused():
    with pytest.raises(InputError, match="radiosens data fetch reactome"):
        cached_gene_sets("reactome")
