"""The API does what its OpenAPI document says, as schemathesis, which knows only that, sees it.

It asks with valid and with broken parameters, each by its own phase, and holds every answer
against the document: status, content type, headers, shape. Its seed is fixed.
"""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bot.emulator.servers.serving import serving
from storage.cursor import Cursor
from storage.database import Database
from tests.bot.admin.app import admin
from tests.bot.admin.populated import ADA, KIM, populate
from tests.builders import NOON

pytestmark = pytest.mark.slow

TOKEN = "conformity"
_CURSOR = Cursor(created_at=NOON, item_id="o1")

# A cursor has a checksum, which nobody guesses.
_ANYBODY = f"""
[parameters]
"query.cursor" = "{_CURSOR}"
"""
_ADA = f"""
[parameters]
"query.cursor" = "{_CURSOR}"
"path.handoff_id" = "{ADA.handoff_id}"
"path.trace_id" = "{ADA.trace_id}"
"path.session_id" = "{ADA.session_id}"
"path.user_id" = "{ADA.user_id}"
"path.letter_id" = "lost-{ADA.name}"

[[operations]]
include-method = "DELETE"
parameters = {{ "path.user_id" = "{KIM.user_id}" }}
"""


@pytest.mark.parametrize(
    ("known", "phases"),
    [(_ANYBODY, "coverage,fuzzing,stateful"), (_ADA, "coverage,fuzzing")],
    ids=["whatever is asked", "what is there"],
)
async def test_every_answer_is_as_the_document_says(
    database: Database, tmp_path: Path, *, known: str, phases: str
) -> None:
    await populate(database)
    config = tmp_path / "schemathesis.toml"
    config.write_text(known)

    async with serving(admin(database, token=TOKEN)) as url:
        code, told = await schemathesis(
            *("--config-file", str(config), "run", f"{url}/admin/api/v1/openapi.json"),
            *("--header", f"Authorization: Bearer {TOKEN}", "--phases", phases),
            *("--seed", "4", "--max-examples", "5", "--no-shrink", "--no-color"),
            directory=tmp_path,
        )

    assert code == 0, told


async def schemathesis(*arguments: str, directory: Path) -> tuple[int | None, str]:
    """Run it in a process of its own; give its exit code and all it said."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        *arguments,
        cwd=directory,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode, told.decode()
