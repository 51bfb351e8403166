"""Slack's notation, read into plain words and kept out of what is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.slack_text import harmless, plain, without_call


@given(st.text(st.characters(exclude_characters="\0")))
def test_what_slack_escaped_reads_as_it_was_typed(typed: str) -> None:
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert plain(escaped) == typed


@given(st.text("<>|@#!&;^ambplt:/\0 x", max_size=40))
def test_any_notation_reads_as_some_words(text: str) -> None:
    assert "\0" not in plain(text)


@pytest.mark.parametrize(
    ("notation", "words"),
    [
        ("&amp;lt;", "&lt;"),
        ("<@U1> and <@U2|ana>", "@U1 and @ana"),
        ("<#C1|general> <#C2>", "#general #C2"),
        ("<!here> <!channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@ops> <!subteam^S2>", "@ops @S2"),
        ("<!date^1392734382^{date}|Feb 18>", "Feb 18"),
        ("<https://a.example/?b=1&amp;c=2>", "https://a.example/?b=1&c=2"),
        ("<https://a.example|a.example>", "a.example"),
        ("<https://a.example|https://a.example>", "https://a.example"),
        ("<https://a.example|our &lt;page&gt;>", "our <page> (https://a.example)"),
        ("<mailto:ana@a.example|ana@a.example>", "ana@a.example"),
        ("<tel:+14155550100|+14155550100>", "+14155550100"),
        ("a\0b", "ab"),
    ],
)
def test_notation_reads_as_people_see_it(notation: str, words: str) -> None:
    assert plain(notation) == words


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("<@UB> hello", "hello"),
        ("  <@UB|baton>:  hello", "hello"),
        ("<@UB>, <@UB> hello", "hello"),
        ("hey <@UB>, hello", "hey, hello"),
        ("ask <@U1> and <@UB>", "ask <@U1> and"),
        ("<@UB>", ""),
    ],
)
def test_the_bots_name_is_taken_out_of_a_call(text: str, rest: str) -> None:
    assert without_call(text, bot="UB") == rest


@pytest.mark.parametrize("text", ["hello", "<@U1> hello", "&lt;@UB&gt; hello"])
def test_a_text_without_the_bots_name_is_no_call(text: str) -> None:
    assert without_call(text, bot="UB") is None


def test_an_unknown_bot_is_whoever_is_called_first() -> None:
    assert without_call("<@UX> tell <@U1>", bot=None) == "tell <@U1>"
    assert without_call("tell <@UX>", bot=None) is None


@pytest.mark.parametrize(
    "markdown",
    [
        "<!channel> look",
        "<!here|here> look",
        "<!everyone>",
        "<!subteam^S123>",
        "<!SUBTEAM^S123|@ops> look",
        "dear @channel, @here and @Everyone",
    ],
)
def test_nobody_is_called_all_at_once(markdown: str) -> None:
    sent = harmless(markdown).lower()

    assert "<!" not in sent
    assert not any(f"@{name}" in sent for name in ("channel", "here", "everyone", "subteam"))


def test_what_calls_nobody_stays_as_it_is() -> None:
    markdown = "a < b, **<@U1>**, mail me@heretic.example, `x @ y`"

    assert harmless(markdown) == markdown
