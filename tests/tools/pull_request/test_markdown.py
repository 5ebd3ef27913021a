"""Text that may hold anything stays text: held by an independent Markdown parser."""

import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tools.changes.visible import visible
from tools.pull_request.markdown import code, fence, plain, shares, size

PARSER = MarkdownIt("commonmark").enable("table")
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
# What would do something, rather than what is found by chance.
NASTY = st.lists(
    st.sampled_from(
        sorted(
            {
                "```",
                "`",
                "~~~",
                "~",
                "\n",
                "@octocat",
                "#12",
                "GH-3",
                "|",
                "<b>",
                "</details>",
                "\\",
                "**",
            }
            | {
                "[a](http://x.test)",
                "![i](http://x.test/i.png)",
                "_",
                "- ",
                "1. ",
                "# ",
                "> ",
                "    ",
            }
            | {"\u202e", "\r", "\x1b[31m", "<!--", "-->", "&lt;", "$x$", "word", " "}
        )
    ),
    max_size=12,
).map("".join)
TEXT = ANY | NASTY


@given(TEXT)
def test_a_fence_holds_what_it_was_given_and_ends_where_it_should(text: str) -> None:
    tokens = PARSER.parse(f"before\n\n{fence(text, 'diff')}\n\nafter\n")
    kinds = [token.type for token in tokens]
    assert kinds == [
        *("paragraph_open", "inline", "paragraph_close"),
        "fence",
        *("paragraph_open", "inline", "paragraph_close"),
    ]
    assert tokens[3].info == "diff"
    assert tokens[3].content.strip("\n") == visible(text).strip("\n")


def shown(markdown: str) -> str:
    """Return the text that a reader sees; fails if there is anything but text and comments."""
    seen = []
    for token in PARSER.parseInline(markdown)[0].children or []:
        if token.type == "html_inline":
            assert token.content in ("<!-- -->", "<code>", "</code>"), token.content
            continue
        assert token.type == "text", token
        seen.append(token.content)
    return "".join(seen)


@given(TEXT)
def test_plain_text_is_seen_as_it_is_and_does_nothing(text: str) -> None:
    assert shown(plain(text)) == " ".join(visible(text).split())


@given(TEXT)
def test_plain_text_is_one_item_of_a_list(text: str) -> None:
    kinds = [token.type for token in PARSER.parse(f"- {plain(text)}\n")]
    paragraph = ["paragraph_open", "inline", "paragraph_close"] if plain(text) else []
    assert kinds == [
        *("bullet_list_open", "list_item_open"),
        *paragraph,
        *("list_item_close", "bullet_list_close"),
    ]


@given(TEXT)
def test_code_is_one_cell_of_a_table(text: str) -> None:
    table = f"| a | b |\n|---|---|\n| {code(text)} | x |\n"
    kinds = [token.type for token in PARSER.parse(table)]
    assert kinds.count("td_open") == 2
    assert kinds.count("tr_open") == 2


@given(TEXT)
def test_nobody_is_mentioned_and_no_issue_linked(text: str) -> None:
    # As GitHub looks at it: text nodes, between tags and comments.
    for node in re.split(r"<[^>]*>", plain(text)):
        assert not re.search(r"(?<![A-Za-z0-9_])@[A-Za-z0-9]", node)
        assert not re.search(r"#\d|GH-\d", node, re.IGNORECASE)


def test_an_address_is_left_alone() -> None:
    assert plain("me@example.net") == "me@example.net"


@given(ANY)
def test_what_a_screen_would_obey_is_written_out(text: str) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", visible(text))


def test_a_direction_mark_is_seen() -> None:
    assert visible("a\u202eb") == "a\\u202eb"


@given(st.lists(st.integers(0, 2000), max_size=30), st.integers(-10, 20_000))
def test_shares_are_fair(wanted: list[int], budget: int) -> None:
    given_ = shares(wanted, budget)
    assert all(0 <= got <= want for got, want in zip(given_, wanted, strict=True))
    assert sum(given_) <= max(budget, 0)
    if sum(wanted) <= budget:
        assert given_ == wanted
    # Who was cut short has, but for the remainder of a division, no less than anyone else.
    short = [got for got, want in zip(given_, wanted, strict=True) if got < want]
    assert not short or max(given_) - min(short) <= len(wanted)


def test_size_is_counted_as_github_does() -> None:
    assert [size("aé"), size("ट"), size("😀")] == [2, 1, 2]
