from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from radiosens.errors import SettingsError
from radiosens.web.settings import ServeSettings


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_a_name_that_was_made_to_point_here_is_refused(server, host):
    answer = httpx.get(server.url, headers={"Host": host})
    assert answer.status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused(server, headers):
    answer = httpx.post(f"{server.url}/example/survival", headers=headers)
    assert answer.status_code == 403


def test_a_body_longer_than_allowed_is_refused_before_it_is_read(make_server):
    small = make_server("--max-upload", "1")
    answer = httpx.post(f"{small.url}/api/predict", files={"data": ("a.csv", b"x" * 1_500_000)})
    assert answer.status_code == 413
    assert "1 MB" in answer.text


def test_a_body_without_a_length_is_counted_as_it_comes(make_server):
    small = make_server("--max-upload", "1")

    def chunks():
        yield b'--b\r\nContent-Disposition: form-data; name="data"; filename="a.csv"\r\n\r\n'
        for _ in range(40):
            yield b"x" * 50_000
        yield b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = httpx.post(f"{small.url}/api/predict", content=chunks(), headers=headers)
    assert answer.status_code == 413
    assert not list(small.folder.iterdir())


def test_every_answer_forbids_scripts_of_others_frames_and_guessing(server):
    for path in ("/", "/new/predict", "/static/app.js", "/api/jobs", "/nowhere"):
        headers = httpx.get(f"{server.url}{path}").headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_other_machines_are_let_in_only_with_a_token():
    with pytest.raises(SettingsError, match="others on the network"):
        ServeSettings(Path("jobs"), host="0.0.0.0")
    with pytest.raises(SettingsError, match="others on the network"):
        ServeSettings(Path("jobs"), host="0.0.0.0", token="short")
    assert not ServeSettings(Path("jobs"), host="0.0.0.0", token="a" * 16).loopback


def test_a_token_is_asked_of_every_request_and_kept_once_given(make_server):
    token = "0123456789abcdef"
    closed = make_server("--token", token)
    for path in ("/", "/api/jobs", "/static/app.js"):
        assert httpx.get(f"{closed.url}{path}").status_code == 401
        assert httpx.get(f"{closed.url}{path}?token=wrong").status_code == 401
    bearer = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{closed.url}/api/jobs", headers=bearer).json() == []
    with httpx.Client(follow_redirects=True) as visitor:
        first = visitor.get(f"{closed.url}/?token={token}")
        assert first.status_code == 200
        assert token not in str(first.url)
        assert visitor.get(closed.url).status_code == 200
    cookie = first.history[0].headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
