"""Where nobody listens nothing is told; names are those of the conventions."""

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv.attributes import error_attributes, http_attributes

from bot import spans
from bot.spans import Place


def test_a_span_that_nobody_listens_to_does_nothing() -> None:
    with spans.span("work", {"a": 1}, at=Place("turn", "t")) as told:
        told.note({"b": 2})
        told.fail("reason")

    with spans.span("more work", {}) as other:
        assert other is told  # one for all: nothing is made


def test_names_are_those_of_the_semantic_conventions() -> None:
    conventions = {
        value
        for module in (gen_ai_attributes, http_attributes, error_attributes)
        for name, value in vars(module).items()
        if name.isupper()
    }
    ours = {
        value
        for name, value in vars(spans).items()
        if name.isupper() and isinstance(value, str) and not value.startswith("baton.")
    }

    assert len(ours) > 15
    assert ours <= conventions
