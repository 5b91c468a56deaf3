"""What is left of a record that its origin restricts: docs/formats.md, *Restrictions*.

A restriction says the whole of what holds from then on; the newest number counts. Of a record that
is not here it is remembered, and holds when that comes.
"""

import json

from entente_messages import pb

REMEMBERED_MS = 60 * 86400 * 1000
FILE = "restricted.json"  # beside a record in inbox/, while something restricts it


class Restrictions:
    """Kept in the state, by origin and record hash."""

    def __init__(self, state):
        self.state = state
        self.rows = state.data.setdefault("restrictions", {})

    def of(self, origin, digest, instant_ms):
        """What holds of this record; None for nothing, or what was forgotten."""
        row = self.rows.get(f"{origin} {digest.hex()}")
        if row is None or row["until_ms"] and row["until_ms"] <= instant_ms:
            return None
        return row

    def take(self, note, here, refused_obligations, now_ms):
        """Takes a note on; True when it cannot be honoured, and closes the record."""
        before = self.of(note.origin, note.record_hash, now_ms) or {"number": 0, "obligations": []}
        if note.number > before["number"]:
            row = {"number": note.number, "processing": note.processing,
                   "ground": pb.RestrictionGround.Name(note.ground),
                   "obligations": sorted(set(before["obligations"]) | set(note.obligations)),
                   "closed": before.get("closed", False)
                             or bool(set(refused_obligations) & set(note.obligations)),
                   "until_ms": 0 if here else now_ms + REMEMBERED_MS}
            self.rows[f"{note.origin} {note.record_hash.hex()}"] = before = row
            if row["closed"]:
                self.state.recall(note.origin, note.record_hash, row["until_ms"])
            for shown in (self.state.folder / "inbox").glob("*/shown.json"):
                kept = json.loads(shown.read_text())
                if (kept["origin"], kept["record_hash"]) == (note.origin, note.record_hash.hex()):
                    self.mark(shown.parent, row)
            self.state.save()
        return before.get("closed", False)

    def came(self, folder, origin, digest, now_ms):
        """A record that was restricted before it came, and is here from now on."""
        row = self.of(origin, digest, now_ms)
        if row is not None:
            row["until_ms"] = 0
            self.mark(folder, row)

    @staticmethod
    def mark(folder, row):
        if row["processing"] or row["obligations"]:
            (folder / FILE).write_text(json.dumps(row, indent=1) + "\n")
        else:
            (folder / FILE).unlink(missing_ok=True)
