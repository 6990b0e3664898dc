"""Pictures of pages in every theme, to be looked at.

    python -m benchmarks.screenshots --out DIR [--themes harbour meadow] [--pages cards product cart form done]
        [--url NAME=http://127.0.0.1:8000/{theme}/cart ...] [--sheet]

Without `--url` the sample pages are served and photographed; with it, the addresses, `{theme}` standing for a theme's
name. `--sheet` puts the pages of a theme beside each other on one small picture. Also prints how long a page with 20
cards takes to write.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from playwright.async_api import Browser, async_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from benchmarks.site_samples import NAMES, sample
from tasks.server import serve
from tasks.site.render import Renderer
from tasks.site.themes import by_name, is_theme, theme_named
from tasks.site.visits import static_files
from webdreamer_app.browser.chromium import find_chromium, launch_arguments

_VIEW = (1280, 900)
_REPEATS = 30
_CARDS = 20


@contextlib.contextmanager
def samples_served(pages: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Page → address of a server of the samples, with a place for the theme."""

    async def show(request: Request) -> Response:
        theme = theme_named(request.path_params["theme"])
        return HTMLResponse(Renderer(theme).page(sample(request.path_params["page"], theme)))

    with serve(Starlette(routes=[static_files(), Route("/{theme}/{page}", show)])) as url:
        yield {page: f"{url}/{{theme}}/{page}" for page in pages}


async def photograph(browser: Browser, url: str, path: Path) -> None:
    """One page as it opens."""
    page = await browser.new_page(viewport={"width": _VIEW[0], "height": _VIEW[1]})
    await page.goto(url)
    await page.screenshot(path=path)
    await page.close()


async def put_together(browser: Browser, pictures: Sequence[Path], path: Path) -> None:
    """The pictures beside each other, at half their size."""
    page = await browser.new_page(viewport={"width": 640 * len(pictures), "height": 450})
    sheet = path.with_suffix(".html")
    sheet.write_text(
        "<style>body{margin:0;display:flex}img{width:640px}</style>"
        + "".join(f'<img src="{picture.name}">' for picture in pictures)
    )
    await page.goto(sheet.resolve().as_uri())
    await page.screenshot(path=path)
    await page.close()
    sheet.unlink()


async def take(addresses: Mapping[str, str], themes: Sequence[str], out: Path, with_sheets: bool) -> None:
    """Photograph every address in every theme."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(None), args=launch_arguments())
        for theme in themes:
            pictures = [out / f"{theme}-{name}.png" for name in addresses]
            for picture, address in zip(pictures, addresses.values(), strict=True):
                await photograph(browser, address.replace("{theme}", theme), picture)
            if with_sheets:
                await put_together(browser, pictures, out / f"{theme}.png")
        await browser.close()


def writing_ms(theme: str) -> float:
    """Median time to write a page with 20 cards."""
    renderer = Renderer(theme_named(theme))
    page = sample("cards", theme_named(theme), _CARDS)
    renderer.page(page)
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        renderer.page(page)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def _theme(name: str) -> str:
    if not is_theme(name):
        raise argparse.ArgumentTypeError(f"there is no theme {name!r}: {', '.join(by_name())}, or look-0 to look-999")
    return name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--themes", nargs="+", default=list(by_name()), type=_theme)
    parser.add_argument("--pages", nargs="+", default=list(NAMES), choices=NAMES)
    parser.add_argument("--url", nargs="+", default=[], metavar="NAME=ADDRESS")
    parser.add_argument("--sheet", action="store_true")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for theme in given.themes:
        print(f"{theme:10} {writing_ms(theme):5.2f} ms a page with {_CARDS} cards")
    if given.url:
        addresses = dict(one.split("=", 1) for one in given.url)
        asyncio.run(take(addresses, given.themes, given.out, given.sheet))
        return
    with samples_served(given.pages) as served:
        asyncio.run(take(served, given.themes, given.out, given.sheet))


if __name__ == "__main__":
    main()
