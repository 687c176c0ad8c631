"""What one answer needs of the catalogue to put results into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.matching.costs import Payment
from app.matching.filters import Wanted
from app.matching.kept import kept
from app.matching.prices import Bills
from app.matching.shares import Rules
from app.matching.told import Memory, memory_of, venue_of, where
from app.matching.words import Voice
from app.parameters import Language
from app.search.index.snapshot import Snapshot


@dataclass(repr=False)
class Reading:
    """What one answer needs of the catalogue."""

    snapshot: Snapshot
    wanted: Wanted
    rules: Rules
    bills: Bills
    voice: Voice
    lang: Language

    @kept
    def memory(self) -> Memory:
        """What is remembered of the catalogue."""
        return memory_of(self.snapshot)

    @kept
    def payment(self) -> Payment:
        """What decides which prices hold."""
        return self.wanted.payment

    def venue(self, number: int) -> Mapping[str, Any]:
        """A venue as lists show it."""
        return venue_of(self.snapshot, self.memory, number)

    def where(self, number: int) -> str:
        """A venue's name and town, or only the town."""
        return where(self.snapshot, self.memory, number)
