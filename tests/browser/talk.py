"""What Ana on WhatsApp and Ben in Slack say to `bot dev`, so that operators have much to see."""

from time import monotonic, sleep

import httpx2

ANA = "+14155550100"
BEN = "T0BATON:U1BEN"

_ANSWERED_WITHIN_S = 30
_SAID = (
    "Hello! My order number is BX-48213-A, please keep it in mind. Always answer briefly.",
    "I decided to take the blue lamp instead of the red one. My dog is called <b>Rex</b>.",
    "Could you call me on Friday? And when will the parcel arrive?",
)


def talk(url: str) -> None:
    """Let both talk; Ana's window fills twice, so that her agent hands over and is rotated."""
    with httpx2.Client(base_url=f"{url}/emulator", trust_env=False, timeout=10) as client:
        for platform in ("whatsapp", "slack"):
            for text in _SAID:
                _say(client, platform, text)
        for share in (0.78, 0.92):
            _fill(client, "whatsapp", share)
        _say(client, "whatsapp", "What is my order number? The second one is CX-99077.")
        for share in (0.78, 0.96):
            _fill(client, "whatsapp", share)
        _say(client, "whatsapp", "Where is the invoice?")
        _fill(client, "slack", 0.79)


def _say(client: httpx2.Client, platform: str, text: str) -> None:
    before = _turns(client, platform)
    client.post("/write", json={"platform": platform, "text": text}).raise_for_status()
    _await_turn(client, platform, after=before)


def _fill(client: httpx2.Client, platform: str, share: float) -> None:
    before = _turns(client, platform)
    client.post("/fill", json={"platform": platform, "share": share}).raise_for_status()
    _await_turn(client, platform, after=before)


def _await_turn(client: httpx2.Client, platform: str, *, after: int) -> None:
    deadline = monotonic() + _ANSWERED_WITHIN_S
    while _turns(client, platform) <= after:
        assert monotonic() < deadline, "there was no answer"
        sleep(0.1)


def _turns(client: httpx2.Client, platform: str) -> int:
    agents = client.get("/state").raise_for_status().json()["panes"][platform]["agents"]
    return sum(agent["turns"] for agent in agents)
