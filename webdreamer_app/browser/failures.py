"""What Chromium says when a page can't be had, in words a person can act on."""

from __future__ import annotations

from urllib.parse import urlsplit

_EXPLANATIONS = (
    ("ERR_CONNECTION_REFUSED", "refused the connection: is the site running?"),
    ("ERR_NAME_NOT_RESOLVED", "has an unknown host name: check the address."),
    ("ERR_CERT", "has a certificate that can't be trusted: the connection was not opened."),
    ("ERR_SSL", "does not speak HTTPS properly: check the address, or use http://."),
    ("ERR_CONNECTION_RESET", "reset the connection: try again, or check the site."),
    ("ERR_EMPTY_RESPONSE", "closed the connection without an answer: check the site."),
    ("ERR_ADDRESS_UNREACHABLE", "can't be reached from here: check the network."),
    ("ERR_INTERNET_DISCONNECTED", "can't be reached: there is no network."),
    ("ERR_TOO_MANY_REDIRECTS", "redirects in circles: check the address."),
    ("ERR_FILE_NOT_FOUND", "is a file that does not exist: check the path."),
    ("ERR_UNSAFE_PORT", "uses a port that browsers refuse: check the address."),
    ("Cannot navigate to invalid URL", "is not a valid web address: check it."),
)


def explain(url: str, error: str) -> str:
    for code, meaning in _EXPLANATIONS:
        if code in error:
            return f"{url} {meaning}"
    return f"{url} could not be opened ({error.strip().splitlines()[0]}): check the address."


def first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:300]


def scheme_of(url: str) -> str:
    """The scheme of an address; empty for one that can't be read."""
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""
