#!/usr/bin/python3
"""`entente-audit report` against a second reading of the same receipts: their parts are read here by the independent
client's code, and every line, cell and field of CSV, page and JSON is held against what they say.

  tests/processes/report_test.py --bin build/release/bin
"""
import argparse
import csv
import html.parser
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from desk import ROOT

sys.path.insert(0, str(ROOT / "tests/client"))

from entente_crypto import sha256  # noqa: E402
from entente_formats import encode  # noqa: E402
from entente_fixture import LogWriter, TestFederation, fixed_draw  # noqa: E402
from entente_log import Genesis, check_tlog_proof, part_digest, tlog_proof  # noqa: E402
from entente_messages import pb  # noqa: E402
from entente_strict import read, spoken_reference  # noqa: E402
from federation import Federation  # noqa: E402

HOUR_MS = 3_600_000
FOUNDED_MS = 1_793_577_600_000  # 2026-11-02T00:00:00Z
AGENCIES = ("AE.fiu", "BR.fiu", "CH.fiu", "DE.fiu", "FR.border", "FR.fiu", "ORG.police")
SENDER, RECIPIENT = "FR.fiu", "DE.fiu"
VERDICTS = {1: "release", 2: "release-in-part", 3: "hold", 4: "refuse"}
KINDS = {16: "submission", 17: "acknowledgement", 18: "notice", 19: "refusal", 20: "expiry", 21: "decision-again"}
LISTS = {"record_hashes", "sections_withheld", "withheld_under", "rules", "reasons", "obligations"}
NUMBERS = {"log_index", "first_index", "snapshot_number", "sender_policy_version", "recipient_policy_version",
           "sender_tree_size", "recipient_tree_size"}
COLUMNS = ["instant", "log_index", "act", "first_index", "side", "sender", "recipient", "acting_agency", "officer_pseudonym",
           "justification_digest", "record_id", "record_reference", "record_hashes", "verdict", "sections_withheld",
           "withheld_under", "rules", "reasons", "obligations", "contact", "snapshot_number", "snapshot_hash",
           "sender_policy_version", "sender_policy_digest", "recipient_policy_version", "recipient_policy_digest", "refused",
           "statement_digest", "sender_receipt", "sender_tree_size", "sender_root", "recipient_receipt",
           "recipient_tree_size", "recipient_root", "contradicted"]
# What a person reads for a code, in English.
WORDS = {"submission": "a submission", "acknowledgement": "an acknowledgement", "notice": "a notice", "refusal": "a refusal",
         "expiry": "an expiry", "decision-again": "a decision made again", "release": "released",
         "release-in-part": "released in part", "hold": "held", "refuse": "refused"}
EVIL = ["=cmd|' /C calc'!A0", "+41 22 000", "-1+1", "@SUM(A1)", " =1", "Office; =1+1", "a,\"-1\"", "<b>&amp;</b>", "\u202eabc", "\x1b[2J",
        "Office of the State, room 2-4", ""]


def digest(data):
    return f"sha256:{data.hex()}" if data else ""


def instant(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03}Z"


# ---- the second reading


def read_receipt(path, genesis):
    """Verified by the client's code: index, checkpoint, part."""
    entry = path.with_suffix(".entry").read_bytes()
    index, checkpoint = check_tlog_proof(path.read_bytes(), genesis.checkpoint, entry)
    whole = path.with_suffix(".part").read_bytes()
    assert part_digest(whole[:32], whole[32:]) in read(pb.Entry, entry).sealed.part_digests
    return index, checkpoint, read(pb.Part, whole[32:])


def acts_of(part):
    """(sender, recipient, decision) for each line that the part gives."""
    event = part.WhichOneof("event")
    if event in ("submission", "again"):
        decided = part.submission if event == "submission" else part.again.decided
        return [(part.acting_agency, decision.recipient, decision) for decision in decided.decisions]
    if event == "acknowledgement":
        own = part.reader == part.acting_agency
        return [("" if own else part.reader, part.acting_agency, None)]
    if event == "notice":
        return [(getattr(part.notice, "from"), part.notice.to, None)]
    return [(part.acting_agency, part.expiry.recipient if event == "expiry" else "", None)]


def line_of(index, part, sender, recipient, code):
    """What does not depend on who reads; lists are sets until all readers were asked."""
    event = part.WhichOneof("event")
    decided = {"submission": part.submission, "again": part.again.decided}.get(event)
    told = getattr(part, event) if event in ("refusal", "expiry") else decided
    sides = [side for side, agency in (("sender", sender), ("recipient", recipient)) if agency.split(".")[0] == code]
    line = dict.fromkeys(COLUMNS, "")
    line.update(dict.fromkeys(LISTS, ()))
    line.update(
        instant=instant(part.instant_ms), log_index=str(index), act=KINDS[part.kind], sender=sender, recipient=recipient,
        side={0: "", 1: "".join(sides), 2: "both"}[len(sides)], acting_agency=part.acting_agency,
        officer_pseudonym=part.officer_pseudonym.hex(), justification_digest=digest(part.justification_digest),
        withheld_under=set(), rules=set(), reasons=set())
    if told is not None and told.record_id:
        line.update(record_id=told.record_id.hex(), record_reference=spoken_reference(told.record_id))
    if told is not None and told.record_hash:
        line["record_hashes"] = [digest(told.record_hash)]
    if decided is not None:
        line.update(snapshot_number=str(decided.snapshot_number), snapshot_hash=digest(decided.snapshot_hash))
    if event == "again":
        line["first_index"] = str(part.again.first_index)
    elif event == "acknowledgement":
        line["record_hashes"] = [digest(one) for one in part.acknowledgement.record_hashes]
    elif event == "notice":
        line.update(act=f"notice:{part.notice.type}", statement_digest=digest(part.notice.statement_digest))
    elif event == "refusal":
        line["refused"] = part.refusal.reason
    return line


def add_reader(line, part, decision, path, checkpoint):
    side = "sender" if part.reader == line["sender"] else "recipient"
    line.update({f"{side}_receipt": str(path), f"{side}_tree_size": str(checkpoint.size), f"{side}_root": digest(checkpoint.root)})
    if decision is None:
        return
    line["verdict"] = VERDICTS[decision.verdict]
    line["sections_withheld"] = [one.section_id.hex() for one in decision.withheld]
    line["obligations"] = list(decision.obligations)
    line["rules"] |= set(decision.rules)
    line["reasons"] |= set(decision.reasons)
    line["withheld_under"] |= {f"{one.section_id.hex()}:{rule}" for one in decision.withheld for rule in one.rules}
    line["contact"] = line["contact"] or decision.contact


def add_policies(line, part, policies):
    """`policies`: by number of the state, what was in force then: a jurisdiction's version and digest."""
    if part.WhichOneof("event") not in ("submission", "again"):
        return
    for side in ("sender", "recipient"):
        version, known = policies.get(int(line["snapshot_number"]), {}).get(line[side].split(".")[0], ("", b""))
        line.update({f"{side}_policy_version": str(version), f"{side}_policy_digest": digest(known)})


def expected(folders, genesis, code, from_ms, until_ms, policies):
    lines = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.tlog-proof")):
        index, checkpoint, part = read_receipt(path, genesis)
        for sender, recipient, decision in acts_of(part):
            if code not in (sender.split(".")[0], recipient.split(".")[0]) or not from_ms <= part.instant_ms < until_ms:
                continue
            line = lines.setdefault((index, recipient, sender), line_of(index, part, sender, recipient, code))
            add_reader(line, part, decision, path, checkpoint)
            add_policies(line, part, policies)
    for line in lines.values():
        for name in ("withheld_under", "rules", "reasons"):
            line[name] = sorted(line[name])
    return [lines[key] for key in sorted(lines)]


# ---- what the program wrote


class Page(html.parser.HTMLParser):
    """The rows of the page, each a dictionary of its fields; every element closed where it was opened."""

    VOID = {"meta"}

    def __init__(self):
        super().__init__()
        self.open, self.rows, self.field, self.value, self.seen = [], [], None, False, set()

    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        given = dict(attributes)
        assert set(given) <= {"lang", "charset", "name", "content", "class", "scope"}, f"<{tag}> has {given}"
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "tbody":
            self.rows = []
        elif tag == "tr":
            self.rows.append({})
        elif tag == "div":
            self.field = given["class"]
        elif tag == "span":
            self.value = given["class"] == "value"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> out of place"
        if tag == "div":
            self.field = None
        elif tag == "span":
            self.value = False

    def handle_data(self, data):
        if self.field and self.value:
            assert self.field not in self.rows[-1], f"{self.field} twice"
            self.rows[-1][self.field] = data

    @classmethod
    def read(cls, text):
        page = cls()
        page.feed(text)
        page.close()
        assert not page.open and page.rows is not None
        assert page.seen <= {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "dl", "dt", "dd", "section", "p",
                             "table", "thead", "tbody", "tr", "th", "td", "div", "span", "ul", "li"}, page.seen
        return page.rows


def printable(text):
    return "".join(f"<U+{ord(c):04X}>" if ord(c) < 32 or ord(c) == 0x202e else c for c in text)


def check_cell(cell, value, where):
    """The same text, but for apostrophes before what would be computed; and nothing would be."""
    assert cell.replace("'", "") == printable(value).replace("'", ""), f"{where}: {cell!r}, not {value!r}"
    for start in [cell, *cell.split(";")[1:], *cell.split(",")[1:]]:
        assert start.lstrip(' "')[:1] not in ("=", "+", "-", "@"), f"{where}: {cell!r} would be computed"


def check_csv(text, lines):
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert text.endswith("\r\n") and rows[0] == COLUMNS, rows[0]
    assert len(rows) == len(lines) + 1, f"{len(rows) - 1} lines of CSV, not {len(lines)}"
    for number, (row, line) in enumerate(zip(rows[1:], lines), 1):
        for name, cell in zip(COLUMNS, row, strict=True):
            check_cell(cell, " ".join(line[name]) if name in LISTS else line[name], f"line {number}, {name}")


def check_page(text, lines):
    rows = Page.read(text)
    assert len(rows) == len(lines), f"{len(rows)} lines of the page, not {len(lines)}"
    for number, (row, line) in enumerate(zip(rows, lines), 1):
        assert set(row) == {name for name in COLUMNS if line[name]}, f"line {number}: {set(row)}"
        for name, shown in row.items():
            value, where = line[name], f"line {number}, {name}: {shown!r}"
            if name in ("reasons", "refused"):
                for code in value if name in LISTS else [value]:
                    assert code in shown, where
            elif name == "act":
                assert shown.startswith(WORDS[value.split(":")[0]]), where
            elif name in ("verdict", "side"):
                assert shown == WORDS.get(value, value), where
            else:
                assert shown == (", ".join(value) if name in LISTS else printable(value)), where


def check_json(text, lines):
    report = json.loads(text)
    assert report["sound"] and len(report["lines"]) == len(lines)
    for number, (got, line) in enumerate(zip(report["lines"], lines), 1):
        assert got.keys() - {"own_receipt_missing"} == set(COLUMNS)
        for name in COLUMNS:
            value = list(line[name]) if name in LISTS else printable(line[name])
            if name in NUMBERS:
                value = int(value) if value else None
            assert got[name] == (bool(value) if name == "contradicted" else value), f"line {number}, {name}: {got[name]!r}"


class Reporter:
    def __init__(self, program, folder):
        self.program, self.folder, self.reports, self.lines = program, folder, 0, 0
        self.tiles, self.policies = [], {}

    def run(self, folders, code, from_ms, until_ms, *words):
        got = subprocess.run([self.program, "report", *folders, "--genesis", self.folder / "genesis.toml", "--jurisdiction", code,
                              "--from", instant(from_ms), "--until", instant(until_ms), *words, *self.tiles],
                             capture_output=True, check=False)
        return got.returncode, got.stdout.decode(), got.stderr.decode()

    def check(self, folders, code, from_ms, until_ms):
        """How many lines there are, the same in each form."""
        lines = expected(folders, Genesis.parse((self.folder / "genesis.toml").read_bytes()), code, from_ms, until_ms, self.policies)
        for words, check in ((("--format", "csv"), check_csv), (("--format", "html"), check_page), (("--json",), check_json)):
            status, out, error = self.run(folders, code, from_ms, until_ms, *words)
            assert status == 0 and not error, f"exit {status}: {error}"
            check(out, lines)
            assert self.run(folders[::-1], code, from_ms, until_ms, *words)[1] == out, "not the same bytes"
            self.reports += 1
        self.lines += len(lines)
        return len(lines)


# ---- parts that were made up


class Maker:
    """Acts of every kind, drawn at random, and the receipts of every reader."""

    def __init__(self, folder, seed):
        self.folder, self.random = folder, random.Random(seed)
        self.federation = TestFederation(fixed_draw, FOUNDED_MS)
        self.log = LogWriter(self.federation, fixed_draw)
        self.log.open_all()
        self.now_ms, self.submitted = FOUNDED_MS, []
        self.policies = {len(self.log.snapshots) - 1: {"FR": (3, sha256(b"a policy\n"))}}
        (folder / "genesis.toml").write_bytes(self.federation.genesis.data)

    def new_policy(self):
        """Of France, in force at once; acts after it were decided under it."""
        version, known = 3 + len(self.policies), self.random.randbytes(32)
        body = pb.PolicyStatement(jurisdiction="FR", version=version, digest=known, in_force_ms=self.now_ms)
        statement = self.federation.sign("policy", body, "FR policy-author", "FR policy-protection")
        self.log.append_open(pb.ENTRY_KIND_POLICY, encode(statement), self.now_ms)
        self.policies[len(self.log.snapshots) - 1] = {"FR": (version, known)}

    def write_tiles(self, folder):
        """The entries alone: nothing else is needed here."""
        for start in range(0, len(self.log.entries), 256):
            entries = self.log.entries[start:start + 256]
            path = folder / f"tile/entries/{start // 256:03}{'' if len(entries) == 256 else f'.p/{len(entries)}'}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries))
        (folder / "checkpoint").write_bytes(self.log.checkpoint_note())

    def part(self, kind, reader, actor, **event):
        return pb.Part(kind=kind, instant_ms=self.now_ms, reader=reader, acting_agency=actor, officer_pseudonym=self.pseudonym,
                       justification_digest=self.justification, **event)

    def decision(self, recipient, verdict):
        pick = self.random
        ids = sorted(pick.randbytes(16) for _ in range(pick.randint(1, 3))) if verdict == 2 else []
        withheld = [pb.WithheldSection(section_id=one, rules=["OUT-8"], reasons=["withheld"]) for one in ids]
        return pb.RecipientDecision(
            recipient=recipient, verdict=verdict, withheld=withheld, rules=["OUT-1", "TREATY"],
            obligations=["delete-after:P30D", "onward:never"][:pick.randint(0, 2)] if verdict < 3 else [],
            reasons=["no-rule-allows"] if verdict > 2 else ["withheld"] * bool(withheld),
            contact=pick.choice(EVIL) if verdict > 2 else "")

    def submission(self):
        origin, *recipients = self.random.sample(AGENCIES, self.random.randint(2, 5))
        record = pb.SubmissionPart(record_id=self.random.randbytes(16), record_hash=self.random.randbytes(32), origin=origin,
                                   snapshot_number=len(self.log.snapshots) - 1, snapshot_hash=self.log.snapshots[-1])
        decisions = [self.decision(one, self.random.randint(1, 4)) for one in sorted(recipients)]
        parts = [self.submission_part(origin, record, decisions)]
        for decision in decisions:
            if decision.verdict < 3:
                parts.append(self.submission_part(decision.recipient, record, [self.own(decision)]))
                self.submitted.append((len(self.log.entries), record, decision.recipient))
        return parts

    def submission_part(self, reader, record, decisions):
        part = self.part(pb.ENTRY_KIND_SUBMISSION, reader, record.origin, submission=record)
        part.submission.decisions.extend(decisions)
        return part

    @staticmethod
    def own(decision):
        """As the recipient sees it, with a rule of its own State."""
        own = pb.RecipientDecision()
        own.CopyFrom(decision)
        own.rules[:] = sorted([*own.rules, "IN-1"])
        return own

    def again(self):
        if not self.submitted:
            return self.submission()
        first, record, recipient = self.random.choice(self.submitted)
        decision = self.decision(recipient, self.random.choice((1, 2, 4)))
        parts = []
        for reader, seen in ((record.origin, decision), (recipient, self.own(decision))):
            part = self.part(pb.ENTRY_KIND_DECISION_AGAIN, reader, record.origin, again=pb.DecisionAgainPart(first_index=first))
            part.again.decided.CopyFrom(record)
            part.again.decided.decisions.append(seen)
            parts.append(part)
        return parts

    def notice(self):
        sender, recipient = self.random.sample(AGENCIES, 2)
        kind = self.random.choice(("gap", "pair-head", "recall", "restriction"))
        told = pb.NoticePart(type=kind, to=recipient, statement_digest=self.random.randbytes(32), **{"from": sender})
        return [self.part(pb.ENTRY_KIND_NOTICE, reader, sender, notice=told) for reader in (sender, recipient)]

    def acknowledgement(self):
        recipient, *origins = self.random.sample(AGENCIES, 3)
        hashes = [self.random.randbytes(32) for _ in origins]
        own = pb.AcknowledgementPart(recipient=recipient, lane=pb.LANE_BULK, from_seq=1, through_seq=2, record_hashes=hashes)
        parts = [self.part(pb.ENTRY_KIND_ACKNOWLEDGEMENT, recipient, recipient, acknowledgement=own)]
        for origin, one in sorted(zip(origins, hashes)):
            told = pb.AcknowledgementPart(recipient=recipient, lane=pb.LANE_BULK, record_hashes=[one])
            parts.append(self.part(pb.ENTRY_KIND_ACKNOWLEDGEMENT, origin, recipient, acknowledgement=told))
        return parts

    def refusal(self):
        who = self.random.choice(AGENCIES)
        told = pb.RefusalPart(record_id=self.random.randbytes(16), record_hash=sha256(b"r"), reason="label-missing:purpose")
        return [self.part(pb.ENTRY_KIND_REFUSAL, who, who, refusal=told)]

    def expiry(self):
        sender, recipient = self.random.sample(AGENCIES, 2)
        told = pb.ExpiryPart(record_id=self.random.randbytes(16), record_hash=self.random.randbytes(32), recipient=recipient)
        return [self.part(pb.ENTRY_KIND_EXPIRY, reader, sender, expiry=told) for reader in (sender, recipient)]

    def make(self, count):
        kinds = [self.submission] * 6 + [self.again] * 2 + [self.notice, self.acknowledgement, self.refusal, self.expiry]
        for number in range(count):
            if number % 40 == 39:
                self.new_policy()
            self.now_ms += self.random.choice((0, 1, HOUR_MS))
            acts_alone = self.random.random() < 0.2  # no person does
            self.pseudonym = b"" if acts_alone else self.random.randbytes(32)
            self.justification = b"" if acts_alone else self.random.randbytes(32)
            parts = self.random.choice(kinds)()
            index = self.log.append_sealed(parts)
            for part in parts:
                self.keep(index, part)

    def keep(self, index, part):
        """As the node does; some were lost."""
        if self.random.random() < 0.2:
            return
        evidence = self.log.evidence(index, part.reader)
        stem = self.folder / part.reader / f"act-{index}"
        stem.parent.mkdir(exist_ok=True)
        stem.with_suffix(".tlog-proof").write_bytes(tlog_proof(evidence, self.log.checkpoint_note()))
        stem.with_suffix(".entry").write_bytes(evidence.entry)
        stem.with_suffix(".part").write_bytes(evidence.salt + evidence.part)

    def folders(self):
        return sorted(path for path in self.folder.iterdir() if path.name in AGENCIES)


def made_up(program, folder, seed):
    folder.mkdir()
    maker = Maker(folder, seed)
    maker.make(160)
    reporter = Reporter(program, folder)
    for code in ("AE", "CH", "DE", "FR", "ORG", "XK"):
        whole = reporter.check(maker.folders(), code, FOUNDED_MS, maker.now_ms + 1)
        middle = FOUNDED_MS + (maker.now_ms - FOUNDED_MS) // HOUR_MS // 2 * HOUR_MS
        halves = [reporter.check(maker.folders(), code, *period)
                  for period in ((FOUNDED_MS, middle), (middle, maker.now_ms + 1))]
        assert sum(halves) == whole, "a period and the next one share no line and lose none"
    assert reporter.lines > 400, f"only {reporter.lines} lines"
    maker.write_tiles(folder / "tiles")
    reporter.tiles, reporter.policies = ["--tiles", folder / "tiles"], maker.policies
    for code in ("DE", "FR"):
        reporter.check(maker.folders(), code, FOUNDED_MS, maker.now_ms + 1)
    nothing_unverified(reporter, maker)
    print(f"  {reporter.reports} reports, {reporter.lines} lines in each form: as the parts say", flush=True)


def nothing_unverified(reporter, maker):
    """One changed bit in a file of a receipt: its line goes, or its proof, and the report says so."""
    period = ("FR", FOUNDED_MS, maker.now_ms + 1)
    for path in sorted((maker.folder / "FR.fiu").iterdir())[::7]:
        good = path.read_bytes()
        changed = bytearray(good)
        changed[len(good) // 2] ^= 1
        path.write_bytes(changed)
        status, out, error = reporter.run(maker.folders(), *period, "--format", "csv")
        receipt = str(path.with_suffix(".tlog-proof"))
        assert status == 1 and receipt in error and f'"{receipt}"' not in out, f"{path}: exit {status}\n{error}"
        path.write_bytes(good)
    assert reporter.run(maker.folders(), *period, "--format", "csv")[0] == 0


def of_real_nodes(program, binaries, folder):
    federation = Federation(binaries, folder, (SENDER, RECIPIENT))
    begun = int(time.time() * 1000)
    federation.found()
    try:
        desk = federation.desk(SENDER)
        for number in range(3):
            desk.send_lead((RECIPIENT,), f"lead-{number}", int(time.time() * 1000))
        deadline = time.time() + 120
        while sum(lead.recipients[0].state == 6 for lead in desk.leads()) < 3:
            assert time.time() < deadline, "the leads do not arrive"
            time.sleep(0.3)
    finally:
        federation.stop()
    reporter = Reporter(program, folder)
    folders = [folder / agency / "data/receipts" for agency in (SENDER, RECIPIENT)]
    ended = int(time.time() * 1000) + HOUR_MS
    for code in ("FR", "DE"):
        assert reporter.check(folders, code, begun, ended) >= 3, "no line for a lead"
    lines = json.loads(reporter.run(folders, "DE", begun, ended, "--json")[1])["lines"]
    assert all(line["sender_receipt"] and line["recipient_receipt"] for line in lines), "one side's receipt is not found"
    assert all(line["officer_pseudonym"] and line["justification_digest"] for line in lines)
    subprocess.run([federation.bin / "entente-broker", "export", "--config", folder / "broker.toml", "--out", folder / "tiles", "--entries"],
                   check=True, capture_output=True)
    reporter.tiles = ["--tiles", folder / "tiles"]
    report = json.loads(reporter.run(folders, "DE", begun, ended, "--json")[1])
    assert report["given_log"]["decided"] == report["given_log"]["receipts_given"] == 3, report["given_log"]
    assert all(line["sender_policy_version"] == line["recipient_policy_version"] == 1 for line in report["lines"])
    print(f"  receipts of two real nodes: {len(lines)} lines with both proofs", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    program = pathlib.Path(options.bin).resolve() / "entente-audit"
    with tempfile.TemporaryDirectory(prefix="entente-report-") as name:
        folder = pathlib.Path(name)
        made_up(program, folder / "made", seed=1)
        of_real_nodes(program, options.bin, folder / "demo")
    print("report: passed")


if __name__ == "__main__":
    sys.exit(main())
