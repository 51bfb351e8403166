from context.entries import Todo
from context.handoff import HandoffDocument
from context.handoff_entries import entries
from context.usage import Usage
from tests.builders import a_document


def changed(**parts: object) -> HandoffDocument:
    return HandoffDocument.model_validate({**a_document().model_dump(), **parts})


def test_all_seventeen_categories_are_taken_apart() -> None:
    made = a_document()

    assert list(entries(made)) == [name for name, _ in made.sections]


def test_entries_of_one_name_do_not_hide_each_other() -> None:
    twice = changed(todos=[Todo(text="call"), Todo(text="call", status="done")])

    assert [(one.line, one.is_open) for one in entries(twice)["todos"]] == [
        ("[open] call", True),
        ("[done] call", False),
    ]
    assert len({one.key for one in entries(twice)["todos"]}) == 2


def test_figures_within_figures_are_named_by_both() -> None:
    spent = Usage(input_tokens=1, cache_read_tokens=2, cache_write_tokens=3, output_tokens=4)
    usage = a_document().token_usage.model_copy(update={"spent": spent})

    told = [one.line for one in entries(changed(token_usage=usage))["token_usage"]]

    assert "spent output tokens: 4" in told


def test_every_line_of_a_category_that_is_told_is_an_entry() -> None:
    made = changed(
        original_request={"text": "find it", "standing_instructions": ["be brief"]},
        task_description="a refund",
        user_profile={"name": "Ada", "preferences": [{"text": "tea"}]},
    )

    told = {name: [one.line for one in found] for name, found in entries(made).items()}

    assert told["original_request"] == ["text: find it", "always: be brief"]
    assert told["task_progress"] == ["about: a refund"]
    assert told["user_profile"] == ["name: Ada", "prefers: tea"]
