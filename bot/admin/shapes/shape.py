"""What all shapes share: how they are made, what of them was said by people, and pages."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from storage.paging import Page

T = TypeVar("T")


class Shape(BaseModel):
    """A JSON object; times in it are RFC 3339 in UTC."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    def json_object(self) -> dict[str, Any]:
        """Give it as JSON would hold it."""
        return self.model_dump(mode="json")


S = TypeVar("S", bound=Shape)

Tokens = Annotated[int, Field(ge=0)]


class Listed(Shape, Generic[S]):
    """One page of a list, newest first unless its route says otherwise."""

    items: list[S]
    next_cursor: str | None = Field(
        description="Where the next page begins, to be given as `cursor`; null on the last."
    )

    @classmethod
    def of(cls, page: Page[T], shape: Callable[[T], S]) -> Self:
        """Make it of a page of stored values, each given its shape."""
        return cls(
            items=[shape(one) for one in page.items],
            next_cursor=None if page.next_cursor is None else str(page.next_cursor),
        )


class Fault(Shape):
    """Why something was not done."""

    error: str
    field: str | None = Field(default=None, description="The parameter that is wrong.")
