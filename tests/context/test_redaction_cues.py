"""A text without the letters that a pattern needs is not searched: it would find nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context import redaction_patterns as patterns
from context.redaction_patterns import SECRETS, Sensitive

NEEDED = {
    "url": (patterns._URL_PASSWORD, ("://",)),
    "password": (patterns._PASSWORD, patterns._PASSWORD_CUES),
    "secret": (patterns._SECRET, ("key", "token", "secret")),
    "jwt": (patterns._JWT, ("eyj",)),
    "bearer": (patterns._BEARER, ("bearer",)),
    "basic": (patterns._BASIC, ("basic",)),
    "cvc": (patterns._CVC, ("cvc", "cvv", "code")),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NEEDED)
@given(data=st.data())
def test_whatever_a_pattern_finds_holds_one_of_its_cues(name: str, data: st.DataObject) -> None:
    expression, cues = NEEDED[name]
    plain = st.characters(max_codepoint=127)

    found = data.draw(st.from_regex(expression, alphabet=plain))

    assert any(cue in found.lower() for cue in cues)


@given(text=st.text(st.characters(max_codepoint=127)))
def test_nothing_is_found_in_a_text_without_cues(text: str) -> None:
    for expression, cues in NEEDED.values():
        if not any(cue in text.lower() for cue in cues):
            assert re.search(expression, text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("PASSWORD: hunter2!", Sensitive.PASSWORD),
        ("Пароль: hunter2!", Sensitive.PASSWORD),
        ("\u212aENNWORT: hunter2!", Sensitive.PASSWORD),
        ("BEARER abcdefgh12345", Sensitive.TOKEN),
        ("my Pr\u00fcfziffer is 123", Sensitive.CVC),
    ],
)
def test_a_cue_counts_in_any_case_and_script(text: str, kind: Sensitive) -> None:
    assert kind in {one.kind for one in SECRETS for _ in one.spans(text)}
