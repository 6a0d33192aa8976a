"""Text for people: its headings, words and links, in Markdown, reStructuredText, AsciiDoc and Org.

Markdown is parsed as CommonMark with tables, HTML in it included. Of the other three only what is
unambiguous line by line is understood: headings, words, links and images with an explicit target.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from posixpath import normpath
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from greenboard.repository.tree import Tree

SUFFIXES = {
    ".md": "markdown", ".markdown": "markdown", ".mdx": "markdown", ".rst": "rst", ".adoc": "asciidoc",
    ".asciidoc": "asciidoc", ".org": "org", ".txt": "plain", "": "plain",
}  # fmt: skip

_WORD = re.compile(r"\w[\w'’-]*")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#|\?|@|~")
_TEMPLATE = re.compile(r"[{}<>$|\n]|%7B")
_RST_RULE = re.compile(r"([=\-`:'\"~^_*+#<>.])\1{2,}\s*")
_RST_LINK = re.compile(
    r"`[^`<\n]{0,500}<([^>`\n]{1,500})>`__?|^\.\. (?:image|figure)::\s{0,9}(\S{1,500})"
    r"|^\.\. _[^:\n]{1,200}:\s{1,9}(\S{1,500})",
    re.MULTILINE,
)
_ADOC_LINK = re.compile(r"(?:link|image::?|xref):([^\s\[\]]{1,500})\[")
_ORG_LINK = re.compile(r"\[\[(?:file:)?([^\]\[\n]{1,500})\](?:\[[^\]\n]{0,500}\])?\]")
_FENCE = re.compile(r"^(```|~~~)[^\n]*\n.*?(?:^\1|\Z)", re.MULTILINE | re.DOTALL)
_TARGET = re.compile(r"\]\([^)\n]{0,500}\)")
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


@dataclass(frozen=True)
class Prose:
    """What a text says, coarsely. `links` are targets as written, images included."""

    sections: tuple[str, ...]
    words: int
    links: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.sections[0] if self.sections else ""


def language(path: str) -> str | None:
    """The markup of a file, by its suffix; None where it is no prose."""
    name = path.rpartition("/")[2]
    return SUFFIXES.get(name[name.rfind(".") :].lower() if "." in name else "")


def parse(text: str, markup: str) -> Prose:
    """Read a text in one of the markups of `SUFFIXES`."""
    text = _FRONT.sub("", text.replace("\r\n", "\n"))
    return _PARSERS[markup](text)


def count_words(text: str) -> int:
    """Words outside of fenced code and link targets, without parsing."""
    return len(_WORD.findall(_TARGET.sub("]", _FENCE.sub("", text))))


def dead_links(tree: Tree, path: str, links: Sequence[str], *, site: bool = False) -> list[str]:
    """Relative links of a file that lead to no file or folder of the tree, each once.

    Links that leave the tree or go into a submodule are not judged. In a `site`, which maps pages
    to addresses of its own, only links to source files of prose are.
    """
    return [link for link in dict.fromkeys(links) if not _alive(tree, path, link, site=site)]


def is_address(link: str) -> bool:
    """Whether a relative link names no file as it lies there, but a page as some site may serve it."""
    target = _target(link)
    last = target.rpartition("/")[2]
    return target.startswith("/") or last in ("", ".", "..") or "." not in last or last.endswith((".html", ".htm"))


def served(tree: Tree, path: str, link: str) -> bool:
    """Whether an address leads to a file of the tree, by the habits of generators of sites.

    `../basics/` of `guide/start.md` may be `guide/basics.md` (a page is served as a folder) as well as
    `basics.md` or `basics/index.rst`.
    """
    if _alive(tree, path, link, site=False):
        return True
    target = re.sub(r"\.html?$", "", _target(link).strip("/"))
    outer = path.rpartition("/")[0]
    around = {outer, path.rpartition(".")[0]}
    if _target(link).startswith("/"):
        around = {"", *itertools.accumulate(outer.split("/"), lambda one, two: f"{one}/{two}")}
    found = (normpath(f"{folder}/{target}".lstrip("/") or ".") for folder in around)
    return any(_is_page(tree, page) for page in found)


def _is_page(tree: Tree, page: str) -> bool:
    if page == "." or page.startswith("..") or tree.has_folder(page):
        return True
    return any(tree.has(f"{page}{suffix}") for suffix in (*SUFFIXES, ".html"))


def _target(link: str) -> str:
    return unquote(link.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0]).strip()


def _alive(tree: Tree, path: str, link: str, *, site: bool) -> bool:
    if not link.strip() or _SCHEME.match(link) or _TEMPLATE.search(link):
        return True
    target = _target(link)
    if site and (target.startswith("/") or language(target) in (None, "plain")):
        return True
    folder = "" if target.startswith("/") else path.rpartition("/")[0]
    full = normpath(f"{folder}/{target.strip('/')}".lstrip("/") or ".")
    if full == "." or full.startswith(".."):
        return True
    return tree.has(full) or tree.has_folder(full) or _in_module(tree, full)


def _in_module(tree: Tree, path: str) -> bool:
    while path:
        entry = tree.entries.get(path)
        if entry is not None:
            return entry.module or entry.link
        path = path.rpartition("/")[0]
    return False


@lru_cache(maxsize=1)
def _commonmark() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": 50}).enable("table")


def _markdown(text: str) -> Prose:
    sections: list[str] = []
    links: list[str] = []
    words = 0
    heading = False
    for token in _commonmark().parse(text):
        if token.type in ("heading_open", "heading_close"):
            heading = token.type == "heading_open"
        elif token.type == "html_block":
            page = _html(token.content)
            sections, links, words = sections + page.headings, links + page.links, words + page.words
        elif token.type == "inline":
            plain = " ".join(_plain(token.children or ()))
            words += len(_WORD.findall(plain))
            links.extend(_targets(token.children or ()))
            if heading and plain.strip():
                sections.append(" ".join(plain.split()))
    return Prose(tuple(sections), words, tuple(links))


def _plain(tokens: Sequence[Token]) -> Iterator[str]:
    joined = ""
    for token in tokens:
        if token.type in ("text", "code_inline") or token.type == "image":
            joined += token.content
        elif token.type in ("softbreak", "hardbreak"):
            joined += " "
    yield joined


def _targets(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "link_open":
            yield str(token.attrGet("href") or "")
        elif token.type == "image":
            yield str(token.attrGet("src") or "")
        elif token.type == "html_inline":
            yield from _html(token.content).links


class _Html(HTMLParser):
    """Links, headings and words of the HTML inside of Markdown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.headings: list[str] = []
        self.words = 0
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = {"a": "href", "img": "src", "source": "srcset"}.get(tag)
        self.links.extend(value.split()[0] for name, value in attrs if name == wanted and value and value.strip())
        if re.fullmatch(r"h[1-6]", tag):
            self._inside = tag
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""
            self.headings[-1] = " ".join(self.headings[-1].split())

    def handle_data(self, data: str) -> None:
        self.words += len(_WORD.findall(data))
        if self._inside:
            self.headings[-1] += data


def _html(text: str) -> _Html:
    page = _Html()
    page.feed(text)
    page.headings = [heading for heading in page.headings if heading]
    return page


def _rst(text: str) -> Prose:
    lines = text.split("\n")
    sections = [
        above.strip()
        for above, line in itertools.pairwise(lines)
        if above.strip() and not _RST_RULE.fullmatch(above) and _RST_RULE.fullmatch(line)
        and len(line.rstrip()) >= len(above.strip())
    ]  # fmt: skip
    links = [next(part for part in found if part) for found in _RST_LINK.findall(text)]
    return Prose(tuple(sections), _line_words(text, r"^(\.\. |[ \t]+:|>>> )"), tuple(links))


def _asciidoc(text: str) -> Prose:
    outside = re.sub(r"^(----|\.\.\.\.)\n.*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    sections = re.findall(r"^=+ +(.+?)\s*$", outside, re.MULTILINE)
    links = [target for target in _ADOC_LINK.findall(outside) if "{" not in target]
    return Prose(tuple(sections), _line_words(outside, r"^(:[\w-]+:|//|=+ )"), tuple(links))


def _org(text: str) -> Prose:
    outside = re.sub(r"^#\+begin_(\w+).*?^#\+end_\1", "", text, flags=re.MULTILINE | re.DOTALL | re.IGNORECASE)
    links = [link for link in _ORG_LINK.findall(outside) if not link.startswith("*")]
    return Prose(
        tuple(re.findall(r"^\*+ +(.+?)\s*$", outside, re.MULTILINE)), _line_words(outside, r"^#\+"), tuple(links)
    )


def _plain_text(text: str) -> Prose:
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return Prose((first,) if first else (), len(_WORD.findall(text)), ())


def _line_words(text: str, skip: str) -> int:
    return sum(len(_WORD.findall(line)) for line in text.split("\n") if not re.match(skip, line))


_PARSERS: dict[str, Callable[[str], Prose]] = {
    "markdown": _markdown,
    "rst": _rst,
    "asciidoc": _asciidoc,
    "org": _org,
    "plain": _plain_text,
}
