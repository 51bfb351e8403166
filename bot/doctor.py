"""`bot doctor`: looks at all that a deployment needs, and says how to mend it.

Nothing here changes anything, and nothing that is said holds a secret.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from http import HTTPStatus

import httpx2

from bot.model.account import Account, account
from bot.model.connection import API_URL, connection
from bot.model.windows import DEFAULT_MODEL
from bot.ports import Clock
from bot.settings import Settings, read
from channels.port import ChannelKind, ChannelSettings, Checkable
from context.errors import ConfigError, ModelRefused, StoreUnavailable
from context.messages import Provider
from storage.database import Address, Database, open_database
from storage.migrate import pending_revision
from storage.server import VectorExtension, ensure_admitted, hears, server

_NOTICE_WITHIN = timedelta(seconds=3)
_ANSWER_WITHIN_S = 10.0
_SHORT_TOKEN_CHARS = 16


class Verdict(StrEnum):
    """How something was found; a NOTE is nothing wrong."""

    GOOD = "good"
    BAD = "bad"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report; `remedy` is what to do about it."""

    verdict: Verdict
    subject: str
    text: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something to look at, which may take seconds."""

    subject: str
    look: Callable[[], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the variables say.

    Attributes:
        settings: None if some of them are bad.
        channels: The variables of each channel where none is bad.
    """

    settings: Settings | None
    channels: Mapping[Provider, ChannelSettings]
    findings: tuple[Finding, ...]


def configuration(kinds: Sequence[ChannelKind]) -> Configuration:
    """Read all variables, and find each one that is bad or missing."""
    settings: Settings | None = None
    channels: dict[Provider, ChannelSettings] = {}
    faults: dict[str, str] = {}
    try:
        settings = read(Settings)
    except ConfigError as error:
        faults |= error.faults
    for kind in kinds:
        try:
            channels[kind.provider] = read(kind.settings)
        except ConfigError as error:
            faults |= error.faults
    findings = [_bad(name, fault, "mend it, or unset it") for name, fault in faults.items()]
    if not faults:
        findings.append(_good("configuration", "every variable that is set is understood"))
    if settings is not None:
        findings += _missing(settings)
    return Configuration(settings=settings, channels=channels, findings=tuple(findings))


def checks(
    settings: Settings,
    channels: Mapping[Provider, ChannelSettings],
    *,
    addresses: tuple[Address, Address] | None,
    clock: Clock,
) -> tuple[Check, ...]:
    """List what there is to look at, in order.

    Args:
        settings: The configuration.
        channels: Each channel's own variables.
        addresses: The database for pools, and for LISTEN; None if there is none.
        clock: The time.
    """
    return (
        Check(subject="database", look=partial(_database, addresses)),
        Check(subject="model", look=partial(_model, settings, clock)),
        *(
            Check(subject=provider, look=partial(_channel, provider, variables, clock=clock))
            for provider, variables in channels.items()
        ),
        Check(subject="webhooks", look=partial(_webhooks, settings.public_url)),
    )


def _good(subject: str, text: str) -> Finding:
    return Finding(verdict=Verdict.GOOD, subject=subject, text=text)


def _bad(subject: str, text: str, remedy: str) -> Finding:
    return Finding(verdict=Verdict.BAD, subject=subject, text=text, remedy=remedy)


def _note(subject: str, text: str, remedy: str | None = None) -> Finding:
    return Finding(verdict=Verdict.NOTE, subject=subject, text=text, remedy=remedy)


def _missing(settings: Settings) -> list[Finding]:
    needed = {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "ANTHROPIC_API_KEY": settings.anthropic_api_key,
    }
    found = []
    if missing := [name for name, value in needed.items() if value is None]:
        text = f"enough for `bot dev`; web and worker also need {', '.join(missing)}"
        found.append(_note("deployment", text))
    if settings.admin_token is None:
        text = (
            "without ADMIN_TOKEN only tokens made by `bot admin-token` open it (in dev: `dev`)"
        )
        found.append(_note("admin API", text))
    elif len(settings.admin_token.get_secret_value()) < _SHORT_TOKEN_CHARS:
        text = "ADMIN_TOKEN is short, so that somebody may guess it"
        found.append(_note("admin API", text, "set one of 20 random letters or more"))
    return found


async def _database(addresses: tuple[Address, Address] | None) -> list[Finding]:
    if addresses is None:
        return [_bad("database", "there is none", "set DATABASE_URL, or run `bot dev` once")]
    pooled, direct = addresses
    try:
        await ensure_admitted(pooled, variable="DATABASE_URL")
        await ensure_admitted(direct, variable="DATABASE_DIRECT_URL")
        async with open_database(pooled, connections=2) as database:
            return await _open_database(database, direct)
    except ConfigError as error:
        return [
            _bad("database", f"{name} {fault}", f"mend {name}")
            for name, fault in error.faults.items()
        ]
    except StoreUnavailable as error:
        remedy = "check DATABASE_URL, and that the server runs and may be reached from here"
        return [_bad("database", f"nobody answers ({error})", remedy)]


async def _open_database(database: Database, direct: Address) -> list[Finding]:
    postgres = await server(database)
    found = [_good("database", f"Postgres {postgres.version} answers")]
    if await pending_revision(database) is None:
        found.append(_good("schema", "is the newest"))
    else:
        found.append(_bad("schema", "is not the newest", "run `bot migrate`"))
    if postgres.vector is VectorExtension.ABSENT:
        found.append(_note("pgvector", "is not on this server: recall will be lexical"))
    else:
        found.append(_note("pgvector", f"is {postgres.vector}"))
    if await hears(direct, database, within=_NOTICE_WITHIN):
        found.append(_good("notices", "arrive, so workers start at once"))
    else:
        text = "do not arrive, so workers look for work twice a second"
        remedy = "a transaction pooler? set DATABASE_DIRECT_URL to the server's own address"
        found.append(_note("notices", text, remedy))
    return found


async def _model(settings: Settings, clock: Clock) -> list[Finding]:
    if settings.anthropic_api_key is None:
        return [_note("model", "without ANTHROPIC_API_KEY dev plays an offline stand-in")]
    names = (settings.model or DEFAULT_MODEL, *settings.model_fallbacks)
    async with connection(
        api_key=settings.anthropic_api_key.get_secret_value(),
        base_url=settings.anthropic_base_url or API_URL,
    ) as client:
        return [_judged(await account(client, names, clock=clock), names)]


def _judged(found: Account, names: Sequence[str]) -> Finding:
    if isinstance(found.refusal, ModelRefused):
        return _bad(
            "model", f"does not take the key ({found.refusal})", "check ANTHROPIC_API_KEY"
        )
    if found.refusal is not None:
        remedy = "check ANTHROPIC_BASE_URL and the network, and try again"
        return _bad("model", f"gives no answer ({found.refusal})", remedy)
    if not found.lists_models:
        return _note("model", "the server has no list of models, so the key was not tried")
    if found.unknown:
        text = f"the key may not call {', '.join(found.unknown)}"
        return _bad("model", text, "check MODEL and MODEL_FALLBACKS")
    return _good("model", f"takes the key, and knows {', '.join(names)}")


async def _channel(provider: str, variables: ChannelSettings, *, clock: Clock) -> list[Finding]:
    if missing := variables.missing():
        text = f"is not configured: {', '.join(missing)} must be set for it"
        return [_note(provider, text)]
    async with variables.open(public_url=None, now=clock.now) as channel:
        if not isinstance(channel, Checkable):
            return [_note(provider, "is configured; its credentials cannot be tried")]
        fault = await channel.refusal()
    if fault is None:
        return [_good(provider, "takes the credentials")]
    text = f"does not take the credentials ({fault})"
    return [_bad(provider, text, "compare its variables with what the platform shows")]


async def _webhooks(public_url: str | None) -> list[Finding]:
    if public_url is None:
        text = "PUBLIC_URL is not set, so whether platforms can reach us was not tried"
        return [_note("webhooks", text)]
    try:
        async with httpx2.AsyncClient(timeout=_ANSWER_WITHIN_S) as client:
            answer = await client.get(f"{public_url}/healthz")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        fault = f"no answer from PUBLIC_URL ({type(error).__name__})"
    else:
        if answer.status_code == HTTPStatus.OK and answer.text.strip() == "ok":
            return [_good("webhooks", "PUBLIC_URL leads to a bot that is alive")]
        fault = f"PUBLIC_URL does not lead to the bot (status {answer.status_code})"
    return [_bad("webhooks", fault, "start `bot web`, and let PUBLIC_URL lead to it")]
