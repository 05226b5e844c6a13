"""The record files of a directory as they were read, so that only those which changed since are read again."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator
from zlib import crc32

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.storage.listing import Identity, Sight
from researcher.storage.memory import recall, remember
from researcher.storage.order import Order
from researcher.storage.records import warn_of_newer
from researcher.storage.shelf import Shelf
from researcher.storage.whereabouts import same

MUCH = 2**18  # bytes; to read less than that is not worth remembering
Contents = Callable[[Iterable[str]], Iterator[tuple[str, bytes | Exception]]]


class RecordFiles:
    """Record files, each a row of a shelf, or damaged.

    Attributes:
        held: by name the row of each, or what is wrong with it.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.held: dict[str, int | str] = {}
        self._shelf = shelf
        self._identities: dict[str, Identity] = {}  # when they were read
        self._unsettled: dict[str, int] = {}  # checksums of those that may have changed since without a trace
        self._size = 0  # of all of them, in bytes
        self._fresh = 0  # bytes that were read since all was last remembered

    def read(self, sight: Sight, contents: Contents) -> list[Experiment]:
        """Bring them in line with what was seen of the files.

        Args:
            sight: the files.
            contents: gives the bytes of files by name, or why there are none: a `DamagedRecord`, or `RecordsNotFound`.

        Returns:
            The experiments that hold something else now.

        Raises:
            CannotRead: the files are on a store, which fails; what was not read will be the next time.
        """
        before, unsettled = self._identities, self._unsettled
        self._size = sight.size
        if before == sight.identities and not unsettled:
            return []  # the names in ``before`` are those of the rows, so that the others can be freed
        for name in before.keys() - sight.identities.keys():
            self.held.pop(name, None)
        changed = [name for name, found in sight.identities.items() if before.get(name) != found or name in unsettled]
        self.held.update(sight.unopened)
        checksums: dict[str, int] = {}
        grown: list[Experiment] = []
        for name, content in contents(name for name in changed if name not in sight.unopened):
            if isinstance(content, RecordsNotFound):
                self.held.pop(name, None)
                sight.identities.pop(name, None)
            elif isinstance(content, DamagedRecord):
                self.held[name] = content.reason
            elif isinstance(content, bytes):
                self._fresh += len(content)
                checksum = crc32(content) if name in unsettled or name in sight.unsettled else 0
                if name in sight.unsettled:
                    checksums[name] = checksum
                if before.get(name) != sight.identities[name] or unsettled[name] != checksum:
                    grown += self._put(name, content)
        self._identities, self._unsettled = sight.identities, checksums
        return grown

    def were_read(self, more: int) -> None:
        """So many bytes more of them were read."""
        self._fresh += more

    def recall(self, directory: str) -> Order | None:
        """Begin with what another process read of a directory, as far as the files are still the same.

        Returns:
            The rows in order; None if nothing is remembered.
        """
        found = recall(directory)
        if found is None:
            return None
        self._shelf.heads, self._shelf.summaries = found.heads, found.summaries
        self._identities = found.identities
        rows = dict(zip(found.heads.names, range(len(found.heads)), strict=True))
        self.held = {**rows, **found.damaged}
        for version in self._shelf.formats():
            warn_of_newer(version)
        return Order(self._shelf, rows)

    def remember(self, directory: str, order: Order) -> None:
        """Spare the next process the reading, if that was much.

        Args:
            directory: its whole path or URL.
            order: of those that are shown.
        """
        if self._fresh < max(MUCH, self._size // 100):
            return
        self._fresh = 0
        rows = [slot for slot in order.slots if isinstance(slot, int)]
        for row in set(self.held.values()).difference(order.slots):
            if isinstance(row, int):  # one that is hidden
                insort(rows, row, key=order.key)
        unsettled = {self.held[name] for name in self._unsettled}
        damaged = {
            name: held
            for name, held in self.held.items()
            if isinstance(held, str) and self._identities[name] and name not in self._unsettled
        }
        remember(directory, self._shelf, [row for row in rows if row not in unsettled], self._identities, damaged)

    def _put(self, name: str, content: bytes) -> list[Experiment]:
        """A file holds this from now on; one that was annotated or resumed is the same experiment, which grows."""
        before = self.held.get(name)
        try:
            row = self.held[name] = self._shelf.put(name, content)
        except ValueError as error:
            self.held[name] = str(error)
            return []
        if isinstance(before, int) and "id" in (ours := self._shelf.ours(row)):
            old = self._shelf.experiment(before)
            if same(old.ours, ours) and old.params == self._shelf.fresh(row).params:
                self._shelf.hand_over(row, old)
                return [old]
        return []
