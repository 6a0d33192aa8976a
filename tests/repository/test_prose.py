"""Headings, words and links of texts for people."""

import pytest

from greenboard.repository import prose

MARKDOWN = """---
title: x
---
# Shop `api`

One two three. ![logo](img/logo.png "Logo") [a b](<docs/a b.md>) [ref][one] [anchor](#use)

```sh
not counted [x](y.md)
```

<h2 align="center">Install <b>it</b></h2>
<a href="docs/install.md"><img src="x.svg"></a>

| a | b |
|---|---|
| [cell](cell.md) | d |

[one]: docs/one.md
"""


def test_markdown_is_parsed_not_searched():
    text = prose.parse(MARKDOWN, "markdown")
    assert text.sections == ("Shop api", "Install it")
    assert text.links == ("img/logo.png", "docs/a%20b.md", "docs/one.md", "#use", "docs/install.md", "x.svg", "cell.md")
    assert text.words == 16


def test_the_other_markups_give_headings_and_links():
    rst = prose.parse("Shop\n====\n\nSee `guide <docs/a.rst>`_.\n\nUse\n---\n\n.. image:: b.png\n\n.. code::\n", "rst")
    assert (rst.sections, rst.links) == (("Shop", "Use"), ("docs/a.rst", "b.png"))
    adoc = prose.parse("= Shop\n\nlink:docs/a.adoc[Guide]\n\n----\n== no\n----\n== Use\nimage::b.png[]\n", "asciidoc")
    assert (adoc.sections, adoc.links) == (("Shop", "Use"), ("docs/a.adoc", "b.png"))
    org = prose.parse("* Shop\n[[file:docs/a.org][Guide]]\n#+begin_src\n* no\n#+end_src\n** Use\n", "org")
    assert (org.sections, org.links) == (("Shop", "Use"), ("docs/a.org",))


@pytest.mark.parametrize(
    "link",
    ["https://x.y/z", "//x.y", "mailto:a@b", "#part", "docs", "docs/", "./docs/a%20b.md#top", "/docs/a b.md", "../../issues",
     "lib/inner/file",
     "{{ url }}", "docs/a%20b.md?raw=true", ""],
)  # fmt: skip
def test_links_that_lead_somewhere_or_cannot_be_judged_are_not_dead(repo, git, link):
    tree = repo({"README.md": "", "docs/a b.md": ""})
    other = repo({"a": ""})
    git(tree.root, "submodule", "add", "-q", str(other.root), "lib")
    assert prose.dead_links(tree, "README.md", [link]) == []


@pytest.mark.parametrize("link", ["docs/b.md", "Docs/a.md", "../README.md/x", "/nope", "docs/a.md/b"])
def test_relative_links_to_no_file_are_dead(repo, link):
    assert prose.dead_links(repo({"README.md": "", "docs/a.md": ""}), "docs/x.md", [link]) == [link]


def test_in_a_documentation_site_only_links_to_source_files_are_judged(repo):
    tree = repo({"docs/a.md": ""})
    links = ["b.md", "../other/", "/guide", "img.png", "b.html", "a.md"]
    assert prose.dead_links(tree, "docs/index.md", links, site=True) == ["b.md"]


@pytest.mark.parametrize(
    "link", ["../basics/#x", "basics", "../basics.html", "more/", "/guide/basics", "/docs/guide/basics/", "../../index"]
)
def test_an_address_leads_to_the_page_that_a_site_serves_there(repo, link):
    tree = repo(
        {"docs/guide/start.md": "", "docs/guide/basics.rst": "", "docs/guide/more/README.md": "", "docs/index.md": ""}
    )
    assert prose.is_address(link)
    assert prose.served(tree, "docs/guide/start.md", link)
    assert not prose.served(
        tree, "docs/guide/start.md", link.replace("bas", "nob").replace("more", "no").replace("ind", "no")
    )


def test_names_of_files_are_no_addresses():
    assert not any(map(prose.is_address, ["a.md", "../img/a.png", "guide.rst#top"]))
