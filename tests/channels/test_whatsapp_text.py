"""Markdown in WhatsApp's form: laws for anything a model writes, and each construct."""

import html

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from channels.whatsapp_text import whatsapp_text
from context.language import Language
from tests.context.test_catalogue import everything_said

PROSE = st.lists(
    st.from_regex(r"[A-Za-zäß你,;?!'\"%€][A-Za-zäß你0-9,;:?!'\"%€.()/ ]{0,30}", fullmatch=True)
    .map(str.strip)
    .filter(bool),
    min_size=1,
)
FRAGMENTS = st.sampled_from(
    [
        *(
            "*",
            "**",
            "_",
            "~~",
            "`",
            "```",
            "```python\n",
            "~~~",
            "[",
            "](",
            ")",
            "![",
            "<",
            ">",
        ),
        *(
            "\n",
            "\n\n",
            "    ",
            "# ",
            "- ",
            "1. ",
            "7) ",
            "> ",
            "| ",
            "|---|---|\n",
            "\\",
            "---",
        ),
        *(
            "&amp;",
            "<b>",
            "https://example.com/a_b?c=%C3%A4",
            "[1]: /ref 'title'",
            "x@example.com",
        ),
    ]
)
WORDS = st.from_regex(r"[a-zäß你0-9]{1,6}", fullmatch=True)
MARKDOWN = st.one_of(
    st.text(), st.lists(st.one_of(FRAGMENTS, WORDS, st.just(" ")), max_size=80).map("".join)
)


def words(text: str) -> set[str]:
    return set(regex.findall(r"[^\W_]+", text))


@pytest.mark.slow
@given(markdown=MARKDOWN)
def test_no_word_is_ever_lost(markdown: str) -> None:
    written = whatsapp_text(markdown)

    assert words(html.unescape(markdown)) <= words(written)


@pytest.mark.slow
@given(lines=PROSE, gap=st.sampled_from(["\n", "\n\n"]))
def test_plain_text_stays_as_it_is(lines: list[str], gap: str) -> None:
    plain = gap.join(lines)

    assert whatsapp_text(plain) == plain


@pytest.mark.parametrize(
    ("markdown", "written"),
    [
        ("**bold** and __bold__", "*bold* and *bold*"),
        ("*italic* and _italic_", "_italic_ and _italic_"),
        ("~~gone~~", "~gone~"),
        ("***both***", "_*both*_"),
        ("**outer __inner__**", "*outer inner*"),
        ("**two\nlines**", "*two*\n*lines*"),
        ("`code`", "`code`"),
        ("`` a`b ``", "a`b"),
        ("# Title", "*Title*"),
        ("### A **bold** *Title*", "*A bold _Title_*"),
        ("#hashtag", "#hashtag"),
        ("one  \ntwo\\\nthree", "one\ntwo\nthree"),
        ("above\n\n---\n\nbelow", "above\n\n---\n\nbelow"),
        ("> said\n> so", "> said\n> so"),
        ("> one\n>\n> > two", "> one\n>\n> > two"),
        (r"\*as typed\*", "*as typed*"),
        ("AT&amp;T &lt;3", "AT&T <3"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("    indented", "indented"),
    ],
)
def test_markup_becomes_whatsapps_own(markdown: str, written: str) -> None:
    assert whatsapp_text(markdown) == written


@pytest.mark.parametrize(
    "text",
    ["2*3*4=24", "2**3**4", "snake_case_name", "foo**bar**baz", "a * b * c", "5 ~ 6", "**"],
)
def test_marks_that_mean_themselves_stay(text: str) -> None:
    assert whatsapp_text(text) == text


def test_marks_stand_between_letters_of_scripts_without_spaces() -> None:
    assert whatsapp_text("这是**重点**内容") == "这是*重点*内容"


@pytest.mark.parametrize(
    ("markdown", "written"),
    [
        ("* a\n* b", "- a\n- b"),
        ("+ a\n  + b\n+ c", "- a\n  - b\n- c"),
        ("3. c\n4. d", "3. c\n4. d"),
        ("1) a\n2) b", "1. a\n2. b"),
        ("- a\n\n  more\n\n- b", "- a\n\n  more\n\n- b"),
        ("Two:\n- a\n- b\n\nDone.", "Two:\n- a\n- b\n\nDone."),
        ("-\n- b", "-\n- b"),
    ],
)
def test_lists_are_kept(markdown: str, written: str) -> None:
    assert whatsapp_text(markdown) == written


@pytest.mark.parametrize(
    ("markdown", "written"),
    [
        ("[label](https://example.com/a_b)", "label (https://example.com/a_b)"),
        ('[label](https://example.com "Title")', "label (https://example.com, Title)"),
        ("[https://example.com](https://example.com)", "https://example.com"),
        ("[example.com](https://example.com)", "https://example.com"),
        ("<https://example.com/%C3%A4>", "https://example.com/%C3%A4"),
        ("<x@example.com>", "x@example.com"),
        ("[](https://example.com)", "https://example.com"),
        ("[label]()", "label"),
        ("![a **cat**](https://example.com/c.png)", "a *cat* (https://example.com/c.png)"),
        ("[now](javascript:alert)", "[now](javascript:alert)"),
        ("[1]: https://example.com", "[1]: https://example.com"),
    ],
)
def test_a_link_shows_where_it_goes(markdown: str, written: str) -> None:
    assert whatsapp_text(markdown) == written


def test_code_keeps_its_lines_under_the_name_of_its_language() -> None:
    assert whatsapp_text("```python\nif x:\n    *y*\n```") == (
        "_python_\n```\nif x:\n    *y*\n```"
    )
    assert whatsapp_text("```\nplain\n```") == "```\nplain\n```"


def test_code_does_not_end_at_a_fence_within_it() -> None:
    written = whatsapp_text("````\n```\ninner\n```\n````")

    assert written.startswith("```\n")
    assert written.count("```") == 2
    assert "inner" in written


def test_a_table_becomes_a_line_for_each_row() -> None:
    table = "| Item | Price | |\n|---|---:|---|\n| **Tea** | 3 | hot |\n| Coffee | | |"

    assert whatsapp_text(table) == "- Item: *Tea* · Price: 3 · hot\n- Item: Coffee"


def test_a_table_without_rows_shows_its_columns() -> None:
    assert whatsapp_text("| Item | Price |\n|---|---|") == "- Item · Price"


def test_a_block_whose_words_the_parser_drops_stays_as_it_was_written() -> None:
    too_many_cells = "| a | b |\n|---|---|\n| 1 | 2 | surplus |"
    too_deep = "> " * 50 + "deep"

    assert whatsapp_text(f"**x**\n\n{too_many_cells}") == f"*x*\n\n{too_many_cells}"
    assert whatsapp_text(too_deep) == too_deep


def test_blank_text_stays_blank() -> None:
    assert whatsapp_text("") == ""
    assert whatsapp_text(" \r\n \r") == ""


@pytest.mark.parametrize("language", Language)
def test_what_the_bot_says_of_itself_is_left_as_it_is(language: Language) -> None:
    said = [text for text in everything_said(language) if "\n" not in text]

    assert [whatsapp_text(text) for text in said] == said
