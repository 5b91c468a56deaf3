"""One agency's node, as small as the formats allow: follows, submits, pulls, keeps its state.

State is a folder: state.json (numbers given and seen, the highest checkpoint), outbox/ (submissions
written before they are sent), receipts/ (three files for each record) and inbox/ (what was opened,
in clear: this client is for tests). A record that its origin recalls leaves inbox/, and is not kept
when it comes later; one that it restricts is marked so. Left out on purpose: policy (check 12), destruction of old keys, pair heads and
the alarms about them, the counts of recall notes.
"""

import json
import os
import pathlib
import queue
import shutil
import threading
import time

from google.protobuf import json_format
import grpc

from entente_cases import Kept
import entente_crypto as crypto
from entente_again import take_decision
from entente_checks import Checker, Opened, Seen
from entente_directory import Follower
from entente_formats import encode, lane_of, read_record, sign_statement
from entente_log import Checkpoint, check_evidence, check_receipt, tlog_proof
from entente_messages import pb, stub
from entente_notices import NOTICES, check_notice
from entente_restrictions import Restrictions
from entente_strict import Refused, parse, read, spoken_reference

ENTRIES_AT_ONCE = 256
# Refusals that pass: what is refused so stays in the outbox and is sent again.
PASSING = ("policy-held", "snapshot-behind", "below-quorum", "quota", "disk-full",
           "shutting-down")
TRY_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED,
             grpc.StatusCode.DEADLINE_EXCEEDED)
REMEMBERED_MS = 60 * 86400 * 1000  # a recall of a record that is not here


def now_ms():
    return time.time_ns() // 1_000_000


def open_channel(address, ca, certificate, key, server_name):
    """Mutual TLS. gRPC compares the server's DNS name; its URI SAN is out of reach from here."""
    files = [pathlib.Path(path).read_bytes() for path in (ca, key, certificate)]
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    if server_name:
        options.append(("grpc.ssl_target_name_override", server_name))
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(*files), options)


def refusal_of(error):
    """The entente.v1.Refusal in the details of a gRPC error, or None."""
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            for detail in pb.StatusDetails.FromString(value).details:
                if detail.type_url == "type.googleapis.com/entente.v1.Refusal":
                    return pb.Refusal.FromString(detail.value)
    return None


def write_synced(path, data):
    fresh = path.with_name("new." + path.name)
    with open(fresh, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


class State:
    """Numbers and marks that must outlive a run; written whole and synced."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        for name in ("outbox", "receipts", "inbox"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.path = self.folder / "state.json"
        self.data = json.loads(self.path.read_text()) if self.path.exists() else {}

    def save(self, **changes):
        self.data.update(changes)
        write_synced(self.path, json.dumps(self.data, indent=1, sort_keys=True).encode())

    def next_number(self):
        number = self.data.get("submission_number", 0) + 1
        self.save(submission_number=number)
        return number

    def next_pair_seq(self, recipient, lane):
        counts = self.data.setdefault("pair_seq", {})
        place = f"{recipient} {lane}"
        counts[place] = counts.get(place, 0) + 1
        self.save()
        return counts[place]

    def seen(self):
        seen = Seen()
        for origin, record_id, digest, lane, seq, index in self.data.get("seen", []):
            digest = bytes.fromhex(digest)
            seen.records[origin, bytes.fromhex(record_id)] = digest
            seen.numbers[origin, lane, seq] = (digest, index)
        for case_id, number, owner, index, digest, roles in self.data.get("memberships", []):
            kept = Kept(owner, index, bytes.fromhex(digest), roles)
            seen.cases.put(bytes.fromhex(case_id), number, kept)
        return seen

    def add_seen(self, opened, membership=None):
        row = [opened.origin, opened.header.record_id.hex(), opened.record_hash.hex(),
               lane_of(opened.header.urgency), opened.pair_seq, opened.log_index]
        rows = self.data.setdefault("seen", [])
        if row not in rows:
            rows.append(row)
            if membership:
                self.data.setdefault("memberships", []).append([
                    opened.header.case_id.hex(), opened.header.membership_number,
                    membership.owner, membership.log_index, membership.digest.hex(),
                    membership.roles])
        self.save()

    def add_sent(self, digest):
        sent = self.data.setdefault("sent", [])
        if digest.hex() not in sent:
            sent.append(digest.hex())
        self.save()

    def origin_of(self, digest, agency):
        """Whose record this is, of those received and those that the agency itself sent."""
        if digest.hex() in self.data.get("sent", []):
            return agency
        return next((row[0] for row in self.data.get("seen", []) if row[2] == digest.hex()), None)

    def inbox(self, opened):
        """Of two records of different origins under one id the second has a longer name."""
        digest = opened.record_hash.hex()
        place = self.folder / "inbox" / opened.header.record_id.hex()
        shown = place / "shown.json"
        if shown.exists() and json.loads(shown.read_text())["record_hash"] != digest:
            place = place.with_name(f"{place.name}-{digest[:32]}")
        return place

    def recall(self, origin, digest, until_ms):
        """Nothing is kept of this record of that origin any more; until 0: for good."""
        self.data.setdefault("recalled", {})[f"{origin} {digest.hex()}"] = until_ms
        for shown in (self.folder / "inbox").glob("*/shown.json"):
            kept = json.loads(shown.read_text())
            if (kept["origin"], kept["record_hash"]) == (origin, digest.hex()):
                shutil.rmtree(shown.parent)
        self.save()

    def is_recalled(self, origin, digest, instant_ms):
        until_ms = self.data.get("recalled", {}).get(f"{origin} {digest.hex()}")
        return until_ms is not None and (until_ms == 0 or instant_ms < until_ms)

    def pseudonym(self, officer):
        """HMAC of officer and a fresh entry salt under the month's key; both stay here."""
        month = time.strftime("%Y-%m", time.gmtime())
        keys = self.data.setdefault("month_keys", {})
        key = bytes.fromhex(keys.setdefault(month, os.urandom(32).hex()))
        salt = os.urandom(32)
        self.data.setdefault("entry_salts", []).append([month, officer, salt.hex()])
        self.save()
        return crypto.hmac_sha256(key, officer.encode(), salt)

    def justification(self, text):
        salt = os.urandom(32)
        self.data.setdefault("justifications", []).append([salt.hex(), text])
        self.save()
        return crypto.sha256(salt, text.encode())


class Node:
    """Follows the log of one broker and speaks for one agency."""

    def __init__(self, genesis, agency, keys, state, channel):
        self.genesis, self.agency, self.keys, self.state = genesis, agency, keys, state
        self.follower = Follower(genesis)
        self.broker = stub(channel, "Broker")
        self.mailbox = stub(channel, "Mailbox")
        self.directory_calls = stub(channel, "Directory")
        self.transparency = stub(channel, "Transparency")

    # ---- the log

    def follow(self, size=None):
        """Fetches entries until this size, or until the checkpoint given with the last ones."""
        while True:
            response = self.transparency.GetEntries(pb.GetEntriesRequest(
                **{"from": self.follower.size, "limit": ENTRIES_AT_ONCE}))
            for entry in response.entries:
                self.follower.append(entry)
            checkpoint = Checkpoint.open(response.checkpoint, self.genesis.checkpoint)
            if self.follower.size >= checkpoint.size and (size or 0) <= self.follower.size:
                break
            if not response.entries:
                raise Refused("fork", "the checkpoint is longer than the entries that come")
        self._hold(checkpoint)
        return checkpoint

    def trust(self, note):
        """Opens a checkpoint of a response and compares it with the log followed so far."""
        checkpoint = Checkpoint.open(note, self.genesis.checkpoint)
        if checkpoint.size > self.follower.size:
            self.follow(checkpoint.size)
        self._hold(checkpoint)
        return checkpoint

    def _hold(self, checkpoint):
        self.follower.check(checkpoint)
        mark = self.state.data.get("high_water", {"size": 0})
        if mark["size"] > self.follower.size:
            raise Refused("fork", f"the log was of size {mark['size']} before")
        if mark["size"] and self.follower.root_at(mark["size"]).hex() != mark["root"]:
            raise Refused("fork", "the log is not the one followed before")
        if checkpoint.size > mark["size"]:
            self.state.save(high_water={"size": checkpoint.size, "root": checkpoint.root.hex()})

    def publish(self, kind, statement, text=b""):
        response = self.directory_calls.Publish(pb.PublishRequest(
            entry_kind=kind, statement=statement, text=text))
        self.trust(response.checkpoint)
        return response.log_index

    # ---- submitting

    def queue_submission(self, officer="", justification="", **item):
        """Writes a submission to the outbox; numbers are spent even when the program dies."""
        submission = pb.Submission(number=self.state.next_number(), **item)
        if officer:
            submission.officer_pseudonym = self.state.pseudonym(officer)
            submission.justification_digest = self.state.justification(justification)
        path = self.state.folder / "outbox" / f"{submission.number:020}"
        write_synced(path, encode(submission))
        return submission.number

    def submit_waiting(self, items=("record", "notice")):
        """Sends what is in the outbox, one submission a message; yields what became of each."""
        for path in sorted((self.state.folder / "outbox").glob("[0-9]*")):
            submission = pb.Submission.FromString(path.read_bytes())
            if submission.WhichOneof("item") not in items:
                continue
            try:
                response = next(self.broker.Submit(
                    iter([pb.SubmitRequest(submissions=[submission])])), None)
            except grpc.RpcError as error:
                refusal = refusal_of(error)
                if refusal is None or error.code() in TRY_AGAIN:
                    raise
                shown = _refused(submission, refusal)
            else:
                if response is None:
                    raise Refused("shutting-down", "the broker ended the stream")
                if [result.number for result in response.results] != [submission.number]:
                    raise Refused("malformed", "results of other submissions")
                shown = self._result(submission, response)
            yield shown
            if shown.get("reason") not in PASSING:
                path.unlink()

    def _result(self, submission, response):
        result = response.results[0]
        if result.WhichOneof("outcome") != "committed":
            return _refused(submission, result.refusal)
        checkpoint = self.trust(response.checkpoint)
        evidence = result.committed
        entry, part = check_evidence(evidence, checkpoint, self.agency)
        if submission.WhichOneof("item") == "notice":
            digest = crypto.sha256(submission.notice.statement.body)
            if part.WhichOneof("event") != "notice" or part.notice.statement_digest != digest:
                raise Refused("proof-bad", "evidence of another notice")
        else:
            record, header = read_record(submission.record)
            digest = crypto.sha256(record.header)
            if part.WhichOneof("event") != "submission" or part.submission.record_hash != digest:
                raise Refused("proof-bad", "evidence of another record")
            self.follower.check_snapshot(part.submission, evidence.log_index, entry.instant_ms)
        check_receipt(self.genesis, response.receipt, checkpoint,
                      [(digest, evidence.log_index)])
        shown = {"number": submission.number, "committed": True, "log_index": evidence.log_index}
        if submission.WhichOneof("item") == "record":
            self._keep_receipt(header.record_id.hex(), evidence, response.checkpoint)
            self.state.add_sent(digest)
            shown.update(record_id=header.record_id.hex(), record_hash=digest.hex(),
                         reference=spoken_reference(header.record_id),
                         decisions=json_format.MessageToDict(part.submission).get("decisions", []))
            shown["refused"] = [decision.recipient for decision in part.submission.decisions
                                if decision.verdict == pb.VERDICT_REFUSE]
        return shown

    def _keep_receipt(self, record_id, evidence, checkpoint_note):
        stem = self.state.folder / "receipts" / record_id
        stem.with_suffix(".tlog-proof").write_bytes(tlog_proof(evidence, checkpoint_note))
        stem.with_suffix(".entry").write_bytes(evidence.entry)
        stem.with_suffix(".part").write_bytes(evidence.salt + evidence.part)

    # ---- receiving

    def receive(self, idle_seconds, refused_obligations=(), at_most=None):
        """Pulls until nothing came for a while; yields what became of each delivery."""
        outgoing, incoming = queue.Queue(), queue.Queue()
        outgoing.put(pb.PullRequest(start=pb.PullStart(max_deliveries=16)))
        call = self.mailbox.Pull(iter(outgoing.get, None))
        threading.Thread(target=_drain, args=(call, incoming), daemon=True).start()
        count = 0
        while at_most is None or count < at_most:
            try:
                response = incoming.get(timeout=idle_seconds)
            except queue.Empty:
                break
            if response is None:
                break
            if isinstance(response, Exception):
                raise response
            yield from self._take(response, outgoing, refused_obligations)
            count += len(response.deliveries)
        outgoing.put(None)
        # The broker ends the stream once it has read the acknowledgements before the end.
        try:
            while incoming.get(timeout=max(idle_seconds, 1)) is not None:
                pass
        except queue.Empty:
            call.cancel()

    def _take(self, response, outgoing, refused_obligations):
        if not response.deliveries:
            return
        checkpoint = self.trust(response.checkpoint)
        checker = Checker(self.follower, self.agency, self._living_delivery_key, self.state.seen(),
                          refused_obligations)
        acknowledged, through = {}, self.state.data.setdefault("through", {})
        for delivery in response.deliveries:
            lane = acknowledged.setdefault(delivery.lane, pb.PullAcknowledge(lane=delivery.lane))
            if delivery.WhichOneof("item") == "record":
                shown, statement = self._take_record(checker, delivery, checkpoint)
                if shown["opened"] and not shown.get("recalled"):
                    self._keep_receipt(shown["record_id"], delivery.evidence, response.checkpoint)
                    if delivery.HasField("again"):
                        name = f"{shown['record_id']}-again-{delivery.again.log_index}"
                        self._keep_receipt(name, delivery.again, response.checkpoint)
                lane.acknowledgements.append(statement)
            elif delivery.WhichOneof("item") == "notice":
                shown = self._take_notice(delivery, checkpoint, refused_obligations)
            else:
                shown = take_decision(self.follower, self.agency, delivery, checkpoint)
            last, name = delivery.mailbox_seq, pb.Lane.Name(delivery.lane)
            if last > through.get(name, 0) + 1:
                shown["alarm"] = f"{name}: {last} came after {through.get(name, 0)}"
            through[name] = max(last, through.get(name, 0))
            lane.through_seq = max(lane.through_seq, last)
            yield dict(shown, lane=name, mailbox_seq=last)
        self.state.save()
        for lane in acknowledged.values():
            outgoing.put(pb.PullRequest(acknowledge=lane))

    def _living_delivery_key(self, key_id):
        return next((key for key in self.keys.get("delivery", []) if key.id == key_id), None)

    def _take_record(self, checker, delivery, checkpoint):
        opened = Opened(delivery.evidence.log_index)
        try:
            checker.check(delivery, checkpoint, now_ms(), opened)
            refusal = ""
        except Refused as refused:
            refusal = refused.reason
            shown = {"opened": False, "reason": refusal, "text": refused.text}
            _name_refused(opened, delivery)
        else:
            recalled = self.state.is_recalled(opened.origin, opened.record_hash, now_ms())
            shown = (self._keep_nothing if recalled else self._keep_opened)(opened, delivery)
            checker.seen.add(opened)
            membership = None if recalled else checker.seen.cases.add(opened)
            self.state.add_seen(opened, membership)
        shown["log_index"] = delivery.evidence.log_index
        acknowledgement = pb.Acknowledgement(
            log_origin=self.genesis.log, record_hash=opened.record_hash, origin=opened.origin,
            recipient=self.agency, pair_seq=opened.pair_seq, log_index=opened.log_index,
            opened=not refusal, refusal=refusal, instant_ms=now_ms())
        return shown, sign_statement(self.genesis.federation, "acknowledgement", acknowledgement,
                                     self.keys["acknowledgement"][:1])

    def _keep_opened(self, opened, delivery):
        header = opened.header
        shown = {"opened": True, "record_id": header.record_id.hex(), "origin": header.origin,
                 "record_hash": opened.record_hash.hex(), "pair_seq": opened.pair_seq,
                 "reference": spoken_reference(header.record_id),
                 "kind": pb.RecordKind.Name(header.kind), "purpose": header.purpose,
                 "obligations": opened.obligations, "instruction": opened.manifest.instruction,
                 "withheld": [section_id.hex() for section_id in opened.withheld],
                 "sections": [{"section_id": section_id.hex(),
                               "labels": json_format.MessageToDict(labels),
                               "content": json_format.MessageToDict(content)}
                              for section_id, labels, content in opened.sections]}
        folder = self.state.inbox(opened)
        folder.mkdir(exist_ok=True)
        (folder / "delivery").write_bytes(delivery.SerializeToString())
        (folder / "shown.json").write_text(json.dumps(shown, indent=1) + "\n")
        Restrictions(self.state).came(folder, header.origin, opened.record_hash, now_ms())
        return shown

    def _keep_nothing(self, opened, _delivery):
        """A record whose recall came first; it may come again when that is long forgotten."""
        self.state.recall(opened.origin, opened.record_hash, 0)
        return {"opened": True, "recalled": True, "record_id": opened.header.record_id.hex(),
                "origin": opened.origin, "record_hash": opened.record_hash.hex(),
                "pair_seq": opened.pair_seq}

    def _take_notice(self, delivery, checkpoint, refused_obligations=()):
        """A notice that does not hold is an alarm; it is passed over so the lane goes on."""
        form = NOTICES.get(delivery.notice.type)
        word = form.word if form else "unknown"
        if delivery.notice.type == pb.NOTICE_TYPE_OVERRIDE:
            word = "override"
        shown = {"notice": word,
                 "log_index": delivery.evidence.log_index}
        try:
            body = check_notice(self.follower, self.agency, delivery, checkpoint)
            shown["statement"] = json_format.MessageToDict(body)
            shown["record_hash"] = getattr(body, "record_hash", b"").hex()
            if form and form.body is pb.RecallNote:
                shown.update(self._take_recall(body))
            elif form.body is pb.RestrictionNote:
                shown.update(self._take_restriction(body, refused_obligations))
        except Refused as refused:
            shown["alarm"] = str(refused)
        return shown

    def _take_recall(self, recall):
        """Closes what is here, or remembers what is to come; then the answer is queued."""
        origin = self.state.origin_of(recall.record_hash, self.agency)
        if origin not in (None, recall.origin):
            raise Refused("wrong-agency", f"a recall of a record of {origin}")
        self.state.recall(recall.origin, recall.record_hash,
                          0 if origin else now_ms() + REMEMBERED_MS)
        return {"held": origin is not None,
                "erasure": self._answer(pb.NOTICE_TYPE_ERASURE, recall)}

    def _take_restriction(self, note, refused_obligations):
        """Marks what is here, or remembers it for what is to come; then the answer is queued."""
        origin = self.state.origin_of(note.record_hash, self.agency)
        if origin not in (None, note.origin):
            raise Refused("wrong-agency", f"a restriction of a record of {origin}")
        closed = Restrictions(self.state).take(note, origin is not None, refused_obligations,
                                               now_ms())
        return {"held": origin is not None, "closed": closed, "restricted": self._answer(
            pb.NOTICE_TYPE_RESTRICTED, note, number=note.number, closed=closed)}

    def _answer(self, kind, note, **says):
        """The word of the record's recipient to its origin, into the outbox."""
        form = NOTICES[kind]
        body = form.body(log_origin=self.genesis.log, origin=note.origin, recipient=self.agency,
                         record_hash=note.record_hash, instant_ms=now_ms(), **says)
        statement = sign_statement(self.genesis.federation, form.word, body,
                                   self.keys["acknowledgement"][:1])
        return self.queue_submission(notice=pb.Notice(type=kind, statement=statement))


def _refused(submission, refusal):
    shown = {"number": submission.number, "committed": False, "reason": refusal.reason,
             "text": refusal.text}
    if refusal.HasField("log_index"):
        shown["log_index"] = refusal.log_index
    return shown


def _name_refused(opened, delivery):
    """Hash and origin for the acknowledgement of a record that could not be read so far.

    What the evidence says comes before what the record says of itself. A delivery with neither
    cannot be acknowledged: its number stays open and the lane waits for the broker.
    """
    try:
        submission = read(pb.Part, delivery.evidence.part).submission
        opened.record_hash = submission.record_hash or opened.record_hash
        opened.origin = opened.origin or submission.origin
    except Refused:
        pass
    if not opened.origin and opened.record_hash:
        opened.origin = parse(pb.RecordHeader, parse(pb.Record, delivery.record).header).origin
    if not opened.origin or not opened.record_hash:
        raise Refused("malformed", "a delivery that names no record at all")


def _drain(call, incoming):
    """Moves responses to the queue; None at the end, the error when there was one."""
    try:
        for response in call:
            incoming.put(response)
        incoming.put(None)
    except grpc.RpcError as error:
        incoming.put(None if error.code() == grpc.StatusCode.CANCELLED else error)
