import pytest

from context.fact_patterns import FactKind
from context.sentences import (
    WITHDRAWN,
    Sentence,
    by_assistant,
    by_person,
    questions,
)

INSTRUCTION, PROMISE, SETTLEMENT = (FactKind.INSTRUCTION, FactKind.PROMISE, FactKind.SETTLEMENT)


def said(text: str, kind: FactKind) -> list[str]:
    return [text[one.start : one.end] for one in by_person(text) if one.kind is kind]


def only(text: str) -> Sentence:
    [sentence] = by_person(text)
    return sentence


@pytest.mark.parametrize(
    "text",
    [
        "Always answer in German.",
        "please don't use emojis",
        "Do not ever share my number.",
        "Never call me before nine.",
        "from now on, short answers only",
        "Call me Ann.",
        "you can call me Bob",
        "I prefer window seats and short answers.",
        "I'd rather not fly.",
        "I’m allergic to peanuts.",
        "Remember that my sister's name is Lucie.",
        "Don't forget that the code is 4711.",
        "Answer in bullet points.",
        "Could you always reply in French?",
        "Make sure to cc Bob on every mail.",
        "Stop using emojis.",
        "1) always write to Bob too",
        "- never on Sundays",
        "👍 always like that",
        "Bitte antworte immer auf Deutsch.",
        "Nenn mich Anna.",
        "Du kannst mich gerne Tom nennen",
        "Ab jetzt bitte nur kurze Antworten.",
        "Bitte keine Emojis.",
        "Ich bevorzuge Fensterplätze.",
        "Merk dir, dass meine Schwester Lucie heißt.",
        "Réponds toujours en français.",
        "Appelle-moi Anne.",
        "N'utilise jamais d'emojis.",
        "À partir de maintenant, tutoie-moi.",
        "Je préfère le train.",
        "Responde siempre en español.",
        "Llámame Ana.",
        "No uses emojis, por favor.",
        "A partir de ahora háblame de tú.",
        "Prefiero el tren.",
        "Recuerda que mi hermana se llama Lucía.",
        "Responda sempre em português.",
        "Me chame de Ana.",
        "Nunca use emojis.",
        "Não use emojis.",
        "Prefiro o trem.",
        "Rispondi sempre in italiano.",
        "Chiamami Anna.",
        "Non usare emoji.",
        "D'ora in poi dammi del tu.",
        "Preferisco il treno.",
        "Ricorda che mia sorella si chiama Lucia.",
        "Her zaman Türkçe yanıtla.",
        "Bana Ayşe de.",
        "Bundan sonra kısa yaz.",
        "Lütfen emoji kullanmayın.",
        "Treni tercih ederim.",
        "हमेशा हिंदी में जवाब दो।",
        "मुझे अन्ना कहो।",
        "कृपया इमोजी मत भेजो।",
        "अब से छोटे जवाब दो।",
        "मुझे ट्रेन पसंद है",
        "أجب دائما بالعربية.",
        "نادني آنا.",
        "لا تستخدم الرموز التعبيرية.",
        "من الآن فصاعدا اكتب بإيجاز.",
        "أفضل أن أسافر بالقطار.",
        "Antwoord altijd in het Nederlands.",
        "Отвечай всегда по-русски.",
        "Не используй эмодзи.",
        "以后请用中文回答。",
        "アンナと呼んでください。",
    ],
)
def test_an_instruction_is_kept_word_for_word(text: str) -> None:
    bare = text.removeprefix("1) ").removeprefix("- ").removeprefix("👍 ")

    assert said(text, INSTRUCTION) in ([text], [bare])


@pytest.mark.parametrize(
    "text",
    [
        "I always forget.",
        "I never said that.",
        "Never mind.",
        "Don't worry about it.",
        "Always a pleasure!",
        "Why do you never answer?",
        "Call me tomorrow at 5.",
        "Llámame mañana.",
        "Do I prefer tea?",
        "What I prefer is tea.",
        "I remember that day.",
        "Please write me an email in German.",
        "Translate this in English, please.",
        "Do you remember that my sister is Lucie?",
        "Is it free from now on?",
        "Ich gehe immer früh ins Bett.",
        "Je n'utilise jamais d'emojis.",
        "Je vais bien.",
        "Però non è vero.",
        "My boss said “always lock the door, never call me Ann” yesterday.",
        '"Always lock the door" is what he said.',
        "> always lock the door",
        "```\nalways lock the door\n```",
        "[in reply to: always lock the door]",
        "thanks, that was really helpful!",
        "",
    ],
)
def test_what_is_said_in_passing_or_quoted_instructs_nobody(text: str) -> None:
    assert said(text, INSTRUCTION) == []


@pytest.mark.parametrize(
    "text",
    [
        "I'll send the invoice by Friday.",
        "I will get back to you tomorrow.",
        "I’m going to call the bank.",
        "We will refund you 20 € by 3 March.",
        "Let me get back to you.",
        "Let me check with the warehouse and get back to you.",
        "I promise that this stays between us.",
        "Ich schicke dir morgen den Bericht.",
        "Morgen schicke ich dir den Bericht.",
        "Am 3. März werde ich dir Bescheid geben.",
        "Je vous enverrai le rapport vendredi.",
        "Je vais vous envoyer le rapport.",
        "Te enviaré el informe el viernes.",
        "Voy a llamar al banco.",
        "Vou enviar o relatório amanhã.",
        "Enviarei o relatório amanhã.",
        "Ti manderò il rapporto venerdì.",
        "Raporu yarın göndereceğim.",
        "मैं कल रिपोर्ट भेजूँगा।",
        "मैं कल रिपोर्ट भेजूंगी।",
        "سأرسل التقرير غدا.",
        "سوف أرسل التقرير غدا.",
        "Я завтра пришлю отчёт.",
        "Ik zal je morgen bellen.",
        "我会在周五前发送报告。",
        "明日レポートをお送りします。",
    ],
)
def test_a_promise_is_kept_word_for_word_whoever_makes_it(text: str) -> None:
    assert said(text, PROMISE) == [text]
    assert [text[one.start : one.end] for one in by_assistant(text)] == [text]


@pytest.mark.parametrize(
    "text",
    [
        "What will I do?",
        "I don't know what I'll do.",
        "I hope I will make it.",
        "I'll be honest, it is bad.",
        "I'll explain it step by step.",
        "If I will, who knows.",
        "Shall we? I'll pay, right?",
        "Preparé la cena.",
        "Esperei muito.",
        "Però preparò la cena.",
        "Je vais bien.",
        "“I'll send it”, he wrote.",
    ],
)
def test_what_will_only_perhaps_be_done_is_not_promised(text: str) -> None:
    assert said(text, PROMISE) == []


def test_the_assistant_instructs_nobody() -> None:
    assert list(by_assistant("Always answer in German. From now on call me Ann.")) == []


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Call me Ann.", "name"),
        ("From now on call me Ann.", "name"),
        ("Don't call me Ann.", "name"),
        ("Bitte nenn mich immer Anna", "name"),
        ("Je préfère que tu m'appelles Anne.", "name"),
        ("Always answer in German.", "language"),
        ("in English please", "language"),
        ("Bitte antworte immer auf Deutsch.", "language"),
        ("Her zaman Türkçe yanıtla.", "language"),
        ("Never use emojis.", "emojis"),
        ("Always use emojis, please.", "emojis"),
        ("I prefer tea.", ""),
        ("Answer in German when I write in German.", ""),
        ("Never answer in German unless I ask", ""),
        ("For code, answer in English.", ""),
        ("Always put the total with taxes of each region above the other figures", ""),
    ],
)
def test_an_instruction_knows_what_it_is_about_unless_it_holds_for_some_cases_only(
    text: str, subject: str
) -> None:
    assert [one.subject for one in by_person(text)] == [subject]


def test_a_subject_found_anywhere_in_a_sentence_counts() -> None:
    assert only("I prefer short texts, and always answer in German.").subject == "language"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("I've sent you the report.", ""),
        ("We have booked the hotel.", ""),
        ("The report has been sent.", ""),
        ("I won't send the report.", ""),
        ("No need to send the report.", WITHDRAWN),
        ("ok, forget the report", WITHDRAWN),
        ("Ich habe den Bericht geschickt.", ""),
        ("Pas besoin de rapport.", WITHDRAWN),
        ("Já enviei o relatório.", ""),
    ],
)
def test_words_that_settle_something_are_found(text: str, subject: str) -> None:
    found = [one.subject for one in by_person(text) if one.kind is SETTLEMENT]

    assert found == [subject]


@pytest.mark.parametrize(
    "text",
    [
        "I have not sent the report yet.",
        "Once I've sent the report, I call you.",
        "Have I sent the report? I've sent it, haven't I?",
        "I always forget the report.",
        "I've sent the report " + "and more " * 20,
        "He wrote “I've sent the report” to Bob.",
    ],
)
def test_what_may_not_be_done_settles_nothing(text: str) -> None:
    assert said(text, SETTLEMENT) == []


def test_one_sentence_may_instruct_and_promise() -> None:
    text = "I'll send it tomorrow, and please never call me Ann."

    assert {one.kind for one in by_person(text)} == {PROMISE, INSTRUCTION}


def test_the_whole_sentence_is_kept_and_nothing_else() -> None:
    text = "Hello Dr. Grey! On 3. March I'll send it to St. Ives, e.g. by post. Bye."

    assert said(text, PROMISE) == ["On 3. March I'll send it to St. Ives, e.g. by post."]


def test_a_line_that_announces_others_is_kept_with_them() -> None:
    text = "Hi\nPlease remember:\n- Ada is 1\n- Bob is 2\n\nThanks"

    assert said(text, INSTRUCTION) == ["Please remember:\n- Ada is 1\n- Bob is 2"]
    assert said("Remember this:", INSTRUCTION) == ["Remember this:"]
    assert said("Remember this:\nAda is 1\nBob", INSTRUCTION) == ["Remember this:\nAda is 1"]


def test_questions_are_whole_sentences_of_any_script() -> None:
    text = "I sent it. Where is my order? ¿Y dónde está?\n注文はどこですか？ أين طلبي؟ Bye!"

    assert [text[one.start : one.end] for one in questions(text)] == [
        "Where is my order?",
        "¿Y dónde está?",
        "注文はどこですか？",
        "أين طلبي؟",
    ]


@pytest.mark.parametrize(
    "text",
    ["see https://x.example/?a=b now", "`a ? b : c`", '"Open?" she asked.', "?", "> eh?"],
)
def test_a_question_mark_alone_asks_nothing(text: str) -> None:
    assert list(questions(text)) == []
