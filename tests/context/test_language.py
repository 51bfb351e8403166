import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.language import Language, language_of
from tests.context.said import SAID, UNKNOWN


def test_people_are_heard_in_every_language() -> None:
    assert set(SAID) == set(Language)
    assert all(len(set(texts)) == 20 for texts in SAID.values())


@pytest.mark.parametrize("language", Language)
def test_nearly_every_message_shows_its_language_and_none_shows_another(
    language: Language,
) -> None:
    heard = [language_of([text]) for text in SAID[language]]

    assert set(heard) <= {language, None}
    assert heard.count(language) >= 0.95 * len(heard)


@pytest.mark.parametrize("language", Language)
def test_a_few_messages_together_always_show_it(language: Language) -> None:
    texts = SAID[language]

    heard = {language_of(texts[start : start + 3]) for start in range(len(texts) - 2)}

    assert heard == {language}


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_shows_no_language_of_ours_shows_none(text: str) -> None:
    assert language_of([text]) is None


def test_nothing_said_shows_none() -> None:
    assert language_of([]) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("voce pode me ajudar com isso?", Language.PORTUGUESE),
        ("que hora es ahora en mexico", Language.SPANISH),
        ("bugun hava nasil", Language.TURKISH),
        ("ca marche tres bien merci", Language.FRENCH),
        ("perche non funziona piu", Language.ITALIAN),
        ("das waere schoen, koennen wir ueber morgen reden", Language.GERMAN),
        ("İYİ AKŞAMLAR, NASILSINIZ?", Language.TURKISH),
        ("WO BIST DU GERADE?", Language.GERMAN),
        ("j\N{RIGHT SINGLE QUOTATION MARK}ai une question", Language.FRENCH),
    ],
)
def test_accents_and_case_may_be_missing(text: str, language: Language) -> None:
    assert language_of([text]) is language


@pytest.mark.parametrize(
    "text",
    [
        "kannst du mir sagen, warum das nicht geht? `what is this and where are you`",
        "warum geht das nicht? https://example.com/what/is/this/and/where/are/you",
        "schick das bitte an the.what.and@example.com",
        "@the_what_is_this was machst du heute?",
        "/what warum ist das so?",
        "Was steht in diesem Text?\n" + "This is the text that you have to read. " * 200,
    ],
)
def test_what_is_quoted_called_or_pasted_does_not_count(text: str) -> None:
    assert language_of([text]) is Language.GERMAN


def test_below_a_greeting_the_rest_counts() -> None:
    assert language_of(["Hi,\nkannst du mir das bitte noch einmal schicken?"]) == "de"


def test_only_the_beginning_of_a_long_message_counts() -> None:
    asked = "Kannst du mir bitte sagen, was in diesem Brief steht und was ich tun muss? " * 8

    assert language_of([asked + "This is what you have to do with the letter. " * 99]) == "de"


def test_a_japanese_sentence_may_have_more_signs_than_kana() -> None:
    assert language_of(["東京都庁舎展望室営業時間は"]) is Language.JAPANESE


def test_a_name_in_another_script_changes_nothing() -> None:
    assert language_of(["Where can I find 東京都 and Москва on the map?"]) is Language.ENGLISH


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_is_a_language_or_none(texts: list[str]) -> None:
    assert language_of(texts) in {None, *Language}


@pytest.mark.parametrize(
    ("code", "language"),
    [("de", Language.GERMAN), ("zh", Language.CHINESE), (None, "en"), ("xx", "en"), ("", "en")],
)
def test_a_stored_code_is_read_back_or_english(code: str | None, language: str) -> None:
    assert Language.of(code) == language


def test_only_arabic_is_written_from_right_to_left() -> None:
    assert [one for one in Language if one.is_right_to_left] == [Language.ARABIC]
