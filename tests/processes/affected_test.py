#!/usr/bin/python3
"""`entente-audit affected` against a second reading of the same receipts, by the independent client's code: which records
count as received, by which decision, and what CSV, page and JSON say of each.

  tests/processes/affected_test.py --bin build/release/bin
"""
import argparse
import collections
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile

from report_test import AGENCIES, FOUNDED_MS, HOUR_MS, Maker, Page, acts_of, instant, read_receipt

from entente_log import Genesis  # noqa: E402

RELEASED = (1, 2)
Decision = collections.namedtuple("Decision", "index ms verdict withheld obligations record readers")


def decisions_for(agency, folders, genesis):
    """By sender and place of the record: its decisions about this agency, by index."""
    found = collections.defaultdict(dict)
    for path in sorted(path for folder in folders for path in folder.glob("*.tlog-proof")):
        index, _, part = read_receipt(path, genesis)
        for sender, recipient, decision in acts_of(part):
            if decision is None or recipient != agency or sender == agency:
                continue
            again = part.WhichOneof("event") == "again"
            decided = part.again.decided if again else part.submission
            place = (sender, part.again.first_index if again else index)
            withheld = " ".join(one.section_id.hex() for one in decision.withheld)
            kept = found[place].setdefault(index, Decision(index, part.instant_ms, decision.verdict, withheld,
                                                           " ".join(decision.obligations), decided.record_id.hex(), set()))
            kept.readers.add(part.reader)
    return {place: [decisions[index] for index in sorted(decisions)] for place, decisions in found.items()}


def expected(agency, folders, genesis, from_ms, until_ms):
    """(sender, decision that counts) of what was received, and of what was refused at release."""
    received, refused = [], []
    for (sender, first), decisions in decisions_for(agency, folders, genesis).items():
        if not any(from_ms <= one.ms < until_ms for one in decisions):
            continue
        newest = decisions[-1]
        had = [one for one in decisions if one.verdict in RELEASED and agency in one.readers]
        if had:
            received.append((sender, had[-1]))
        elif newest.verdict in RELEASED:
            received.append((sender, newest))
        elif newest.index != first:
            refused.append((sender, newest))
    return sorted(received, key=lambda one: (one[0], one[1].index)), sorted(refused, key=lambda one: one[1].index)


def row_of(sender, one):
    return {"sender": sender, "record_id": one.record, "log_index": str(one.index), "instant": instant(one.ms),
            "sections_withheld": one.withheld, "obligations": one.obligations}


def rows_of(records):
    """The same fields of what the program wrote, lists joined as in CSV."""
    names = row_of("", Decision(0, 0, 0, "", "", "", ()))
    return [{name: " ".join(one[name]) if isinstance(one[name], list) else str(one[name]) for name in names} for one in records]


def check(program, folder, folders, agency, from_ms, until_ms):
    genesis = Genesis.parse((folder / "genesis.toml").read_bytes())
    received, refused = expected(agency, folders, genesis, from_ms, until_ms)
    rows, apart = [row_of(*one) for one in received], [row_of(*one) for one in refused]

    def run(*words):
        got = subprocess.run([program, "affected", *folders, "--genesis", folder / "genesis.toml", "--agency", agency, "--from",
                              instant(from_ms), "--until", instant(until_ms), *words], capture_output=True, check=False)
        assert got.returncode == 0 and not got.stderr, f"exit {got.returncode}: {got.stderr.decode()}"
        return got.stdout.decode()

    told = json.loads(run("--json"))
    assert rows_of([record for origin in told["origins"] for record in origin["records"]]) == rows
    assert rows_of(told["refused_at_release"]) == apart and told["records"] == len(rows)
    assert [origin["origin"] for origin in told["origins"]] == sorted({row["sender"] for row in rows})
    table = list(csv.DictReader(io.StringIO(run("--format", "csv"), newline=""), strict=True))
    assert rows_of(table) == rows
    tables = Page.read(run("--format", "html"))
    if apart or rows:  # the page's last table: what was refused, or what came from the last origin
        last = apart or [row for row in rows if row["sender"] == rows[-1]["sender"]]
        assert [row["record_id"] for row in tables] == [row["record_id"] for row in last]
    return len(rows), len(apart)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    program = pathlib.Path(parser.parse_args().bin).resolve() / "entente-audit"
    lists = records = refused = 0
    with tempfile.TemporaryDirectory(prefix="entente-affected-") as name:
        for seed in range(2):
            folder = pathlib.Path(name) / str(seed)
            folder.mkdir()
            maker = Maker(folder, seed)
            maker.make(160)
            middle = FOUNDED_MS + (maker.now_ms - FOUNDED_MS) // HOUR_MS // 2 * HOUR_MS
            # With the agency's own folder, and where that is lost with its node.
            for agency in AGENCIES:
                others = [one for one in maker.folders() if one.name != agency]
                for folders in (maker.folders(), others):
                    for period in ((FOUNDED_MS, maker.now_ms + 1), (FOUNDED_MS, middle), (middle, maker.now_ms + 1)):
                        counts = check(program, folder, folders, agency, *period)
                        lists, records, refused = lists + 1, records + counts[0], refused + counts[1]
    assert records > 300 and refused > 10, f"only {records} records, {refused} refused"
    print(f"affected: {lists} lists, {records} records, {refused} refused at release: as the parts say")


if __name__ == "__main__":
    sys.exit(main())
