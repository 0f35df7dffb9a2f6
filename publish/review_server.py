"""The review pack served to the browser of this machine alone, where decisions are saved and a release approved.

It listens on the loopback address, answers only below an address with a secret in it, and refuses what any other
page than its own asks for.
"""

import json
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from hmac import compare_digest
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any, Final

from publish.approval import approve_release
from publish.errors import PublishError, UsageError
from publish.progress import Tell
from publish.release_review import load_review, save_review
from publish.review.checklist import entries_as_json
from publish.review.issues_file import state_as_json, version_of
from publish.review.pack import render
from publish.review.state_checks import state_from_json

LOOPBACK: Final = "127.0.0.1"
MOST_DIGITS: Final = 7  # of the number of bytes that a page may send: all decisions of a year are some 100,000
PATIENCE: Final = 30  # seconds that a connection may be silent
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
RULE: Final = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
JSON: Final = "application/json"
ERROR_PAGE: Final = (
    '<!DOCTYPE html><html lang="en-GB"><title>Review pack</title><h1>The review pack cannot be shown</h1>'
    "<p>{}</p></html>"
)


class Refused(Exception):
    """What a browser is told instead of an answer."""

    def __init__(self, status: HTTPStatus, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


class ReviewServer(ThreadingHTTPServer):
    """Serves the pack of one release. `address` is what to open; it holds the secret."""

    daemon_threads = True

    def __init__(self, folder: Path, tell: Tell, port: int = 0) -> None:
        try:
            super().__init__((LOOPBACK, port), _Connection)
        except OSError as error:
            raise UsageError(
                f"cannot be listened on ({error.strerror})", where=f"port {port}", do="leave --port out"
            ) from error
        self.folder, self.tell = folder, tell
        self.base = f"/{secrets.token_urlsafe(32)}/"
        self.hosts = tuple(f"{name}:{self.server_port}" for name in (LOOPBACK, "localhost"))
        self.one_at_a_time = Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002 - of the base class
        """Say that there is a bug, and where; the server goes on."""
        error = sys.exception()
        print(f"publish: a bug ({type(error).__name__}); the page was not answered", file=sys.stderr)

    @property
    def address(self) -> str:
        """`http://127.0.0.1:50123/…/`."""
        return f"http://{self.hosts[0]}{self.base}"

    def page(self, nonce: str) -> str:
        """The pack as it stands."""
        review = load_review(self.folder)
        live = {"base": self.base, "version": version_of(self.folder), "nonce": nonce}
        return render(review.content, state_as_json(review.state), entries_as_json(review.entries), live)

    def checklist(self) -> dict[str, Any]:
        """The checklist as it stands."""
        return {"entries": entries_as_json(load_review(self.folder).entries)}

    def save(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Save the state that was sent, unless another was saved since the page was loaded."""
        self.refuse_other(sent)
        given = sent.get("state")
        if not isinstance(given, dict):
            raise Refused(HTTPStatus.BAD_REQUEST, "It holds no state.")
        save_review(self.folder, state_from_json(given, load_review(self.folder).content))
        return {"version": version_of(self.folder)}

    def refuse_other(self, sent: dict[str, Any]) -> None:
        """Refuse what a page asks that shows another draft or other decisions than stand now."""
        if sent.get("version") != version_of(self.folder):
            raise Refused(HTTPStatus.CONFLICT, "issues.toml was saved, or the draft made again, by somebody since.")

    def approve(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Approve the release, as `publish approve` does."""
        self.refuse_other(sent)
        by = sent.get("by")
        if not isinstance(by, str) or not by.strip():
            raise Refused(HTTPStatus.BAD_REQUEST, "Nobody is named. Give your name.")
        approved = approve_release(self.folder, by.strip(), self.tell)
        embargo = f" Under embargo until {approved.embargoed}." if approved.embargoed else ""
        return {"said": f"Approved by {by.strip()}. To publish: {approved.public}.{embargo}"}


class _Connection(BaseHTTPRequestHandler):
    """One connection of a browser."""

    server: ReviewServer  # pyright: ignore[reportIncompatibleVariableOverride] - it is the only one that makes these
    server_version = "publish"
    sys_version = ""
    timeout = PATIENCE

    def do_GET(self) -> None:
        """Answer with the page, or with the checklist."""
        nonce = secrets.token_urlsafe(16)
        self.run({"": lambda _: self.server.page(nonce), "checklist": lambda _: self.server.checklist()}, nonce)

    def do_POST(self) -> None:
        """Save what was decided, or approve."""
        self.run({"state": self.server.save, "approve": self.server.approve})

    def run(self, answers: dict[str, Callable[[dict[str, Any]], str | dict[str, Any]]], nonce: str = "") -> None:
        """Answer what is asked for: with a page, or with plain values. One answer is made at a time."""
        status = HTTPStatus.OK
        try:
            self._refuse_others()
            answer = answers.get(self.path.removeprefix(self.server.base))
            if answer is None:
                raise Refused(HTTPStatus.NOT_FOUND, "There is nothing here.")
            sent = self._sent() if self.command == "POST" else {}
            with self.server.one_at_a_time:
                answered = answer(sent)
        except Refused as refused:
            status, answered = refused.status, {"error": refused.said}
        except PublishError as error:
            status, answered = HTTPStatus.CONFLICT, {"error": in_words(error)}
        except (ConnectionError, TimeoutError):
            self.close_connection = True
            return
        self._answer(status, answered, nonce)

    def _refuse_others(self) -> None:
        """Refuse other hosts (a name that leads here), other origins, and addresses without the secret."""
        origin, asked_from = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site", "none")
        own = tuple(f"http://{host}" for host in self.server.hosts)
        if self.headers.get("Host") not in self.server.hosts:
            raise Refused(HTTPStatus.MISDIRECTED_REQUEST, "This is another address.")
        if asked_from not in ("none", "same-origin") or (origin is not None and origin not in own):
            raise Refused(HTTPStatus.FORBIDDEN, "Another page asks.")
        if self.command == "POST" and origin is None:
            raise Refused(HTTPStatus.FORBIDDEN, "Nothing says which page asks.")
        given = self.path[: len(self.server.base)]
        if not compare_digest(given.encode(errors="replace"), self.server.base.encode()):
            raise Refused(HTTPStatus.NOT_FOUND, "There is nothing here.")

    def _sent(self) -> dict[str, Any]:
        """What the page sent."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get_content_type() != JSON or not length.isdecimal() or len(length) > MOST_DIGITS:
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "It is no JSON.")
        try:
            sent = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            raise Refused(HTTPStatus.BAD_REQUEST, "It is no JSON.") from None
        if not isinstance(sent, dict):
            raise Refused(HTTPStatus.BAD_REQUEST, "It is no JSON object.")
        return sent

    def _answer(self, status: HTTPStatus, answered: str | dict[str, Any], nonce: str) -> None:
        """Write a page, or plain values; what is wrong as a page too where a page was asked for."""
        if isinstance(answered, dict) and nonce and self.path == self.server.base:
            answered = ERROR_PAGE.format(escape(str(answered["error"])))
        page = isinstance(answered, str)
        body = (answered if isinstance(answered, str) else json.dumps(answered)).encode()
        rule = {"Content-Security-Policy": RULE.format(nonce=nonce or "none")}
        kind = {"Content-Type": f"{'text/html' if page else JSON}; charset=utf-8", "Content-Length": str(len(body))}
        with suppress(ConnectionError, TimeoutError):
            self.send_response(status)
            for name, value in (kind | HEADERS | rule).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401 - of the base class
        """Log nothing: the address holds the secret."""


def in_words(error: PublishError) -> str:
    """What a page says of a mistake: what is wrong, where, and what to do."""
    where = f"{error.where}: " if error.where else ""
    return f"{where}{error.what.rstrip('.')}. What to do: {error.do}."
