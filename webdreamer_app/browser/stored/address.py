"""Addresses of a stored page, made absolute as browsers do (WHATWG URL; hosts and paths in their usual forms)."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

_PORTS = {"http": ":80", "https": ":443", "ws": ":80", "wss": ":443", "ftp": ":21", "file": ":"}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_ENDS = "".join(map(chr, range(33)))
_NOT_A_HOST = re.compile(r"[\x00-\x20#%<>?@\\^`|\"{}]")
_PRINTED = "".join(map(chr, range(33, 127)))
_IN_FRAGMENT = "".join(sign for sign in _PRINTED if sign not in '"<>`')
_IN_QUERY = "".join(sign for sign in _PRINTED if sign not in "\"#<>'")
_IN_PATH = "".join(sign for sign in _PRINTED if sign not in '"#<>?^`{|}')


class _Parts(NamedTuple):
    """An address without its scheme; what it does not name is None."""

    host: str | None
    path: str
    query: str | None
    fragment: str | None


def absolute(given: str, base: str) -> str:
    """The address that `given` means in a document at `base`; `given` itself where it means none."""
    text = re.sub(r"[\t\n\r]", "", given.strip(_ENDS))
    kind, rest = _scheme(text)
    around, where = _scheme(base)
    if kind and kind not in _PORTS:
        return f"{kind}:{_opaque(rest)}"
    if around not in _PORTS:
        if kind:
            return _written(kind, _parts(rest, True)) or given
        return f"{base.partition('#')[0]}#{quote(text[1:], safe=_IN_FRAGMENT)}" if text.startswith("#") else given
    if kind and (kind != around or rest[:1] in ("/", "\\")):
        return _written(kind, _parts(rest, kind != "file")) or given
    return _written(around, _joined(_parts(rest, False), _parts(where, False))) or given


def _scheme(text: str) -> tuple[str, str]:
    """The scheme in small letters and what follows it; no scheme: an empty one."""
    found = _SCHEME.match(text)
    return (found.group(1).lower(), found.group(2)) if found else ("", text)


def _parts(text: str, has_host: bool) -> _Parts:
    before, mark, fragment = text.partition("#")
    path, asks, query = before.partition("?")
    path = path.replace("\\", "/")
    host = None
    if has_host or path.startswith("//"):
        host, slash, path = path.lstrip("/").partition("/") if has_host else path[2:].partition("/")
        path = slash + path
    return _Parts(host, path, query if asks else None, fragment if mark else None)


def _joined(given: _Parts, around: _Parts) -> _Parts:
    if given.host is not None:
        return given
    if not given.path:
        query = around.query if given.query is None else given.query
        return _Parts(around.host, around.path, query, given.fragment)
    folder = "" if given.path.startswith("/") else around.path[: around.path.rfind("/") + 1]
    return _Parts(around.host, folder + given.path, given.query, given.fragment)


def _written(kind: str, parts: _Parts) -> str:
    """The whole address; empty where its host can't be one."""
    host = _host(kind, parts.host or "")
    if host is None:
        return ""
    query = "" if parts.query is None else f"?{quote(parts.query, safe=_IN_QUERY)}"
    fragment = "" if parts.fragment is None else f"#{quote(parts.fragment, safe=_IN_FRAGMENT)}"
    return f"{kind}://{host}{_path(parts.path)}{query}{fragment}"


def _opaque(text: str) -> str:
    """What follows a scheme without hosts."""
    before, mark, fragment = text.partition("#")
    path, asks, query = before.partition("?")
    query = quote(query, safe=_IN_QUERY + "'")
    return f"{quote(path, safe=_PRINTED + ' ')}{asks}{query}{mark}{quote(fragment, safe=_IN_FRAGMENT)}"


def _host(kind: str, given: str) -> str | None:
    """The host in its usual form, with what stands before and after it."""
    user, at, host = given.rpartition("@")
    name, _, port = host.partition(":") if not host.startswith("[") else (host, "", "")
    if name.startswith("["):
        return given.lower().removesuffix(_PORTS[kind]) if "]" in name else None
    if not name:
        return "" if kind == "file" else None
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            return None
    if _NOT_A_HOST.search(name) or (port and not re.fullmatch(r"[0-9]{1,5}", port)) or len(name) > 253:
        return None
    written = "" if not port or f":{int(port)}" == _PORTS[kind] else f":{int(port)}"
    return f"{user}{at}{name.lower()}{written}"


def _path(given: str) -> str:
    """The path without `.` and `..`, encoded; at least a slash."""
    kept: list[str] = []
    steps = given.removeprefix("/").split("/")
    for place, step in enumerate(steps):
        plain = step.lower().replace("%2e", ".")
        if plain == "..":
            del kept[-1:]
        elif plain != ".":
            kept.append(step)
            continue
        if place == len(steps) - 1:
            kept.append("")
    return "/" + quote("/".join(kept), safe=_IN_PATH)
