"""What model calls took, summed up by what operators group them by."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import TextClause, text
from sqlalchemy.engine import RowMapping

from context.usage import Usage
from storage.cursor import Cursor
from storage.database import Database
from storage.paging import Page, page_of

LONG_PROMPT_TOKENS = 100_000
"""Calls with longer prompts are summed up apart: some models charge more for them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class GroupBy(StrEnum):
    """What usage is summed up by."""

    USER = "user"
    PLATFORM = "platform"
    AGENT_TYPE = "agent_type"
    MODEL = "model"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpend:
    """What calls of one model took.

    Attributes:
        is_long: Whether their prompts were over `LONG_PROMPT_TOKENS`.
        calls: How many, those included that were cut off and whose cost is unknown.
    """

    model: str
    is_long: bool
    calls: int
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageGroup:
    """What all calls of one group took, by model.

    Attributes:
        key: An identity of a person, a platform, an agent's type, a model, or a day in UTC
            (`2026-11-20`).
    """

    key: str
    spends: tuple[ModelSpend, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageQuestion:
    """Which calls are summed up, and by what.

    Attributes:
        since: The first moment that counts; None from the beginning.
        until: The first moment after that counts no more; None until the end.
    """

    group_by: GroupBy
    since: datetime | None = None
    until: datetime | None = None


SPEND_COLUMNS = f"""
  u.model,
  coalesce(u.input_tokens + u.cache_read_tokens + u.cache_write_tokens, 0)
    > {LONG_PROMPT_TOKENS} as is_long,
  count(*) as calls,
  coalesce(sum(u.input_tokens), 0)::bigint as input_tokens,
  coalesce(sum(u.cache_read_tokens), 0)::bigint as cache_read_tokens,
  coalesce(sum(u.cache_write_tokens), 0)::bigint as cache_write_tokens,
  coalesce(sum(u.output_tokens), 0)::bigint as output_tokens
"""
"""What `spend` reads of `model_usage u`; group by model and `is_long`."""

# A place in this list is a number and a text, as in all others: the number is tokens, or the
# day, and the text stands for the key, which may hold what no cursor does.
_BY_TOKENS = (
    "sum(input_tokens + cache_read_tokens + cache_write_tokens + output_tokens)::bigint"
)
_BY_DAY = "extract(epoch from key::date)::bigint"


@dataclass(frozen=True, slots=True)
class _Grouping:
    """How to group: by what, found where, named how, and which group comes first."""

    group: str
    joined: str = ""
    named: str = "part.key"
    rank: str = _BY_TOKENS


_GROUPINGS: Mapping[GroupBy, _Grouping] = {
    # Linking points one person at another and moves no rows.
    GroupBy.USER: _Grouping(
        "coalesce(p.linked_to, p.id)",
        joined="join person p on p.id = u.person_id",
        named="""coalesce(
          (select min(i.user_id) from identity i where i.person_id = part.key), part.key)""",
    ),
    GroupBy.PLATFORM: _Grouping("s.platform", joined="join session s on s.id = u.session_id"),
    # An agent whose first turn was lost has no row.
    GroupBy.AGENT_TYPE: _Grouping(
        "coalesce(a.agent_type, 'unknown')", joined="left join agent a on a.id = u.agent_id"
    ),
    GroupBy.MODEL: _Grouping("u.model"),
    GroupBy.DAY: _Grouping(
        "to_char(u.started_at at time zone 'UTC', 'YYYY-MM-DD')", rank=_BY_DAY
    ),
}


class UsageReport:
    """The book of model calls as operators read it, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, asked: UsageQuestion, *, limit: int, cursor: Cursor | None = None
    ) -> Page[UsageGroup]:
        """Read a page of groups: days newest first, all others by most tokens.

        Args:
            asked: Which calls, and by what.
            limit: Most groups on the page, at least 1.
            cursor: Where the page before ended; calls made since may shift the rest.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        given: dict[str, object] = {"limit": limit + 1}
        if asked.since is not None:
            given["since"] = asked.since
        if asked.until is not None:
            given["until"] = asked.until
        if cursor is not None:
            given["rank"] = (cursor.created_at - _EPOCH) // _MICROSECOND
            given["digest"] = cursor.item_id
        async with self._database.transaction() as connection:
            rows = (await connection.execute(_statement(asked, cursor), given)).mappings().all()
        spends: dict[str, list[ModelSpend]] = defaultdict(list)
        places: dict[str, Cursor] = {}
        for row in rows:
            spends[row["name"]].append(spend(row))
            at = _EPOCH + row["rank"] * _MICROSECOND
            places[row["name"]] = Cursor(created_at=at, item_id=row["digest"])
        groups = [UsageGroup(key=key, spends=tuple(found)) for key, found in spends.items()]
        return page_of(groups, limit=limit, place=lambda one: places[one.key])


def spend(row: RowMapping) -> ModelSpend:
    """Make a value of a row of `SPEND_COLUMNS`."""
    return ModelSpend(
        model=row["model"],
        is_long=row["is_long"],
        calls=row["calls"],
        usage=Usage(
            input_tokens=row["input_tokens"],
            cache_read_tokens=row["cache_read_tokens"],
            cache_write_tokens=row["cache_write_tokens"],
            output_tokens=row["output_tokens"],
        ),
    )


def _statement(asked: UsageQuestion, cursor: Cursor | None) -> TextClause:
    """Sum up by group and model, then keep the groups of one page and one more."""
    grouping = _GROUPINGS[asked.group_by]
    since = "" if asked.since is None else "and u.started_at >= :since"
    until = "" if asked.until is None else "and u.started_at < :until"
    after = "" if cursor is None else f"having ({grouping.rank}, md5(key)) < (:rank, :digest)"
    return text(
        f"""
with part as (
  select {grouping.group} as key, {SPEND_COLUMNS}
  from model_usage u {grouping.joined}
  where true {since} {until}
  group by 1, 2, 3
), page as (
  select key, {grouping.rank} as rank, md5(key) as digest
  from part group by key {after} order by 2 desc, 3 desc limit :limit
)
select part.*, {grouping.named} as name, page.rank, page.digest
from part join page on page.key = part.key
order by page.rank desc, page.digest desc, part.model, part.is_long
"""  # noqa: S608 - made of constants; what was asked goes along as parameters
    )
