"""A small client of the desk service, for tests that drive many leads through real nodes."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import grpc

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def load_protos():
    """Generates the Python messages into a folder that goes with the process."""
    out = tempfile.TemporaryDirectory(prefix="entente-protos-")
    protos = sorted(str(path) for path in (ROOT / "proto/entente/v1").glob("*.proto"))
    plugin = shutil.which("grpc_python_plugin")
    subprocess.run(["protoc", f"-I{ROOT / 'proto'}", f"--python_out={out.name}", f"--grpc_python_out={out.name}",
                    f"--plugin=protoc-gen-grpc_python={plugin}", *protos], check=True)
    sys.path.insert(0, out.name)
    from entente.v1 import content_pb2, desk_inbox_pb2, desk_pb2, desk_pb2_grpc  # pylint: disable=import-error,import-outside-toplevel
    return out, desk_pb2, desk_inbox_pb2, desk_pb2_grpc, content_pb2


_HOLD, messages, received, services, contents = load_protos()


class Desk:
    """One officer at one node. Calls raise grpc.RpcError."""

    def __init__(self, demo, agency, officer):
        self._demo, self._agency, self._officer = pathlib.Path(demo), agency, officer
        self._channel = self._stub = None
        self.connect()

    def connect(self):
        certs = self._demo / "certs"
        credentials = grpc.ssl_channel_credentials(
            (certs / "ca" / f"{self._agency[:2]}.pem").read_bytes(),
            (certs / "officer" / f"{self._agency}.{self._officer}.key").read_bytes(),
            (certs / "officer" / f"{self._agency}.{self._officer}.pem").read_bytes())
        if self._channel is not None:
            self._channel.close()
        self._channel = grpc.secure_channel(f"unix:{self._demo / self._agency / 'desk.sock'}", credentials,
                                            options=[("grpc.ssl_target_name_override", "localhost"),
                                                     ("grpc.max_receive_message_length", -1)])
        self._stub = services.DeskStub(self._channel)

    def send_lead(self, recipients, reference, now_ms, seconds=5 * 86_400, urgency=2):
        section = messages.DraftSection(about=["suspect"], data=["financial"], basis="fact", essential=True)
        section.content.language = "en"
        section.content.lead_ask.measure = 1
        section.content.lead_ask.deadline_ms = now_ms + min(3600, seconds) * 1000
        section.content.lead_ask.summary = f"lead {reference}"
        story = messages.DraftSection(about=["suspect"], data=["narrative"], basis="assessment")
        story.content.language = "en"
        story.content.narrative.text = f"what is known of {reference}"
        request = messages.Draft(
            recipients=recipients, purpose="asset-recovery", handling=["H1"], evaluation="B2", urgency=urgency,
            expires_ms=now_ms + seconds * 1000, sections=[section, story], justification="a test", own_reference=reference, kind="RECORD_KIND_LEAD")
        return self._stub.Send(request, timeout=10).record_id

    def open_case(self, members, now_ms):
        return self._stub.OpenCase(messages.OpenCaseRequest(
            title="a case", members=[contents.CaseMember(agency=member, role="CASE_ROLE_INVESTIGATOR") for member in members],
            purpose="asset-recovery", handling=["H1"], evaluation="B2", expires_ms=now_ms + 30 * 86_400_000, justification="a test"),
                                   timeout=10).case_id

    def remove_from_case(self, case, member):
        self._stub.ChangeCase(messages.ChangeCaseRequest(case_id=case, remove=[member], justification="a test"), timeout=10)

    def post(self, case, text, now_ms, recipients=()):
        section = messages.DraftSection(about=["suspect"], data=["narrative"], basis="assessment", essential=True)
        section.content.language = "en"
        section.content.narrative.text = text
        return self._stub.Send(messages.Draft(
            kind="RECORD_KIND_CASE_ITEM", case_id=case, recipients=recipients, purpose="asset-recovery", handling=["H1"],
            evaluation="B2", urgency=2, expires_ms=now_ms + 5 * 86_400_000, sections=[section], justification="a test"),
                               timeout=10).record_id

    def memberships(self):
        """The number of the newest of each case."""
        return {case.case_id: case.number for case in self._stub.ListCases(messages.ListCasesRequest(), timeout=10).cases}

    def case(self, case):
        return self._stub.ShowCase(messages.ShowCaseRequest(case_id=case), timeout=10).entries

    def show(self, record):
        return self._stub.Show(received.ShowRequest(record_id=record, purpose="asset-recovery", justification="a test"), timeout=10)

    def recall(self, record):
        self._stub.Recall(messages.RecallRequest(record_id=record, ground="RECALL_GROUND_WITHDRAWN", justification="a test"),
                          timeout=10)

    def leads(self):
        return self._all(self._stub.ListRecords, messages.ListRequest(kind="RECORD_KIND_LEAD"), "records")

    def inbox(self):
        return self._all(self._stub.Inbox, received.InboxRequest(), "items")

    @staticmethod
    def _all(call, request, field):
        """Every page of a list."""
        found = []
        while True:
            response = call(request, timeout=30)
            found.extend(getattr(response, field))
            if not response.next_page:
                return found
            request.page = response.next_page

    def signing_keys(self):
        """Ids of those with which this node may sign records now."""
        from entente.v1 import desk_directory_pb2  # pylint: disable=import-error,import-outside-toplevel
        keys = self._stub.Keys(desk_directory_pb2.KeysRequest(), timeout=10).keys
        return [key.key_id for key in keys if key.use == "record-signing" and key.state == "current"]

    def status(self):
        return self._stub.Status(messages.StatusRequest(), timeout=10)
