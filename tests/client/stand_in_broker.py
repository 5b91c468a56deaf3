"""A broker for the tests of the client: gRPC with mutual TLS, a log in memory, no policy.

It decides as the test tells it: `withhold` names section numbers, `refuse` recipients; `tamper` may
change a delivery on its way. It believes every caller that its certificate names.
"""

from concurrent import futures
import pathlib
import queue
import subprocess
import threading
import time

import grpc

from entente_crypto import sha256
from entente_formats import encode, record_hash, strip_record
from entente_messages import methods, pb
from entente_notices import NOTICES

ENTRIES_AT_ONCE = 3


def make_certificates(folder, federation, agencies):
    """A throw-away authority, the broker's certificate and one for each agency."""
    folder = pathlib.Path(folder)
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)
    names = {"broker": f"DNS:localhost,URI:spiffe://{federation}/broker/broker-1"}
    for agency in agencies:
        country, name = agency.split(".")
        names[agency] = f"URI:spiffe://{federation}/agency/{country}/{name}"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj",
            "/CN=test authority")
    for name, san in names.items():
        (folder / "san.cnf").write_text(f"subjectAltName={san}\n")
        openssl("req", *curve, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                f"/CN={name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", "san.cnf", "-out", f"{name}.pem")


class StandInBroker:
    def __init__(self, log, certificates):
        self.log, self.lock = log, threading.Lock()
        self.mailboxes, self.acknowledged, self.statements = {}, {}, []
        self.withhold, self.refuse, self.tamper = {}, set(), None
        self.refusal = self.notice_refusal = None
        self.server = grpc.server(futures.ThreadPoolExecutor(8))
        for service in ("Broker", "Mailbox", "Directory", "Transparency"):
            self.server.add_generic_rpc_handlers((self._handler(service),))
        folder = pathlib.Path(certificates)
        key, chain, ca = ((folder / name).read_bytes()
                          for name in ("broker.key", "broker.pem", "ca.pem"))
        credentials = grpc.ssl_server_credentials([(key, chain)], ca, True)
        self.port = self.server.add_secure_port("127.0.0.1:0", credentials)
        self.server.start()

    def _handler(self, service):
        handlers = {}
        for name, _, request, response, streaming in methods(service):
            make = (grpc.stream_stream_rpc_method_handler if streaming
                    else grpc.unary_unary_rpc_method_handler)
            handlers[name] = make(getattr(self, f"_{name}"),
                                  request_deserializer=request.FromString,
                                  response_serializer=response.SerializeToString)
        return grpc.method_handlers_generic_handler(f"entente.v1.{service}", handlers)

    def stop(self):
        self.server.stop(0).wait()

    @staticmethod
    def _caller(context):
        for name in context.auth_context()["x509_subject_alternative_name"]:
            parts = name.decode().split("/")
            if parts[0] == "spiffe:" and parts[3] == "agency":
                return f"{parts[4]}.{parts[5]}"
        return ""

    def _instant(self):
        return time.time_ns() // 1_000_000

    # ---- Transparency and Directory

    def _GetCheckpoint(self, _request, _context):
        return pb.GetCheckpointResponse(checkpoint=self.log.checkpoint_note())

    def _GetConsistency(self, _request, _context):
        return pb.GetConsistencyResponse()

    def _GetText(self, _request, _context):
        return pb.GetTextResponse()

    def _GetEntries(self, request, _context):
        with self.lock:
            begin = getattr(request, "from")
            entries = self.log.entries[begin:begin + min(request.limit, ENTRIES_AT_ONCE)]
            return pb.GetEntriesResponse(entries=entries, checkpoint=self.log.checkpoint_note())

    def _Publish(self, request, context):
        if self.refusal:
            status = pb.StatusDetails(code=9, message="refused")
            detail = status.details.add()
            detail.type_url = "type.googleapis.com/entente.v1.Refusal"
            detail.value = encode(pb.Refusal(reason=self.refusal))
            context.set_trailing_metadata((("grpc-status-details-bin", encode(status)),))
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "refused")
        with self.lock:
            index = self.log.append_open(request.entry_kind, encode(request.statement),
                                         self._instant())
            return pb.PublishResponse(log_index=index, checkpoint=self.log.checkpoint_note())

    # ---- Broker

    def _Submit(self, requests, context):
        caller = self._caller(context)
        for request in requests:
            with self.lock:
                yield self._commit(caller, request)

    def _commit(self, caller, request):
        committed, items = [], []
        for submission in request.submissions:
            item = submission.WhichOneof("item")
            reason = self.refusal if item == "record" else self.notice_refusal
            if reason:
                refusal = pb.Refusal(reason=reason)
                return pb.SubmitResponse(results=[pb.SubmissionResult(number=submission.number,
                                                                      refusal=refusal)])
            take = self._take_record if item == "record" else self._take_notice
            digest, index = take(caller, submission)
            committed.append((submission.number, index))
            items.append((digest, index))
        results = [pb.SubmissionResult(number=number, committed=self.log.evidence(index, caller))
                   for number, index in committed]
        return pb.SubmitResponse(results=results, checkpoint=self.log.checkpoint_note(),
                                 receipt=self.log.receipt(items))

    def _take_record(self, caller, submission):
        record = pb.Record.FromString(submission.record)
        header, digest = pb.RecordHeader.FromString(record.header), record_hash(record.header)
        decisions = [self._decide(record, access.recipient) for access in record.access]
        index = self.log.append_sealed(self.log.submission_parts(header, digest, decisions,
                                                                 self._instant()))
        for decision in decisions:
            if decision.verdict == pb.VERDICT_REFUSE:
                continue
            withheld = [section.section_id for section in decision.withheld]
            delivery = pb.Delivery(record=strip_record(record, decision.recipient, withheld))
            if withheld:
                delivery.withholding_note.CopyFrom(
                    self.log.withholding_note(digest, decision, index))
            lane = (pb.LANE_URGENT if header.urgency == pb.URGENCY_URGENT else pb.LANE_BULK)
            self._put(decision.recipient, lane, index, delivery)
        return digest, index

    def _decide(self, record, recipient):
        if recipient in self.refuse:
            return pb.RecipientDecision(recipient=recipient, verdict=pb.VERDICT_REFUSE,
                                        rules=["x.in.1"], reasons=["test"])
        ids = sorted(record.sections[number].section_id
                     for number in self.withhold.get(recipient, ()))
        verdict = pb.VERDICT_RELEASE_IN_PART if ids else pb.VERDICT_RELEASE
        return pb.RecipientDecision(
            recipient=recipient, verdict=verdict, obligations=["log-access"],
            withheld=[pb.WithheldSection(section_id=i, rules=["x.out.1"]) for i in ids])

    def _take_notice(self, caller, submission):
        notice = submission.notice
        form, digest = NOTICES[notice.type], sha256(notice.statement.body)
        note = form.body.FromString(notice.statement.body)
        reader = getattr(note, form.reader)
        part = {"kind": pb.ENTRY_KIND_NOTICE, "instant_ms": self._instant(),
                "acting_agency": caller, "notice": pb.NoticePart(
                    type=form.word, to=reader, statement_digest=digest, **{"from": caller})}
        index = self.log.append_sealed([pb.Part(reader=name, **part) for name in (caller, reader)])
        lane = (note.lane if form.word == "gap" else
                pb.LANE_URGENT if form.word in ("recall", "restriction") else pb.LANE_BULK)
        self._put(reader, lane, index, pb.Delivery(notice=notice))
        return digest, index

    # ---- Mailbox

    def _put(self, reader, lane, index, delivery):
        box = self.mailboxes.setdefault(reader, [])
        delivery.lane = lane
        delivery.mailbox_seq = 1 + sum(1 for _, waiting in box if waiting.lane == lane)
        box.append((index, delivery))

    def _Pull(self, requests, context):
        """Everything not acknowledged, urgent first, at the start; then waits for the end."""
        caller, inbox = self._caller(context), queue.Queue()
        def read_requests():
            for request in requests:
                if request.HasField("acknowledge"):
                    with self.lock:
                        self._acknowledge(caller, request.acknowledge)
            inbox.put(None)
        threading.Thread(target=read_requests, daemon=True).start()
        with self.lock:
            response = self._waiting(caller)
        if response.deliveries:
            yield response
        inbox.get()

    def _waiting(self, caller):
        done = self.acknowledged.get(caller, {})
        response = pb.PullResponse(checkpoint=self.log.checkpoint_note())
        waiting = sorted(self.mailboxes.get(caller, []), key=lambda item: item[1].lane)
        for index, delivery in waiting:
            if delivery.mailbox_seq > done.get(delivery.lane, 0):
                sent = response.deliveries.add()
                sent.CopyFrom(delivery)
                sent.evidence.CopyFrom(self.log.evidence(index, caller))
                if self.tamper:
                    self.tamper(sent)
        return response

    def _acknowledge(self, caller, acknowledge):
        done = self.acknowledged.setdefault(caller, {})
        since, done[acknowledge.lane] = done.get(acknowledge.lane, 0), acknowledge.through_seq
        for statement in acknowledge.acknowledgements:
            self.statements.append(statement)
            body = pb.Acknowledgement.FromString(statement.body)
            event = {"recipient": caller, "lane": acknowledge.lane,
                     "record_hashes": [body.record_hash]}
            own = {"from_seq": since + 1, "through_seq": acknowledge.through_seq}
            index = self.log.append_sealed([
                pb.Part(kind=pb.ENTRY_KIND_ACKNOWLEDGEMENT, instant_ms=self._instant(),
                        reader=reader, acting_agency=caller,
                        acknowledgement=pb.AcknowledgementPart(**event, **more))
                for reader, more in ((body.origin, {}), (caller, own))])
            notice = pb.Notice(type=pb.NOTICE_TYPE_ACKNOWLEDGEMENT, statement=statement)
            self._put(body.origin, pb.LANE_BULK, index, pb.Delivery(notice=notice))
