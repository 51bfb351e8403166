"""The receipt for a person who was erased."""

from datetime import datetime

from pydantic import Field

from bot.admin.shapes.shape import Shape
from storage.erasure import Receipt


class ErasedIdentityShape(Shape):
    """An identity that was erased, as it is remembered."""

    platform: str
    digest: str


class ReceiptShape(Shape):
    """Proof that a person was erased, without a word on who it was."""

    receipt_id: str
    erased_at: datetime
    identities: list[ErasedIdentityShape] = Field(
        description="All the person had, linked ones included."
    )
    rows: dict[str, int] = Field(description="Table → how many rows of it were the person's.")

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptShape":
        """Make it of what was done."""
        return cls.model_validate(receipt)
