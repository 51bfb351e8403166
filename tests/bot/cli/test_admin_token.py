import csv
import io
import json
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from context.messages import UserId
from storage.access import AdminTokens
from storage.audit import OPERATOR
from storage.database import Database
from tests.bot.cli.conftest import Bot
from tests.builders import USER
from tests.storage.deeds import log_of
from tests.storage.rows import PERSON, a_met_person, keep
from tests.storage.scenes import run

pytestmark = pytest.mark.usefixtures("configured")


@pytest.mark.parametrize("role", ["viewer", "admin"])
async def test_nothing_is_printed_but_the_token_and_it_works(
    database: Database, bot: Bot, role: str
) -> None:
    done = await bot("admin-token", "create", "--role", role)

    assert (done.code, done.err) == (0, "")
    assert done.out == f"{done.out.strip()}\n"
    token = await AdminTokens(database).holder(done.out.strip(), SystemClock().now())
    assert token is not None
    assert (token.role, token.expires_at) == (role, None)


async def test_a_token_may_work_for_some_days(database: Database, bot: Bot) -> None:
    done = await bot("admin-token", "create", "--role", "viewer", "--days", "7")

    token = await AdminTokens(database).holder(done.out.strip(), SystemClock().now())
    assert token is not None
    assert token.expires_at == token.created_at + timedelta(days=7)


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["--role", "owner"],
        ["--role", ""],
        ["--role", "viewer", "--days", "0"],
        ["--role", "viewer", "--days", "-1"],
        ["--role", "viewer", "--days", "1.5"],
        ["--role", "viewer", "--days", "99999999"],
    ],
    ids=" ".join,
)
async def test_a_token_of_no_kind_is_not_made(
    database: Database, bot: Bot, wrong: list[str]
) -> None:
    done = await bot("admin-token", "create", *wrong)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("bot: ")
    assert await AdminTokens(database).all() == ()


@pytest.mark.slow
async def test_tokens_are_listed_in_every_form_without_the_token(
    database: Database, bot: Bot
) -> None:
    secret = (
        await bot("admin-token", "create", "--role", "viewer", "--name", "Ada\x1b[31m")
    ).out.strip()
    (token,) = await AdminTokens(database).all()

    table = await bot("admin-token", "list")
    as_json = await bot("admin-token", "list", "--json")
    as_csv = await bot("admin-token", "list", "--csv")

    for done in (table, as_json, as_csv):
        assert done.code == 0
        assert token.token_id in done.out
        assert secret not in done.out
        assert secret.removeprefix("baton_") not in done.out
    assert "\x1b" not in table.out
    (item,) = json.loads(as_json.out)["items"]
    assert (item["token_id"], item["role"], item["works"]) == (token.token_id, "viewer", True)
    (line,) = csv.DictReader(io.StringIO(as_csv.out))
    assert line["token_id"] == token.token_id


async def test_json_and_csv_exclude_each_other(bot: Bot) -> None:
    done = await bot("admin-token", "list", "--json", "--csv")

    assert (done.code, done.out) == (2, "")


async def test_no_tokens_are_said_in_words(bot: Bot) -> None:
    done = await bot("admin-token", "list")

    assert done.out == "No tokens but ADMIN_TOKEN, if that is set.\n"


async def test_a_revoked_token_works_no_more_and_is_listed_as_such(
    database: Database, bot: Bot
) -> None:
    secret = (await bot("admin-token", "create", "--role", "admin")).out.strip()
    (token,) = await AdminTokens(database).all()

    done = await bot("admin-token", "revoke", token.token_id)
    listed = await bot("admin-token", "list")

    assert (done.code, done.out) == (0, f"Token {token.token_id} is revoked.\n")
    assert await AdminTokens(database).holder(secret, SystemClock().now()) is None
    assert "revoked" in listed.out


async def test_an_expired_token_is_listed_as_such(database: Database, bot: Bot) -> None:
    long_ago = SystemClock().now() - timedelta(days=2)
    await AdminTokens(database).create(
        "admin", now=long_ago, expires_at=long_ago + timedelta(days=1)
    )

    listed = await bot("admin-token", "list")

    assert "expired" in listed.out


async def test_an_unknown_token_cannot_be_revoked(bot: Bot) -> None:
    done = await bot("admin-token", "revoke", "nobodys")

    assert (done.code, done.out) == (1, "")
    assert done.err == "bot: there is no token nobodys\n"


@pytest.mark.slow
async def test_every_command_about_people_is_in_the_audit_log(
    database: Database, bot: Bot
) -> None:
    await keep(database, *a_met_person())

    await bot("users", "search", USER, "my secret words")
    await bot("users", "export", USER)
    await bot("handoffs", "list", "--user", USER)
    await bot("handoffs", "show", "handoff-1")
    await bot("admin-token", "revoke", "token-1")

    log = await log_of(database)
    assert sorted((one.action, one.person_id, one.subject) for one in log) == sorted(
        [
            ("bot users search", PERSON, PERSON),
            ("bot users export", PERSON, PERSON),
            ("bot handoffs list", PERSON, PERSON),
            ("bot handoffs show", None, "handoff-1"),
            ("bot admin-token revoke", None, "token-1"),
        ]
    )
    assert {(one.who, one.via, one.role) for one in log} == {(OPERATOR, "cli", None)}
    assert "secret" not in repr(log)


async def test_a_phone_number_at_the_command_line_is_not_in_the_log(
    database: Database, bot: Bot
) -> None:
    await bot("handoffs", "latest", UserId("+14155550100"))

    (entry,) = await log_of(database)
    assert "4155550100" not in repr(entry)


async def test_what_cannot_be_written_down_is_shown_all_the_same(
    database: Database, bot: Bot
) -> None:
    await run(database, "alter table audit_log rename to lost")

    done = await bot("handoffs", "list")

    assert (done.code, done.out) == (0, "No handoffs.\n")
    assert done.err == "bot: this could not be written into the audit log\n"
