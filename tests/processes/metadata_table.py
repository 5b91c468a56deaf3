"""The tables of docs/metadata.md, read: which field is said to be seen by whom."""
import re
import typing

from desk import ROOT

PAGE = "docs/metadata.md"
COLUMNS = ["what it tells", "fields", "broker", "addressee", "others"]
NAME = re.compile(r"`((?:header )?[\w-]*(?:\.\w+)?)`")


class Row(typing.NamedTuple):
    line: int
    tells: str
    fields: tuple
    broker: str  # yes, sealed, digest; makes it; –
    addressee: str
    others: str


def says_no(cell):
    """`–` alone, or with what is seen instead."""
    return cell.startswith("–")


def fields_of(cell, line):
    """`Message.field`, and `.field` of the message before it."""
    names, message = [], None
    for name in NAME.findall(cell):
        if name.startswith("."):
            assert message, f"{PAGE}:{line}: `{name}` is of no message"
            name = message + name
        elif not name.startswith("header "):
            message = name.split(".")[0]
        names.append(name)
    return tuple(names)


def read_rows(text):
    """Every row of every table. One in another form would be passed over, and is an error."""
    rows = []
    for line, content in enumerate(text.splitlines(), 1):
        if not content.startswith("|") or set(content) <= set("|-"):
            continue
        cells = [cell.strip() for cell in content.strip("|").split("|")]
        if cells == COLUMNS:
            continue
        assert len(cells) == len(COLUMNS), f"{PAGE}:{line}: a row has the columns {', '.join(COLUMNS)}"
        row = Row(line, cells[0], fields_of(cells[1], line), *cells[2:])
        assert row.broker in ("yes", "sealed", "digest", "makes it", "–"), f"{PAGE}:{line}: the broker's column says {row.broker!r}"
        assert row.fields or says_no(row.broker), f"{PAGE}:{line}: names no field"
        rows.append(row)
    return rows


class Table:
    def __init__(self, rows):
        self.rows = rows
        self._of = {}
        for row in rows:
            for field in row.fields:
                self._of.setdefault(field, []).append(row)

    @classmethod
    def of_page(cls):
        return cls(read_rows((ROOT / PAGE).read_text()))

    def fields(self):
        return set(self._of)

    def sent(self):
        """What the broker is said to be sent."""
        return {field for field, rows in self._of.items() if any(row.broker in ("yes", "sealed", "digest") for row in rows)}

    def unsent(self):
        return {field for field, rows in self._of.items() if all(says_no(row.broker) for row in rows)}

    def seen_by_others(self):
        return {field for field, rows in self._of.items() if any(not says_no(row.others) for row in rows)}

    def unseen_by_addressees(self):
        return {field for field, rows in self._of.items() if all(says_no(row.addressee) for row in rows)}
