"""Each bad input gives one clear sentence and the right exit status, and loses nothing already recorded."""

from __future__ import annotations

import asyncio
import http.server
import json
import socket
import sqlite3
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.repository import open_repository

Run = Callable[..., subprocess.CompletedProcess[str]]
PAGE = b"<html><head><title>T</title></head><body><h1>Hello</h1><a href='/x'>Link</a></body></html>"


class Handler(http.server.BaseHTTPRequestHandler):
    """`/` a page, `/slow` never ends, anything else 404."""

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.send_response(200)
            self.send_header("content-length", "1000000")
            self.end_headers()
            self.wfile.flush()
            self.server.release.wait(60)  # type: ignore[attr-defined]
            return
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("content-length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *arguments: object) -> None:
        del format, arguments


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.release = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.release.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


def test_unknown_names_give_status_2_and_the_nearest(webdreamer: Run) -> None:
    for arguments, hint in (
        (("tasks", "shopp"), "did you mean 'shop'?"),
        (("bench", "sho"), "did you mean 'shop'?"),
        (("bench", "shop", "--planner", "reactiv"), "did you mean 'reactive'?"),
        (("bench", "shop", "--split", "tset"), "there are: train, validation, test"),
        (("bench", "shop", "--seed", "1,x"), "write --seed 1,2,3"),
        (("collect", "shop", "--split", "test", "--out", "c.db"), "collect with --split train or --split validation"),
        (("collect", "pretix", "--split", "test", "--out", "c.db"), "measure pretix with `webdreamer bench pretix`"),
        (("rehearse", "shop", "--split", "test", "--out", "r"), "collect with --split train or --split validation"),
        (("rehearse", "miniwob", "--out", "r"), "there are: shop, forms"),
        (("demo", "--policy", "embeded"), "did you mean 'embedded'?"),
        (("run", "Buy it", "--url", "http://127.0.0.1:1/", "--policy", "oracle"), "use --policy embedded"),
        (("run", "Buy it", "--url", "ftp://nowhere"), "write it with http:// or https://"),
        (("run", "Buy it"), "Say what to do and where"),
        (("demo", "--set", "max_step=3"), "did you mean max_steps?"),
        (("demo", "--approve", "al"), "did you mean all?"),
        (("run", "x", "--url", "http://127.0.0.1:1/", "--approve", "all"), "--i-accept-the-risk"),
        (("show", "nothing"), "There is no database"),
    ):
        done = webdreamer(*arguments)
        assert (done.returncode, hint in done.stderr) == (2, True), (arguments, done.returncode, done.stderr)


def test_a_malformed_profile_names_the_line(webdreamer: Run, tmp_path: Path) -> None:
    profile = tmp_path / "me.toml"
    profile.write_text('full_name = "Anna"\nstreet = Hill Road\n', encoding="utf-8")
    done = webdreamer("run", "Buy it", "--url", "http://127.0.0.1:1/", "--profile", str(profile))
    assert done.returncode == 2
    assert "line 2" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.browser
def test_an_unreachable_address_is_said_and_recorded(webdreamer: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        done = webdreamer("run", "Buy it", "--url", url)
    assert done.returncode == 4
    assert f"{url} refused the connection" in done.stderr
    stored = json.loads(webdreamer("sessions", "--json").stdout)
    assert (stored["status"], stored["instruction"]) == ("broken", "Buy it")


@pytest.mark.browser
def test_a_missing_page_and_one_that_never_loads_are_said(webdreamer: Run, site: str) -> None:
    missing = webdreamer("run", "Buy it", "--url", f"{site}/nowhere")
    assert (missing.returncode, "answered with status 404" in missing.stderr) == (4, True), missing.stderr
    slow = webdreamer("run", "Buy it", "--url", f"{site}/slow", "--set", "timeout_s=1")
    assert (slow.returncode, "did not finish loading within 1 s" in slow.stderr) == (4, True), slow.stderr


@pytest.mark.browser
def test_an_untrusted_certificate_is_said(webdreamer: Run, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *arguments: None  # type: ignore[method-assign] # the client refuses on purpose
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        done = webdreamer("run", "Buy it", "--url", f"https://127.0.0.1:{server.server_port}/")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert done.returncode == 4
    assert "has a certificate that can't be trusted" in done.stderr


@pytest.mark.browser
def test_a_corrupt_checkpoint_is_refused_by_name(webdreamer: Run, tmp_path: Path, site: str) -> None:
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes(b"\x00" * 100)
    done = webdreamer("run", "Buy it", "--url", f"{site}/", "--set", f"policy_path={weights}")
    assert done.returncode == 4
    assert "mine.safetensors" in done.stderr
    assert "webdreamer train policy" in done.stderr


def make_database(place: Path) -> None:
    async def make() -> None:
        async with open_repository(place):
            pass

    asyncio.run(make())


def test_a_locked_database_and_one_that_is_none_are_said(webdreamer: Run, tmp_path: Path) -> None:
    database = tmp_path / "mine.db"
    make_database(database)
    missing = webdreamer("show", "nothing", "--db", str(database))
    assert (missing.returncode, "There is no session 'nothing'" in missing.stderr) == (2, True)
    holder = sqlite3.connect(database)
    holder.execute("BEGIN EXCLUSIVE")
    done = webdreamer("demo", "corner", "--policy", "oracle", "--db", str(database))
    holder.close()
    assert done.returncode == 4
    assert "locked by another process" in done.stderr
    other = tmp_path / "other.db"
    other.write_bytes(b"not a database at all" * 100)
    damaged = webdreamer("sessions", "--db", str(other))
    assert (damaged.returncode, "other.db" in damaged.stderr) == (4, True)


def test_a_file_that_can_not_be_written_is_said_before_anything_is_measured(webdreamer: Run, tmp_path: Path) -> None:
    for place, words in ((tmp_path, "is a folder"), (tmp_path / "no" / "x.json", "There is no folder")):
        done = webdreamer("bench", "shop", "-n", "1", "--json", str(place))
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["sessions", "show", "replay", "audit"])
def test_reading_makes_no_database(webdreamer: Run, tmp_path: Path, command: str) -> None:
    place = tmp_path / "no" / "such.db"
    done = webdreamer(command, *(["abc"] if command in ("show", "replay") else []), "--db", str(place))
    assert (done.returncode, f"There is no database {place}" in done.stderr) == (2, True), done.stderr
    assert not place.parent.exists()


def test_before_anything_was_run_there_are_no_sessions(webdreamer: Run, tmp_path: Path) -> None:
    done = webdreamer("sessions")
    assert (done.returncode, "`webdreamer demo` makes one" in done.stdout) == (0, True), done.stderr
    assert not (tmp_path / "data").exists()


def test_a_port_that_can_not_be_is_refused(webdreamer: Run) -> None:
    done = webdreamer("sites", "--port", "99999")
    assert (done.returncode, "65535" in done.stderr) == (2, True)


@pytest.mark.browser
def test_programs_learn_of_a_failing_environment(webdreamer: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        done = webdreamer("run", "Buy it", "--url", f"http://127.0.0.1:{taken.getsockname()[1]}/", "--json")
    last = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, last["event"], last["status"]) == (4, "ended", "broken")
    assert "refused the connection" in last["message"]
