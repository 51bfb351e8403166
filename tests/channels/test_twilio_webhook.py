"""What Twilio posts: forgeries refused, everything a person can send understood."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict, MultiDictProxy
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import HMAC_SHA256

from channels.port import DeliveryReport, DeliveryStatus, WebhookRequest
from channels.twilio_webhook import message, report, verified
from context.errors import PayloadError, SignatureError
from context.messages import (
    WHATSAPP,
    Address,
    Command,
    InboundMessage,
    MediaReference,
    OutboxId,
    Provider,
    Said,
    UserId,
    message_id,
)
from tests.builders import NOON
from tests.channels.twilio import (
    ADA,
    OWN_NUMBER,
    STATUS,
    TOKEN,
    Fields,
    inbound_fields,
    posted,
    signed_body,
)

TWILIO = Provider("twilio")


def read(fields: Fields) -> InboundMessage | None:
    return message(MultiDictProxy(MultiDict(fields)), own_number=OWN_NUMBER, now=NOON)


def said(**changed: str) -> Said:
    inbound = read(inbound_fields(**changed))
    assert inbound is not None
    assert isinstance(inbound.content, Said)
    return inbound.content


def refused(request: WebhookRequest, *secrets: str) -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        verified(request, secrets=secrets or (TOKEN,))
    assert caught.value.status == 403
    return caught.value


# Signatures


@pytest.mark.slow
@given(fields=st.lists(st.tuples(st.text(), st.text()), max_size=20))
def test_any_signed_form_is_taken_whatever_its_fields(fields: Fields) -> None:
    form = verified(posted(fields), secrets=[TOKEN])

    assert list(form.items()) == list(fields)


@pytest.mark.slow
@given(body=st.binary(), header=st.text())
def test_no_bytes_under_any_header_are_an_error_of_ours(body: bytes, header: str) -> None:
    request = replace(posted([]), body=body, headers={"x-twilio-signature": header})

    refused(request)


def test_blank_and_repeated_and_unknown_fields_are_signed_too() -> None:
    fields = [("Body", ""), ("New", "x"), ("New", "a"), ("New", "x"), ("ä ö", "+&=%")]

    assert verified(posted(fields), secrets=[TOKEN]).getall("New") == ["x", "a", "x"]


def test_the_query_is_signed_to_the_byte() -> None:
    request = posted(inbound_fields(), query="?a=%C3%A4&b=")

    assert verified(request, secrets=[TOKEN])
    refused(replace(request, url=request.url.replace("%C3%A4", "%c3%a4")))


def test_a_port_does_not_matter_to_the_signature() -> None:
    request = posted(inbound_fields())

    assert verified(
        replace(request, url=request.url.replace("bot.example", "bot.example:443")),
        secrets=[TOKEN],
    )


def test_any_of_several_tokens_verifies() -> None:
    request = posted(inbound_fields(), token="new")

    assert verified(request, secrets=["old", "new"])
    refused(request, "old", "older")
    refused(request, "")


def test_a_shared_key_signs_with_sha256() -> None:
    request = posted(inbound_fields(), token="shared", algorithm=HMAC_SHA256)

    assert verified(request, secrets=[TOKEN, "shared"])
    refused(request)


@pytest.mark.parametrize("algorithm", ["HMAC_MD5", "none", "ÿ"])
def test_an_unknown_algorithm_is_refused(algorithm: str) -> None:
    request = posted(inbound_fields())
    settings = {"x-twilio-webhooks-signature-settings": f"key=k,algorithm={algorithm}"}

    refused(replace(request, headers={**request.headers, **settings}))


@pytest.mark.parametrize(
    "url", ["https://bot.example:port/", "https://[bot/", "https://bot.example/\udcff"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    refused(replace(posted(inbound_fields()), url=url))


def test_a_flood_of_fields_is_refused_unread() -> None:
    refused(replace(posted([]), body=b"a&" * 10_000))


def test_a_signed_body_that_is_not_utf8_is_malformed() -> None:
    replaced = ImmutableMultiDict([("Body", "\ufffd")])
    for body in (b"Body=\xff", b"Body=%FF"):
        with pytest.raises(PayloadError):
            verified(signed_body(body, replaced), secrets=[TOKEN])


# Messages


def test_a_message_says_who_wrote_what_to_whom() -> None:
    assert read(inbound_fields(Body="Where is it?")) == InboundMessage(
        message_id=message_id(TWILIO, "SM0001"),
        user_id=UserId("+14155550100"),
        platform=WHATSAPP,
        conversation="direct",
        reply_to=Address(
            provider=TWILIO, account=OWN_NUMBER, peer=f"whatsapp:{ADA}", message="SM0001"
        ),
        sent_at=NOON,
        speaker="Ada",
        content=Said(text="Where is it?"),
    )


def test_a_person_may_have_no_name() -> None:
    inbound = read(inbound_fields(ProfileName=""))

    assert inbound is not None
    assert inbound.speaker is None


@pytest.mark.parametrize(
    ("sender", "user"),
    [
        ("whatsapp:+14155550100", "+14155550100"),
        ("whatsapp:US.13491208655302741918", "US.13491208655302741918"),
        ("US.13491208655302741918", "US.13491208655302741918"),
    ],
)
def test_a_person_is_a_number_or_an_id_where_it_is_hidden(sender: str, user: str) -> None:
    inbound = read(inbound_fields(From=sender))

    assert inbound is not None
    assert inbound.user_id == user
    assert inbound.reply_to.peer == sender


@pytest.mark.parametrize(
    "changed",
    [
        {"From": "+14155550100"},
        {"From": "messenger:1234"},
        {"From": "whatsapp:"},
        {"From": f"whatsapp:{OWN_NUMBER}"},
        {"Body": ""},
        {"Body": " \n"},
        {"Body": "STOP", "OptOutType": "STOP"},
        {"Body": "start", "OptOutType": "START"},
        {"Body": "HELP", "OptOutType": "HELP"},
    ],
)
def test_what_nobody_said_to_the_bot_is_ignored(changed: dict[str, str]) -> None:
    assert read(inbound_fields(**changed)) is None


def test_stop_is_a_word_where_twilio_does_not_answer_it() -> None:
    assert said(Body="STOP").text == "STOP"


@pytest.mark.parametrize(
    "changed",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM 1"},
        {"MessageSid": "S" * 65},
        {"From": ""},
        {"To": ""},
        {"NumMedia": "many"},
        {"NumMedia": "-1"},
    ],
)
def test_a_message_that_cannot_be_told_is_malformed(changed: dict[str, str]) -> None:
    with pytest.raises(PayloadError) as caught:
        read(inbound_fields(**changed, ProfileName="swordfish"))

    assert "swordfish" not in f"{caught.value}{caught.value.__cause__}"


def test_nothing_keeps_a_nul_which_the_database_refuses() -> None:
    content = said(Body="a\0b", NumMedia="1", MediaUrl0="https://api.twilio.com/\0m/1")

    assert content.text == "ab"
    assert content.media[0].url == "https://api.twilio.com/m/1"


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("/notices off", Command(name="notices", argument="off")),
        ("/HELP", Command(name="help")),
        ("/frobnicate", Command(name="frobnicate")),
    ],
)
def test_a_slash_makes_a_command_known_or_not(body: str, command: Command) -> None:
    inbound = read(inbound_fields(Body=body))

    assert inbound is not None
    assert inbound.content == command


def test_a_button_may_carry_a_command() -> None:
    inbound = read(
        inbound_fields(Body="Tidy up", ButtonText="Tidy up", ButtonPayload="/compact")
    )

    assert inbound is not None
    assert inbound.content == Command(name="compact")


def test_a_caption_is_no_command_because_its_picture_would_be_lost() -> None:
    content = said(Body="/new", NumMedia="1", MediaUrl0="https://api.twilio.com/m/1")

    assert content.text == "/new"
    assert len(content.media) == 1


def test_files_come_as_references() -> None:
    content = said(
        Body="",
        NumMedia="3",
        MediaUrl0="https://api.twilio.com/m/1",
        MediaContentType0="image/png",
        MediaUrl2="https://api.twilio.com/m/2",
    )

    assert content == Said(
        text="",
        media=(
            MediaReference(url="https://api.twilio.com/m/1", content_type="image/png"),
            MediaReference(
                url="https://api.twilio.com/m/2", content_type="application/octet-stream"
            ),
        ),
    )


def test_a_vcard_comes_as_a_reference() -> None:
    content = said(
        Body="",
        MessageType="contacts",
        NumMedia="1",
        MediaUrl0="https://api.twilio.com/m/1",
        MediaContentType0="text/vcard",
    )

    assert [one.content_type for one in content.media] == ["text/vcard"]


def test_a_place_is_readable() -> None:
    spot = {"Body": "", "MessageType": "location", "Latitude": "37.79", "Longitude": "-122.39"}

    assert said(**spot).text == "📍 37.79, -122.39"
    assert said(**spot, Label="Ferry Building", Address="1 The Embarcadero").text == (
        "📍 Ferry Building, 1 The Embarcadero, 37.79, -122.39"
    )
    assert said(**{**spot, "Body": "Here"}).text == "Here\n📍 37.79, -122.39"
    assert said(Body="Where?", Latitude="37.79").text == "Where?"


def test_a_choice_is_readable() -> None:
    assert said(Body="", ButtonText="Yes", ButtonPayload="yes-1").text == "Yes"
    assert (
        said(Body="Tea", ListId="1", ListTitle="Tea", ListDescription="Hot").text == "Tea\nHot"
    )


def test_a_reply_names_what_it_answers() -> None:
    assert said(OriginalRepliedMessageSid="SM0000").answers == message_id(TWILIO, "SM0000")


# Delivery reports


def reached(query: str = "?outbox=outbox-1", **fields: str) -> DeliveryReport | None:
    form = MultiDictProxy(
        MultiDict({"MessageSid": "SM0009", "MessageStatus": "sent", **fields})
    )
    return report(form, url=f"https://bot.example{STATUS}{query}")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", DeliveryStatus.QUEUED),
        ("scheduled", DeliveryStatus.QUEUED),
        ("queued", DeliveryStatus.QUEUED),
        ("sending", DeliveryStatus.QUEUED),
        ("sent", DeliveryStatus.SENT),
        ("delivered", DeliveryStatus.DELIVERED),
        ("partially_delivered", DeliveryStatus.DELIVERED),
        ("read", DeliveryStatus.READ),
        ("undelivered", DeliveryStatus.FAILED),
        ("failed", DeliveryStatus.FAILED),
        ("canceled", DeliveryStatus.FAILED),
    ],
)
def test_a_status_says_how_far_a_message_came(word: str, status: DeliveryStatus) -> None:
    assert reached(MessageStatus=word) == DeliveryReport(
        receipt="SM0009", status=status, outbox_id=OutboxId("outbox-1")
    )


def test_a_failure_keeps_twilios_code() -> None:
    report = reached(MessageStatus="failed", ErrorCode="63016")

    assert report is not None
    assert report.code == "63016"


@pytest.mark.parametrize("query", ["", "?outbox=", "?outbox=a%00b", f"?outbox={'x' * 65}"])
def test_a_report_may_come_without_our_id(query: str) -> None:
    report = reached(query)

    assert report is not None
    assert report.outbox_id is None


def test_a_status_of_another_kind_is_ignored() -> None:
    assert reached(MessageStatus="teleported") is None
    assert reached(MessageStatus="received") is None


@pytest.mark.parametrize("fields", [{"MessageSid": ""}, {"MessageStatus": ""}])
def test_a_report_about_nothing_is_malformed(fields: dict[str, str]) -> None:
    with pytest.raises(PayloadError):
        reached(**fields)
