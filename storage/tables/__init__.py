"""The tables, as SQLModel classes; rows never leave `storage`.

Every table carries the person, so that one person's rows can be found, moved and erased.
Order within a session comes from an identity column; every id is minted by us.
"""

# So that the metadata knows every table, whichever of them is asked for.
from storage.tables import (  # noqa: F401
    access,
    agents,
    erasures,
    handoffs,
    mail,
    people,
    sessions,
    tallies,
    totals,
    transcript,
    upkeep,
)
