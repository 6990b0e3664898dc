"""Stored pages, read without a browser."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webdreamer_app.browser.serialize import line
from webdreamer_app.browser.stored.address import absolute
from webdreamer_app.browser.stored.page import UnreadableMarkup, read_html
from webdreamer_app.browser.stored.parse import decoded, with_lxml, with_soup
from webdreamer_app.browser.stored.shown import find_shown
from webdreamer_app.browser.stored.tree import Document, clean
from webdreamer_app.browser.stored.walk import Walk
from webdreamer_app.types import Element, Form

PAGES = Path(__file__).parent.parent / "browser" / "labelled" / "pages"
URL = "https://site.test/shop/page?x=1"


def lines(markup: str | bytes, url: str = URL) -> list[str]:
    """The page as text, without its first line."""
    return [line(one) for one in read_html(markup, url).elements]


def one(markup: str) -> Element:
    """The only operable element."""
    (found,) = (element for element in read_html(markup, URL).elements if element.bid)
    return found


def walked(document: Document | None) -> list[Element]:
    assert document is not None
    find_shown(document)
    return Walk(document, lambda: "1").run()


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        ("<a href=/x>Read <b>more</b></a>", "[1] link 'Read more'"),
        ("<button aria-label='  Close  it '>x</button>", "[1] button 'Close it'"),
        ("<b id=l hidden>Find</b><input aria-labelledby='l none'>", "[1] textbox 'Find' value=''"),
        ("<label for=i>Name</label><input id=i title=no value=Ann>", "[1] textbox 'Name' value='Ann'"),
        ("<label>Size <select><option>S<option selected>M</select></label>",
         "[1] combobox 'Size' value='M' options=['S', 'M']"),
        ("<a href=x><img alt='Acme home'></a>", "[1] link 'Acme home'"),
        ("<button><svg><title>Print</title><path/></svg></button>", "[1] button 'Print'"),
        ("<button title=Menu><i></i></button>", "[1] button 'Menu'"),
        ("<input type=search placeholder=Search>", "[1] searchbox 'Search' value=''"),
        ("<input type=reset>", "[1] button 'Reset'"),
        ("<input type=image alt=Go>", "[1] button 'Go'"),
        ("<span role='nonsense SWITCH' tabindex=0 aria-checked=true>Dark</span>", "[1] switch 'Dark' checked"),
        ("<input type=checkbox aria-checked=mixed title=All>", "[1] checkbox 'All' checked=mixed"),
        ("<fieldset disabled><input title=A></fieldset>", "[1] textbox 'A' value='' disabled"),
        ("<input required readonly title=A>", "[1] textbox 'A' value='' required readonly"),
        ("<input aria-invalid=true aria-errormessage=e title=A><i id=e hidden>Wrong</i>",
         "[1] textbox 'A' value='' invalid='invalid'"),
        ("<input aria-invalid=true aria-errormessage=e title=A><i id=e>Wrong</i>",
         "[1] textbox 'A' value='' invalid='Wrong'"),
        ("<button aria-expanded=false>More</button>", "[1] button 'More' collapsed"),
        ("<button aria-pressed=true>Bold</button>", "[1] button 'Bold' checked"),
        ("<div role=tab aria-selected=true>One</div>", "[1] tab 'One' selected"),
        ("<input list=l title=B><datalist id=l><option value=x><option>y</datalist>",
         "[1] combobox 'B' value='' options=['x', 'y']"),
        ("<input type=password value=abc title=P>", "[1] textbox 'P' value='•••'"),
        ("<input type=range title=R>", "[1] slider 'R' value='50'"),
        ("<div onclick=f()>Card <b>one</b></div>", "[1] generic 'Card one'"),
        ("<div style='cursor: pointer'>Card</div>", "[1] generic 'Card'"),
        ("<div contenteditable>old</div>", "[1] textbox value='old'"),
        ("<details><p>x</p></details>", "[1] summary 'Details' collapsed"),
    ],
)  # fmt: skip
def test_what_can_be_operated_is_told_with_name_and_state(markup: str, line: str) -> None:
    assert line in [text.strip() for text in lines(markup)]


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        ("<h2>One <i>two</i></h2>", ["heading 'One two' level=2"]),
        ("<fieldset><legend>Size</legend><p>x</fieldset>", ["group 'Size'", "  text 'x'"]),
        ("<table><caption>Prices</caption><tr><td>1</table>",
         ["table 'Prices'", "  text 'Prices'", "  row", "    cell", "      text '1'"]),
        ("<ul><li>a<li><p>b</ul>", ["list", "  listitem", "    text 'a'", "  listitem", "    text 'b'"]),
        ("<nav aria-label=Main>x</nav>", ["navigation 'Main'", "  text 'x'"]),
        ("<nav><p></p></nav>", []),
        ("a <b>b</b>\u00a0 c<br>d", ["text 'a b c'", "text 'd'"]),
        ("<label>Terms <input type=checkbox> <a href=x>here</a></label>",
         ["[1] checkbox 'Terms here'", "[2] link 'here'"]),
        ("<a href=x>Deal <button>Hide</button></a>", ["[1] link 'Deal Hide'", "  [2] button 'Hide'"]),
        ("<svg role=img aria-label=Chart></svg>", ["img 'Chart'"]),
    ],
)  # fmt: skip
def test_what_stands_around_is_told_once(markup: str, told: list[str]) -> None:
    assert lines(markup) == told


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>no</p>",
        "<p style='color: red; DISPLAY : none'>no</p>",
        "<p style='display: none !important; display: block'>no</p>",
        "<div style='visibility:hidden'>no<button>no</button></div>",
        "<div style='content-visibility: hidden'>no <b>no</b></div>",
        "<div hidden=until-found>no</div>",
        "<details><summary></summary>no <p>no</p></details>",
        "<dialog>no</dialog>",
        "<div popover>no</div>",
        "<template>no<button>no</button></template>",
        "<noscript>no <a href=x>no</a></noscript>",
        "<script>no</script><style>no</style><title>no</title>",
        "<div aria-hidden=true>no</div>",
        "<input type=hidden value=no>",
        "<iframe>no</iframe>",
        "<video>no <a href=x>no</a></video>",
        "<div><template shadowrootmode=open>yes</template>no</div>",
        "<!-- no --><?no?>",
    ],
)
def test_what_the_markup_hides_is_not_told(hidden: str) -> None:
    told = "\n".join(lines(f"<p>yes</p>{hidden}"))
    assert "yes" in told
    assert "no" not in told.replace("iframe", "").split("'")


@pytest.mark.parametrize(
    "shown",
    [
        "<p hidden style='display:block'>yes</p>",
        "<div style='visibility:hidden'><b style='visibility:visible'>yes</b></div>",
        "<p style='display: nonsense'>yes</p>",
        "<dialog open>yes</dialog>",
        "<details open>yes</details>",
        "<div><template shadowrootmode=closed><slot name=a></slot></template><b slot=a>yes</b></div>",
        "<iframe srcdoc='<p>yes'></iframe>",
        "<p></body></html>yes",
    ],
)
def test_what_the_markup_shows_is_told(shown: str) -> None:
    assert lines(shown)[-1].strip() == "text 'yes'"


def test_hidden_choices_are_operated_by_their_labels() -> None:
    assert lines("<label>Yes <input type=checkbox style='display:none'></label>") == ["[1] checkbox 'Yes'"]
    assert lines("<p hidden><label>Yes <input type=checkbox></label></p>x") == ["text 'x'"]


def test_what_is_aria_hidden_can_be_operated_but_says_nothing() -> None:
    assert lines("<div aria-hidden=true>words <button>Go</button></div>") == ["[1] button 'Go'"]


def test_references_count_up_and_depths_form_a_tree() -> None:
    found = read_html((PAGES / "table-actions.html").read_bytes()).elements
    bids = [element.bid for element in found if element.bid]
    assert bids == [str(number + 1) for number in range(len(bids))]
    assert len(bids) == 18
    assert all(after.depth <= before.depth + 1 for before, after in pairwise(found))
    assert all(element.box is None and not element.covered for element in found)


def test_a_form_says_where_it_sends() -> None:
    get = one("<form><input title=q></form>")
    assert get.form == Form("get", URL, 0, True)
    post = one("<form></form><form method=POST action='../send' onsubmit='x()'><button>Go</button></form>")
    assert post.form == Form("post", "https://site.test/send", 1, True)
    other = one("<form method=post action=/a id=f></form><button form=f formaction=/b formmethod=get>Go</button>")
    assert other.form == Form("get", "https://site.test/b", 0, False)
    assert one("<form id=f></form><button form=nowhere>Go</button>").form is None


def test_fields_between_the_parts_of_a_table_belong_to_its_form() -> None:
    found = one("<table><form action=/send><tr><td><input title=a></form></table>")
    assert found.form == Form("get", "https://site.test/send", 0, False)


def test_long_names_of_plain_elements_are_cut_as_scripts_cut_them() -> None:
    assert one(f"<div onclick=x>{'ab ' * 90}</div>").name == "ab " * 40
    assert one(f"<div onclick=x>{'a' * 119}\U0001f600b</div>").name == "a" * 119 + "\ufffd"


def test_links_lead_where_they_would_in_a_browser() -> None:
    based = one("<base href='/deep/er/'><a href='../x?a b#c d' data-method=delete>x</a>")
    assert (based.href, based.hooked) == ("https://site.test/deep/x?a%20b#c%20d", True)
    assert one("<svg><a xlink:href='#here'><text>x</text></a></svg>").href == "#here"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("", "https://site.test/shop/page?x=1"),
        ("#", "https://site.test/shop/page?x=1#"),
        ("?", "https://site.test/shop/page?"),
        (" a/./b/../c\n", "https://site.test/shop/a/c"),
        ("//Other.Test:443/é", "https://other.test/%C3%A9"),
        ("HTTP://a.test", "http://a.test/"),
        ("\\x", "https://site.test/x"),
        ("javascript:f( 'é' )", "javascript:f( '%C3%A9' )"),
        ("mailto:a@b?subject=a b", "mailto:a@b?subject=a%20b"),
        ("http://[", "http://["),
        ("https:rel", "https://site.test/shop/rel"),
    ],
)
def test_addresses_are_made_absolute(given: str, made: str) -> None:
    assert absolute(given, URL) == made


def test_addresses_without_a_place_stay_as_they_are() -> None:
    assert absolute("a/b", "about:blank") == "a/b"
    assert absolute("#a", "about:blank") == "about:blank#a"


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        ("<p>a<ul><li>b</ul>c</p>d", ["text 'a'", "list", "  listitem", "    text 'b'", "text 'c'", "text 'd'"]),
        ("<!-- saved --><p>a</p><!-- c -->b", ["text 'a'", "text 'b'"]),
        ("<b>a<p>b</p>c</b>", ["text 'a'", "text 'b'", "text 'c'"]),
        ("<h1><p>Title</p></h1>", ["heading 'Title' level=1"]),
        ("<a href=1>a<table><tr><td>b</table></a>",
         ["[1] link 'a b'"]),
        ("<a href=1>a<a href=2>b</a>", ["[1] link 'a'", "[2] link 'b'"]),
        ("<button>a<button>b", ["[1] button 'a'", "[2] button 'b'"]),
        ("<table><td>a<tr><td>b</table>",
         ["table", "  row", "    cell", "      text 'a'", "  row", "    cell", "      text 'b'"]),
        ("<table>out<tr><td>in</table>", ["text 'out'", "table", "  row", "    cell", "      text 'in'"]),
        ("<div/>in<span/>side", ["text 'inside'"]),
        ("<ul><ol><li>a</ul>", ["list", "  list", "    listitem", "      text 'a'"]),
        ("<dl><dt>a<dd>b<dt>c", ["list", "  text 'a'", "  text 'b'", "  text 'c'"]),
        ("<select title=s><option>a<option>b</select>c", ["[1] combobox 's' value='a' options=['a', 'b']", "text 'c'"]),
        ("<textarea title=t>\n<b>x</b>", ["[1] textbox 't' value='<b>x</b>'"]),
        ("<A HREF=x ID=1 ID=2>a</A", ["[1] link 'a'"]),
        ("<li>a<td>b</td>", ["listitem", "  text 'ab'"]),
        ("a\0b\ud800c", ["text 'ab?c'"]),
        ("<?xml version='1.0' encoding='latin-1'?><p>é", ["text 'é'"]),
        ("plain", ["text 'plain'"]),
    ],
)  # fmt: skip
def test_malformed_markup_is_nested_as_browsers_do(markup: str, told: list[str]) -> None:
    assert lines(markup) == told


@pytest.mark.parametrize("markup", ["", " \n", b"", "<!-- nothing -->", "<!doctype html>", b"\xef\xbb\xbf", "\0"])
def test_markup_with_nothing_in_it_is_an_error(markup: str | bytes) -> None:
    with pytest.raises(UnreadableMarkup, match="no element and no text"):
        read_html(markup)
    assert issubclass(UnreadableMarkup, ValueError)


def test_an_empty_page_is_a_page() -> None:
    page = read_html("<html><head><title> A \n page</title></head><body></body></html>", URL)
    assert (page.title, page.url, page.elements, page.next) == ("A page", URL, (), 1)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Füße €".encode(), "Füße €"),
        (b"\xef\xbb\xbf<meta charset=latin1><p>" + "Füße €".encode(), "Füße €"),
        ("<meta charset=windows-1251><p>Цена".encode("cp1251"), "Цена"),
        ("<meta http-equiv=content-type content='text/html; charset=Shift_JIS'><p>買い物".encode("cp932"), "買い物"),
        ("<meta charset=iso-8859-1><p>“Füße” €".encode("cp1252"), "“Füße” €"),
        ("<p>“Füße” €".encode("cp1252"), "“Füße” €"),
        ("\ufeff<p>Füße €".encode("utf-16-le"), "Füße €"),
        ("\ufeff<p>Füße €".encode("utf-16-be"), "Füße €"),
        ("<meta charset=utf-16><p>Füße €".encode(), "Füße €"),
        ("<meta charset=no-such><p>Füße €".encode(), "Füße €"),
        (b"<meta charset=utf-8><p>F\xfc\xdfe", "F\ufffd\ufffde"),
        ("<?xml version='1.0' encoding='windows-1251'?><p>Цена".encode("cp1251"), "Цена"),
    ],
)
def test_bytes_are_read_in_the_encoding_of_browsers(markup: bytes, text: str) -> None:
    assert lines(markup) == [f"text '{text}'"]
    assert text in decoded(markup)


def test_lxml_reads_deep_pages_by_itself() -> None:
    assert [element.name for element in walked(with_lxml("<div>" * 2000 + "deep"))] == ["deep"]


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("tag", ["div", "span", "font", "section", "b"])
def test_deeper_ones_are_read_without_it(tag: str, closed: bool) -> None:
    markup = f"<{tag}>" * 5000 + "<a href=x>deep</a>" + f"</{tag}>" * 5000 * closed
    assert with_lxml(markup) is None
    assert lines(markup) == ["[1] link 'deep'"]


def test_names_and_lists_of_any_depth_are_told() -> None:
    button = "<button>" + "<span title=no>" * 5000 + "deep"
    assert one(button).name == "deep"
    lists = read_html("<ul><li>" * 5000 + "deep").elements
    assert (len(lists), lists[-1].name, lists[-1].depth) == (10001, "deep", 10000)
    frames = "<iframe srcdoc='x'></iframe>" * 60
    assert len(read_html(frames).elements) == 60 + 50


# They differ in how malformed comments and text areas end.
@pytest.mark.parametrize("name", sorted({path.stem for path in PAGES.glob("*.html")} - {"malformed-markup"}))
def test_both_parsers_read_the_same(name: str) -> None:
    markup = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    assert walked(with_soup(markup)) == walked(with_lxml(markup))


PIECES = st.sampled_from([
    "<p>", "</p>", "<a href=x>", "</a>", "<table>", "<tr>", "<td>", "</table>", "<form>", "</form>", "<label>",
    "</label>", "<input id=a>", "<select>", "<option>", "</select>", "<svg>", "<title>", "</svg>", "<math>",
    "<div onclick=x>", "</div>", "<ul>", "<li>", "</ul>", "<button>", "</button>", "</template>", "<slot>",
    "<template shadowrootmode=open>", "<details>", "<summary>", "<iframe srcdoc='<p>q'>", "<frameset>", "<h1>",
    "</h1>", "<textarea>", "<body hidden>", "<b aria-labelledby=a>", "</b>", "text ", "&amp;", "<!--", "-->", "<",
    "/>", "'", "\0", "<dialog open>", "<map>",
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60), st.binary(max_size=60)))
def test_any_markup_is_read_or_refused(markup: str | bytes) -> None:
    try:
        page = read_html(markup)
    except UnreadableMarkup:
        return
    assert page.next == 1 + sum(bool(element.bid) for element in page.elements)
    for element in page.elements:
        assert element.name.rstrip(" ") == clean(element.name) and element.depth >= 0  # long ones may be cut at a space
        assert element.role != "text" or element.name


NINES = "9" * 5000


@pytest.mark.parametrize(
    "odd",
    [
        "<a href='http://a:²/'>S</a>",
        f"<a href='http://a:{NINES}/'>S</a>",
        f"<select size={NINES}></select>",
        f"<b tabindex={NINES}>S</b><a href=/>S</a>",
        f"<h1 aria-level={NINES}>T</h1><a href=/>S</a>",
        f"<input type=date value={NINES}-01-01>",
        "<input type=range min=0 max=1e308 value=1e309 step=1e-300>",
        "<input type=range min=-1e308 max=1e308>",
        "<input type=range min=1e400>",
        "<input type=range step=1e-400>",
        "<input type=range step=5e-324 value=7>",
    ],
)
def test_odd_numbers_and_addresses_are_read(odd: str) -> None:
    assert any(element.bid for element in read_html(odd).elements)


@pytest.mark.parametrize("name", ["unicode_escape", "utf-7", "punycode", "rot13", "nowhere"])
def test_encodings_that_no_browser_reads_are_not_believed(name: str) -> None:
    markup = f"<meta charset={name}><button>\\ud800 +AGE- é</button>".encode()
    assert any(element.name == "\\ud800 +AGE- é" for element in read_html(markup).elements)
