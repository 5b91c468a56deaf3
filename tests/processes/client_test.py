#!/usr/bin/python3
"""The independent client (tests/client/, Python, written from docs/formats.md alone) in a federation of real
processes: two agencies have no node of ours, the client speaks for them over the real wire.

  tests/processes/client_test.py --bin build/release/bin --hostile build/release/tests/hostile-broker
"""
import argparse
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from federation import Federation, OFFICER
from desk import ROOT

NODES = ("FR.fiu", "DE.fiu")  # by entente-node
CLIENTS = ("NL.fiu", "CH.fiu")  # by the client
PURPOSE = "asset-recovery"
NL_OBLIGATIONS = ["no-judicial-use-without-consent", "onward:with-consent", "use-only-for-stated-purpose"]


def expect(held, what):
    if not held:
        raise AssertionError(what)
    print(f"  yes: {what}", flush=True)


def until(what, condition, seconds=30):
    deadline = time.time() + seconds
    while not condition():
        if time.time() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.2)
    print(f"  yes: {what}", flush=True)


class Mixed(Federation):
    """Nodes for NODES; for CLIENTS keys, admission and policy, but no process."""

    def __init__(self, options, demo):
        super().__init__(options.bin, demo, NODES)
        self.broker = None

    def found(self):
        everyone = NODES + CLIENTS
        script = (f"set -euo pipefail; cd {ROOT}; source deploy/say; source deploy/demo-data/federation; bin={self.bin}; "
                  f"AGENCIES='{' '.join(everyone)}'; JURISDICTIONS='{' '.join(name[:2] for name in everyone)}'; "
                  f"QUORUM=; make_federation {self.demo}; start_broker; found_federation; "
                  f"AGENCIES='{' '.join(NODES)}'; for a in $AGENCIES; do start_node $demo $a; done; wait_ready; "
                  "echo $broker_address >$demo/broker/address")
        subprocess.run(["bash", "-c", script], check=True)
        self.pids = {name: int((self.demo / name / "pid").read_text()) for name in ("broker", *NODES)}
        self.broker = (self.demo / "broker/address").read_text().strip()
        for agency in CLIENTS:
            keys = self.demo / agency / "client-keys"
            keys.mkdir()
            shutil.copy(self.demo / agency / "node-keys/identity.key", keys)

    def restart_broker(self, program, **environment):
        self.kill("broker")
        self.broker_program, self.environment = pathlib.Path(program).resolve(), environment
        self.start("broker")
        for agency in NODES:
            until(f"{agency} is connected to it", lambda agency=agency: self.desk(agency).status().broker_connected)

    # ---- the client

    def client(self, agency, command, *more, status=0):
        """Runs the client for an agency; its result lines."""
        demo, certs = self.demo, self.demo / "certs"
        network = ["--genesis", demo / "genesis.toml", "--agency", agency, "--broker", self.broker,
                   "--certificate", certs / f"agency/{agency}.pem", "--tls-key", certs / f"agency/{agency}.key",
                   "--ca", certs / "ca/broker.pem", "--state", demo / agency / "client"]
        if command == "keygen":
            network = []
        if command != "verify":
            network += ["--keys", demo / agency / "client-keys"]
        else:
            network = ["--genesis", demo / "genesis.toml"]
        ran = subprocess.run(["/usr/bin/python3", ROOT / "tests/client/entente_client.py", command, *network, *more],
                             capture_output=True, text=True, check=False)
        if ran.returncode != status:
            raise AssertionError(f"client {command} of {agency}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return [json.loads(line) for line in ran.stdout.splitlines()]

    def receive(self, agency, status=0):
        return self.client(agency, "receive", "--idle", "2", status=status)

    def send(self, agency, draft):
        path = self.demo / agency / "draft.json"
        path.write_text(json.dumps(draft))
        result, = self.client(agency, "send", "--draft", path, "--officer", OFFICER[agency], "--justification", "a test")
        return result

    # ---- the officers of the nodes

    def entente(self, agency, *arguments):
        """Runs `entente --json` as the agency's officer."""
        config = self.demo / agency / "officers" / f"{OFFICER[agency]}.toml"
        ran = subprocess.run([self.bin / "entente", "--json", *arguments], capture_output=True, text=True, check=False,
                             env={**os.environ, "ENTENTE_CONFIG": str(config)})
        if ran.returncode != 0:
            raise AssertionError(f"entente {' '.join(map(str, arguments))}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return json.loads(ran.stdout)

    def in_inbox(self, agency, record_id):
        return any(item["record_id"] == record_id for item in self.entente(agency, "inbox").get("items", []))

    def show(self, agency, record_id):
        return self.entente(agency, "show", record_id, "--purpose", PURPOSE, "--justification", "a test")

    def state(self, record_id, recipient):
        """What France's desk says of a recipient of one of its leads."""
        for lead in self.entente("FR.fiu", "lead", "list").get("records", []):
            if lead["record_id"] == record_id:
                row, = [row for row in lead["recipients"] if row["recipient"] == recipient]
                return row["state"].removeprefix("RECIPIENT_STATE_")
        return ""

    def audit(self, receipts):
        ran = subprocess.run([self.bin / "entente-audit", "verify-receipt", receipts, "--genesis", self.demo / "genesis.toml"],
                             capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            raise AssertionError(f"entente-audit {receipts}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return len(list(receipts.glob("*.tlog-proof")))


# ---- the steps; what one leaves for the next stands in `world`


def publish(world):
    for agency in CLIENTS:
        world.client(agency, "keygen")
        published, = world.client(agency, "publish", "--own")
        expect(published["published"] == "keys", f"the broker logs the key statement that the client signed for {agency}")
    for node in NODES:
        until(f"{node}'s node has verified the keys of both", lambda node=node: len(NODES + CLIENTS) == sum(
            agency.get("has_delivery_key", False) for agency in world.entente(node, "agency", "list")["agencies"]))
    followed, = world.client("NL.fiu", "follow")
    expect(followed["alarms"] == [] and {"FR.fiu", "DE.fiu"} <= {key["owner"] for key in followed["keys"]},
           "the client has verified every statement of the log, the nodes' own among them")


def client_sends(world):
    text = "Drei Überweisungen in einer Woche."
    sent = world.send("NL.fiu", {
        "kind": "lead", "purpose": PURPOSE, "handling": ["H1"], "evaluation": "B2", "days": 5,
        "recipients": [{"agency": agency, "instrument": "FIU-UNION-2024", "obligations": NL_OBLIGATIONS,
                        "instruction": "Call before you act."} for agency in NODES],
        "sections": [
            {"about": ["suspect"], "data": ["financial"], "essential": True, "content": {
                "language": "de", "leadAsk": {"measure": "LEAD_MEASURE_MONITOR", "reference": "NL-7", "summary": "Watch it",
                                              "deadlineMs": str(int(time.time() * 1000) + 3_600_000)}}},
            {"about": ["suspect"], "data": ["narrative"], "basis": "assessment",
             "content": {"language": "de", "narrative": {"text": text}}}]})
    expect(sent["committed"] and not sent["refused"], "the broker commits the client's lead, under its receipt")
    for node in NODES:
        until(f"it is in the inbox of {node}", lambda node=node: world.in_inbox(node, sent["record_id"]))
        shown = world.show(node, sent["record_id"])
        texts = [section["content"]["narrative"]["text"] for section in shown["sections"] if "narrative" in section["content"]]
        expect(texts == [text] and shown["instruction"] == "Call before you act." and not shown.get("withheld"),
               f"`entente show` at {node} has its text, and the instruction of the sealed manifest")
        expect(set(NL_OBLIGATIONS) - set(shown["obligations"]) <= {"onward:with-consent"}, "and its obligations")
        expect(not world.desk(node).status().alarms, f"no alarm stands at {node}")
    heard = {line["statement"]["recipient"]: line["statement"] for line in world.receive("NL.fiu")
             if line.get("notice") == "acknowledgement"}
    expect(set(heard) == set(NODES) and all(told["opened"] for told in heard.values()),
           "the client has verified both nodes' acknowledgements")
    return sent


def node_sends(world):
    """A lead of France's node to a node and to both clients; the record id."""
    answer = world.entente("FR.fiu", "lead", "send", "--draft", ROOT / "deploy/demo-data/lead.toml", "--to",
                           "DE.fiu,NL.fiu,CH.fiu", "--justification", "a test")
    record_id = answer["record_id"]
    until("the lead of France is logged", lambda: world.state(record_id, "NL.fiu") == "LOGGED")
    return record_id


def client_opens(world):
    record_id = node_sends(world)
    got = {agency: [line for line in world.receive(agency) if "record_id" in line] for agency in CLIENTS}
    expect(all([line["record_id"] for line in lines] == [record_id] and lines[0]["opened"] for lines in got.values()),
           "the client opens it for the Netherlands and for Switzerland")
    whole, part = got["NL.fiu"][0], got["CH.fiu"][0]
    subjects = [section["content"]["subjects"]["subjects"] for section in whole["sections"] if "subjects" in section["content"]]
    expect(len(whole["sections"]) == 5 and subjects[0][0]["account"]["holder"] == "Exemplo Comércio Ltda",
           "all five sections of the draft are there, with the accounts")
    expect(len(part["sections"]) == 4 and len(part["withheld"]) == 1 and "shelter" not in json.dumps(part),
           "Switzerland's lacks the victim's section, under a withholding note that holds")
    for agency in CLIENTS:
        until(f"France's desk says DELIVERED for {agency}", lambda agency=agency: world.state(record_id, agency) == "DELIVERED")
        expect(world.receive(agency) == [], "nothing comes a second time")
    return record_id, whole["record_hash"]


def client_answers(world, record_id, record_hash):
    world.send("NL.fiu", {
        "kind": "answer", "purpose": PURPOSE, "handling": ["H1"], "evaluation": "B2", "urgency": "urgent", "days": 5,
        "recipients": [{"agency": "FR.fiu", "instrument": "FIU-UNION-2024", "obligations": NL_OBLIGATIONS,
                        "in_reply_to": record_hash}],
        "sections": [{"about": ["suspect"], "data": ["financial", "narrative"], "essential": True, "content": {
            "language": "en", "leadAnswer": {
                "taken": True, "reason": "Blocked this morning", "reference": "NL-8", "number": 1, "measures": [{
                    "number": 1, "measure": "LEAD_MEASURE_SUSPEND", "on": "NL91ABNA0417164300", "from_ms": "1764000000000",
                    "held": {"amount": "310500.50", "currency": "EUR"}, "status": "MEASURE_STATUS_IN_FORCE",
                    "since_ms": "1764000000000"}]}}}]})
    until("France's desk says TAKEN after the client's answer", lambda: world.state(record_id, "NL.fiu") == "TAKEN")
    standing, = world.entente("FR.fiu", "lead", "show", record_id, "--justification", "a test")["standings"]
    expect(standing["measures"][0]["measure"]["held"]["amount"] == "310500.50" and not standing["contradictions"],
           "France's desk shows what the client's answer holds")


def receipts_verify(world):
    for agency, held in (("NL.fiu", 3), ("CH.fiu", 1)):
        expect(world.audit(world.demo / agency / "client/receipts") == held,
               f"entente-audit verifies the client's receipts of {agency}, sent and received ({held})")
    proofs = sorted((world.demo / "FR.fiu/data/receipts").glob("*.tlog-proof"))
    for proof in proofs:
        world.client("FR.fiu", "verify", "--proof", proof)
    expect(len(proofs) >= 3, f"the client verifies the receipts of France's node ({len(proofs)})")


ONWARD = """draft = "information/1"
purpose = "asset-recovery"
handling = ["H2"]
evaluation = "B2"
expires = "P5D"
obtained_from = ["{state}"]
[[section]]
about = ["suspect"]
data = ["narrative"]
basis = "fact"
text = "What another State gave."
"""


def france_passes_on(world, state, to, consent):
    draft = world.demo / f"onward-{state}.toml"
    draft.write_text(ONWARD.format(state=state))
    return world.entente("FR.fiu", "information", "send", "--draft", draft, "--to", to, "--consent", consent, "--justification",
                         "a test")["record_id"]


def client_consents(world, given):
    """What the Netherlands gave France goes on to Germany with a consent that the client signs."""
    consent = world.send("NL.fiu", {
        "kind": "consent", "purpose": PURPOSE, "handling": ["H1"], "evaluation": "B2", "days": 5,
        "recipients": [{"agency": "FR.fiu", "instrument": "FIU-UNION-2024", "obligations": NL_OBLIGATIONS}],
        "sections": [{"about": ["suspect"], "data": ["narrative"], "essential": True, "text": "To Germany alone.", "consent": {
            "holder": "FR.fiu", "recipient": "DE.fiu", "purpose": PURPOSE, "instrument": "FIU-UNION-2024", "about": ["suspect"],
            "data": ["narrative"], "record": base64.b64encode(bytes.fromhex(given["record_hash"])).decode(),
            "untilMs": str(int(time.time() * 1000) + 3_600_000), "obligations": NL_OBLIGATIONS}}]})
    until("the client's consent is at France's node", lambda: world.in_inbox("FR.fiu", consent["record_id"]))
    shown = world.show("FR.fiu", consent["record_id"])["sections"][0]
    expect(shown["consent"]["recipient"] == "DE.fiu" and shown["content"]["consent"]["text"] == "To Germany alone.",
           "`entente show` says what it lets go")
    record_id = france_passes_on(world, "NL", "DE.fiu", consent["record_id"])
    until("Germany's node has verified it", lambda: world.in_inbox("DE.fiu", record_id))


def client_verifies_consents(world):
    """What Germany gave France goes on to the Netherlands, where the client verifies Germany's consent."""
    original = world.entente("DE.fiu", "lead", "send", "--draft", ROOT / "deploy/demo-data/lead.toml", "--to", "FR.fiu",
                             "--justification", "a test")["record_id"]
    until("Germany's lead is at France's node", lambda: world.in_inbox("FR.fiu", original))
    until("and Germany's desk knows it", lambda: any(
        lead["record_id"] == original and lead["recipients"][0]["state"] == "RECIPIENT_STATE_DELIVERED"
        for lead in world.entente("DE.fiu", "lead", "list")["records"]))
    consent = world.entente("DE.fiu", "consent", "give", original, "--holder", "FR.fiu", "--for", "NL.fiu", "--purpose", PURPOSE,
                            "--about", "suspect", "--data", "narrative", "--until", "P3D", "--justification", "a test")["record_id"]
    until("its consent too", lambda: world.in_inbox("FR.fiu", consent))
    record_id = france_passes_on(world, "DE", "NL.fiu", consent)
    until("the record is logged", lambda: any(
        one["record_id"] == record_id and one["recipients"][0]["state"] == "RECIPIENT_STATE_LOGGED"
        for one in world.entente("FR.fiu", "information", "list")["records"]))
    got, = [line for line in world.receive("NL.fiu") if line.get("record_id") == record_id]
    expect(got["opened"] and "onward:with-consent" in got["obligations"], "the client opens it, and takes on what it obliges to")


def tampered(world, hostile, lie, reason):
    """The broker, with one altered step, changes what it delivers to the Netherlands."""
    world.restart_broker(hostile, HOSTILE=lie, HOSTILE_TO="NL.fiu")
    record_id = node_sends(world)
    got, = [line for line in world.receive("NL.fiu", status=1) if "opened" in line]
    expect(got["opened"] is False and got["reason"] == reason and "sections" not in got, f"the client refuses it: {reason}")
    until("France's desk says NOT_OPENED", lambda: world.state(record_id, "NL.fiu") == "NOT_OPENED")


def run(options, demo):
    world = Mixed(options, demo)
    print("1. The client publishes its keys.", flush=True)
    world.found()
    publish(world)
    print("2. It sends a lead to two nodes.", flush=True)
    given = client_sends(world)
    print("3. A node sends it a lead.", flush=True)
    record_id, record_hash = client_opens(world)
    print("4. It answers.", flush=True)
    client_answers(world, record_id, record_hash)
    print("5. The receipts.", flush=True)
    receipts_verify(world)
    print("6. Consents.", flush=True)
    client_consents(world, given)
    client_verifies_consents(world)
    print("7. A broker that takes a section away, or alters a label.", flush=True)
    tampered(world, options.hostile, "strip-section", "proof-bad")
    tampered(world, options.hostile, "alter-label", "bad-signature")
    world.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--hostile", default="build/release/tests/hostile-broker")
    options = parser.parse_args()
    demo = pathlib.Path(tempfile.mkdtemp(prefix="entente-client-"))
    begun = time.time()
    try:
        run(options, demo)
    except (AssertionError, subprocess.CalledProcessError) as error:
        print(f"FAILED: {error}\nwhat is left to look at: {demo}")
        subprocess.run(["bash", "-c", f"cd {ROOT}; source deploy/say; source deploy/demo-data/federation; stop_all {demo}"],
                       check=False)
        return 1
    shutil.rmtree(demo)
    print(f"the independent client sends, opens, answers and refuses as the nodes do, {time.time() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
