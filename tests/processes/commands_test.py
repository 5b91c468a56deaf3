#!/usr/bin/python3
"""Every command of `entente` as a person gives it, against real nodes: in English, in French, and with --json.
Exit codes are those of the README; every answer and every error is told in both languages, and as one line of JSON.

  tests/processes/commands_test.py --bin build/release/bin
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from desk import ROOT
from federation import Federation
from offline import in_vain
from terminal import DONE, INPUT, NO, NOT_REACHED, STYLES, USAGE, Author, Person, answers, check_exit, errors, one_line_of_json, until

WHY = ["--justification", "a test"]


class Commands:
    def __init__(self, federation, folder):
        self.federation, self.demo, self.folder = federation, federation.demo, folder
        self.program = federation.bin / "entente"
        self.anna, self.dieter = self.officer("FR.fiu", "anna"), self.officer("DE.fiu", "dieter")
        self.chiara, self.rita = self.officer("CH.fiu", "chiara"), self.officer("FR.fiu", "rita")
        self.admin, self.nobody = self.officer("FR.fiu", "admin"), Person(self.program, None)

    def officer(self, agency, name):
        return Person(self.program, self.demo / agency / "officers" / f"{name}.toml")

    def ceremonies(self):
        made, _ = answers(self.nobody, lambda style: ["authority", "new", "XK", "--out", self.folder / style])
        assert made["jurisdiction"] == "XK" and pathlib.Path(made["key"]).exists(), made
        key = self.demo / "authority-FR/authority.key"
        federation = ["--federation", "entente.test"]
        answers(self.nobody, lambda style: ["authority", "policy-keys", "FR", *federation, "--authority-key", key,
                                            "--keys", self.folder / f"policy-{style}", "--out", self.folder / "keys.txt"])
        answers(self.nobody, lambda style: ["authority", "sign-policy", "FR", "policy/examples/fr.toml", *federation,
                                            "--version", "1", "--keys", self.folder / f"policy-{style}", "--out",
                                            self.folder / "policy.txt"])
        share = ["authority", "sign-federation-file", "groups", "policy/examples/groups.toml", *federation, "--authority-key", key,
                 "--out", self.folder / "groups.txt"]
        assert answers(self.nobody, lambda style: share)[0] == {"signed": str(self.folder / "groups.txt")}
        in_vain(self.nobody, self.demo, self.folder, [*federation, "--authority-key", key], share)
        calendar = ["authority", "sign-calendar", "BR", "policy/examples/calendar-br.toml", *federation, "--authority-key", key]
        answers(self.nobody, lambda style: [*calendar, "--version", "1", "--out", self.folder / "calendar.txt"])
        errors(self.nobody, INPUT, "input-refused", [*calendar, "--version", "2", "--out", self.folder / "calendar.txt"], "version 1")
        request, out = self.folder / "request", self.folder / "admission"
        enrolled, _ = answers(self.nobody, lambda style: ["agency", "enrol", f"FR.new-{style}", *federation, "--kind", "police",
                                                          "--name", "A new one", "--keys", self.folder / f"keys-{style}",
                                                          "--request", f"{request}-{style}"])
        assert enrolled["agency"] == "FR.new-json" and enrolled["request"] == f"{request}-json", enrolled
        approved, _ = answers(self.nobody, lambda style: ["agency", "approve", f"{request}-{style}", *federation,
                                                          "--authority-key", key, "--out", f"{out}-{style}"])
        assert approved == {"agency": "FR.new-json", "kind": "police", "signed": f"{out}-json"}, approved
        renewed, _ = answers(self.nobody, lambda style: ["agency", "approve", f"{request}-{style}", *federation, "--renewal",
                                                         "--authority-key", key, "--out", f"{out}-renewal-{style}"])
        assert renewed["signed"] == f"{out}-renewal-json", renewed
        self.publishing(out)

    def certificates(self):
        """A certificate from an authority of its own: asked for, signed by openssl, and judged as peers will."""
        ca, place = self.demo / "certs/ca", self.folder / "certificates"
        place.mkdir()
        ask = ["certificate", "request", "--federation", "entente.test"]
        made, _ = answers(self.nobody, lambda style: [*ask, "--agency", "FR.new", "--hosts", "node.example,192.0.2.7",
                                                      "--out", place / style])
        assert made["name"] == "spiffe://entente.test/agency/FR/new", made
        assert pathlib.Path(made["key"]).stat().st_mode & 0o777 == 0o600
        errors(self.nobody, INPUT, "input-refused", [*ask, "--agency", "FR.new", "--out", place / "json"], "never replaced")
        errors(self.nobody, INPUT, "input-refused", [*ask, "--officer", "anna", "--out", place / "anna"], "FR.fiu:anna")
        errors(self.nobody, INPUT, "input-refused", [*ask, "--officer", "FR.fiu:Anna", "--out", place / "anna"], "officer/Anna")

        def sign(by, days, certificate=place / "signed.pem"):
            subprocess.run(["openssl", "x509", "-req", "-in", made["request"], "-CA", ca / f"{by}.pem", "-CAkey", ca / f"{by}.key",
                            "-days", days, "-copy_extensions", "copyall", "-out", certificate], check=True, capture_output=True)
            return ["certificate", "check", certificate, "--private-key", made["key"], "--issuer", ca / f"{by}.pem"]
        good, _ = answers(self.nobody, lambda style: sign("FR", "90"))
        assert good["name"] == made["name"], good
        errors(self.nobody, INPUT, "not-authenticated", sign("FR", "-1"), "expired")
        errors(self.nobody, INPUT, "not-authenticated", [*sign("DE", "90")[:-1], ca / "FR.pem"], "")
        errors(self.nobody, INPUT, "input-refused", [*sign("FR", "90")[:4], place / "en.key", "--issuer", ca / "FR.pem"], "is not the key")

    def attachments(self):
        """A file goes with information, and comes out the same; an officer is told where it does not."""
        (self.folder / "papers.txt").write_text("page 1\n" * 1000)
        draft = self.folder / "papers.toml"
        draft.write_text('draft = "information/1"\npurpose = "asset-recovery"\nhandling = ["H1"]\nevaluation = "B2"\n'
                         'expires = "P5D"\n[[section]]\nabout = ["suspect"]\ndata = ["financial"]\nbasis = "fact"\n'
                         '[section.attachment]\nfile = "papers.txt"\n')
        sent = json.loads(self.anna.run(["information", "send", "--draft", draft, "--to", "DE.fiu", *WHY], "json").stdout)
        reading = ["--purpose", "asset-recovery", *WHY]
        until("the file is at DE", lambda: self.dieter.run(
            ["attachment", "save", sent["record_id"], "--out", self.folder / f"try-{time.time()}", *reading], "json").returncode == DONE)
        answers(self.dieter, lambda style: ["attachment", "save", sent["record_id"], "--out", self.folder / f"out-{style}",
                                            *reading])
        assert (self.folder / "out-en").read_bytes() == (self.folder / "papers.txt").read_bytes()
        errors(self.dieter, INPUT, "input-refused", ["attachment", "save", sent["record_id"], "--out",
                                                     self.folder / "out-en", *reading], "out-en")
        left, _ = answers(self.dieter, lambda style: ["inbox", "--without", "information"])
        assert {item["kind"] for item in left["items"]} == {"RECORD_KIND_LEAD"}, left
        errors(self.dieter, INPUT, "input-refused", ["inbox", "--without", "leads"], "leads")
        draft.write_text(draft.read_text().replace("papers.txt", "none.txt"))
        errors(self.anna, INPUT, "input-refused", ["information", "send", "--draft", draft, "--to", "DE.fiu", *WHY], "none.txt")

    def watching(self, records):
        """Each unread record rings once, with its reference and urgency and nothing else."""
        hook, rung = self.folder / "hook", self.folder / "rung"
        hook.write_text(f'#!/bin/sh\necho "$#" "$@" >>{rung}\n')
        hook.chmod(0o755)
        for style in STYLES:
            rung.write_text("")
            got = self.dieter.run(["watch", "--once", "--hook", hook], style)
            check_exit(got, DONE, f"watch ({style})")
            calls = [line.split() for line in rung.read_text().splitlines()]
            assert len(calls) == len(got.stdout.splitlines()) >= len(records), got.stdout
            assert all(call[0] == "2" and call[2] in ("urgent", "normal", "bulk") for call in calls), calls
        told = [json.loads(line) for line in got.stdout.splitlines()]
        assert records <= {record["record_id"] for record in told}, told
        assert set(told[0]) == {"record_id", "reference", "urgency", "received_ms"}, told[0]
        got = self.dieter.run(["watch", "--once", "--hook", self.folder / "none"], "en")
        check_exit(got, INPUT, "watch with a hook that is not there")
        assert not got.stdout, "what rang nowhere was told as rung"
        assert got.stderr.count("No such file") == 1, f"said once, not for each record: {got.stderr}"
        print("  answers: watch", flush=True)

    def stopping(self, publish):
        """An agency that was admitted is suspended, readmitted and removed; its key is revoked."""
        federation = ["--federation", "entente.test"]
        key = ["--authority-key", self.demo / "authority-FR/authority.key"]
        for number, (word, state) in enumerate((("suspend", "suspended"), ("readmit", "admitted"), ("remove", "removed")), 2):
            def sign(style, word=word, number=number):
                return ["agency", word, f"FR.new-{style}", *federation, "--kind", "police", "--name", "A new one",
                        "--number", number, *key, "--out", self.folder / f"{word}-{style}"]
            answers(self.nobody, sign)
            answers(self.nobody, lambda style, word=word: publish(self.folder / f"{word}-{style}"))
            until(f"the desk says {state}", lambda state=state: {f"FR.new-{style}" for style in STYLES} <= {
                agency["agency"] for agency in json.loads(self.anna.run(["agency", "list"], "json").stdout)["agencies"]
                if agency["state"] == state})
        late = ["agency", "suspend", "FR.new-en", *federation, "--kind", "police", "--name", "A new one", "--number", "2", *key,
                "--out", self.folder / "late"]
        answers(self.nobody, lambda style: late)
        errors(self.nobody, NO, "snapshot-behind", publish(self.folder / "late"))
        own = [one for one in json.loads(self.anna.run(["keys"], "json").stdout)["keys"] if one["use"] == "witness" or one["state"] == "future"]
        revoke = ["authority", "revoke", "FR.fiu", own[-1]["key_id"], *federation, "--reason", "lost", "--out", self.folder / "revocation"]
        answers(self.nobody, lambda style: [*revoke, *key])
        assert self.nobody.run(publish(self.folder / "revocation"), "json").returncode == 0, "not revoked"
        until("the desk says revoked", lambda: any(
            one["key_id"] == own[-1]["key_id"] and one["state"] == "revoked"
            for one in json.loads(self.anna.run(["keys"], "json").stdout)["keys"]))
        errors(self.nobody, INPUT, "input-refused", ["authority", "revoke", "FR.fiu", "12", *federation, "--reason", "x", *key,
                                                     "--out", self.folder / "no"], "12")
        errors(self.nobody, USAGE, "usage", revoke)

    def publishing(self, out):
        address = re.search(r"^listening (\S+)", (self.demo / "broker/out").read_text(), re.M).group(1)
        certs = self.demo / "certs"

        def publish(file, broker):
            return ["authority", "publish", file, "--broker", broker, "--broker-name", "broker-1", "--broker-authority",
                    certs / "ca/broker.pem", "--certificate", certs / "agency/FR.fiu.pem", "--key", certs / "agency/FR.fiu.key"]
        published, _ = answers(self.nobody, lambda style: publish(f"{out}-{style}", address))
        assert all(one["log_index"] > 0 for one in published["published"]), published
        errors(self.nobody, NOT_REACHED, "peer-not-reachable", publish(f"{out}-en", "127.0.0.1:1"), "broker at 127.0.0.1:1")
        self.stopping(lambda file: publish(file, address))
        damaged = self.folder / "damaged"
        damaged.write_text("entente-statements/1\n!!!\n")
        errors(self.nobody, INPUT, "input-refused", publish(damaged, address), f"{damaged}:2:1: ")

    def leads(self):
        draft = self.folder / "lead.toml"
        draft.write_text((ROOT / "deploy/demo-data/lead.toml").read_text())
        _, shown = answers(self.anna, lambda style: ["lead", "preview", "--draft", draft, "--to", "DE.fiu", "--as", "DE.fiu"])
        assert "Musterbank AG" in shown["en"].stdout and "shelter" in shown["fr"].stdout, shown["en"].stdout
        assert not json.loads(self.anna.run(["lead", "list"], "json").stdout)["records"], "a preview was sent"
        sent, said = answers(self.anna, lambda style: ["lead", "send", "--draft", draft, "--to", "DE.fiu", *WHY])
        records = {"json": sent["record_id"]}
        for style in ("en", "fr"):
            records[style] = re.search(r"\b[0-9a-f]{32}\b", said[style].stdout).group()
        until("all leads are in the inbox of DE", lambda: set(records.values()) <= {
            item["record_id"] for item in json.loads(self.dieter.run(["inbox"], "json").stdout)["items"]})
        answers(self.dieter, lambda style: ["inbox"])
        self.watching(set(records.values()))
        self.attachments()
        answers(self.dieter, lambda style: ["lead", "list", "--received"])
        listed, _ = answers(self.anna, lambda style: ["lead", "list"])
        assert {lead["record_id"] for lead in listed["records"]} == set(records.values()), listed
        self.reading(sent)
        self.measures(records)
        answers(self.dieter, lambda style: ["lead", "decline", records[style], "--reason", "no longer", *WHY])

        def declined():
            leads = json.loads(self.anna.run(["lead", "list"], "json").stdout)["records"]
            return all(lead["recipients"][0]["state"] == "RECIPIENT_STATE_DECLINED" for lead in leads)
        until("FR sees that DE declined", declined)
        take = ["lead", "take", records["en"], *WHY]
        errors(self.dieter, NO, "malformed", take, "--after-decline")
        check_exit(self.dieter.run([*take, "--after-decline"], "json"), DONE, "taken up after all")

    def measures(self, records):
        """One lead a style is taken up with a measure, which is then handed to a court; another is told in a file."""
        answers(self.dieter, lambda style: ["lead", "take", records[style], "--reason", "on it", *WHY, "--measure", "suspend", "--on",
                                            "DE89370400440532013000", "--held", "84000.00 EUR", "--until", "P10D"])
        several = self.folder / "measures.toml"
        several.write_text('draft = "measures/1"\n[[taken]]\nnumber = 1\nstatus = "handed-to-court"\ncourt_reference = "AG 117/26"\n'
                           '[[taken]]\nmeasure = "stop"\non = "transfer of Monday"\nheld = "12.50"\ncurrency = "EUR"\n')
        answers(self.dieter, lambda style: ["lead", "update", records[style], "--measures", several, *WHY])
        show = ["lead", "show", records["en"], *WHY]

        def told():
            standings = json.loads(self.anna.run(show, "json").stdout)["standings"]
            return standings and len(standings[0]["answers"]) == 2
        until("FR has both answers", told)
        for who in (self.anna, self.dieter):
            shown, said = answers(who, lambda style: show)
            first, second = (one["measure"] for one in shown["standings"][0]["measures"])
            assert first["status"] == "MEASURE_STATUS_HANDED_TO_COURT" and first["held"]["amount"] == "84000.00", first
            assert second["measure"] == "LEAD_MEASURE_STOP" and not shown["standings"][0]["contradictions"], shown
            assert "AG 117/26" in said["en"].stdout and "DE.fiu" in shown["ask"]["recipients"], said["en"].stdout
        update = ["lead", "update", records["en"], *WHY, "--number"]
        errors(self.dieter, NO, "malformed", [*update, "7", "--status", "lifted"], "7")
        errors(self.anna, INPUT, "input-refused", ["lead", "recall", records["en"], "--ground", "nonsense", *WHY], "withdrawn")
        errors(self.dieter, INPUT, "input-refused", [*update, "1", "--status", "over"], "--status")
        errors(self.dieter, INPUT, "input-refused", [*update, "1", "--held", "12 Euro"], "--held")

    def reading(self, sent):
        shown, said = answers(self.dieter, lambda style: ["show", sent["reference"], "--purpose", "asset-recovery", *WHY])
        assert shown["item"]["record_id"] == sent["record_id"], shown
        receipt = pathlib.Path(shown["receipt_path"])
        assert receipt.is_absolute() and str(receipt) in said["en"].stdout, said["en"].stdout
        until("the receipt lies where `show` says", receipt.exists)
        logged, _ = answers(self.officer("FR.fiu", "anna"), lambda style: ["log", "--record", sent["reference"], *WHY])
        assert {line["record_id"] for line in logged["consultations"]} == {sent["record_id"]}, logged
        assert "disclosure" in [line["operation"] for line in logged["consultations"]], logged
        self.refused_readings(sent)

    def refused_readings(self, sent):
        purpose = ["--purpose", "asset-recovery"]
        errors(self.dieter, NO, "not-found", ["show", "0" * 32, *purpose, *WHY])
        errors(self.dieter, NO, "not-found", ["lead", "take", "0" * 32, *WHY])
        errors(self.dieter, NO, "malformed", ["show", "nonsense", *purpose, *WHY])
        errors(self.dieter, NO, "label-missing:justification", ["show", sent["record_id"], *purpose, "--justification", " "])
        errors(self.anna, NO, "label-unknown:purpose", ["show", sent["record_id"], "--purpose", "curiosity", *WHY],
               "asset-recovery")

    def desk(self):
        status, _ = answers(self.anna, lambda style: ["status"])
        assert status["agency"] == "FR.fiu" and status["quorum"] == "none", status
        answers(self.anna, lambda style: ["keys"])
        agencies, _ = answers(self.anna, lambda style: ["agency", "list"])
        assert {"FR.fiu", "DE.fiu", "FR.new-json"} <= {one["agency"] for one in agencies["agencies"]}, agencies
        answers(self.anna, lambda style: ["log", *WHY])
        answers(self.admin, lambda style: ["officer", "add", f"o-{style}", "--role", "reader,author", "--name", "Someone"])
        officers, _ = answers(self.admin, lambda style: ["officer", "list"])
        assert {"o-en", "o-fr", "o-json"} <= {one["id"] for one in officers["officers"]}, officers
        errors(self.anna, NO, "not-authorised", ["officer", "add", "x.y", "--role", "reader"], "administrator")
        errors(self.admin, INPUT, "input-refused", ["officer", "add", "x.y", "--role", "king"], "data-protection-officer")

    def each(self, person, words):
        """Given once in each style; the record or case that each names, by style."""
        first, said = answers(person, words)
        return first, {style: re.search(r"\b[0-9a-f]{32}\b", said[style].stdout).group() for style in STYLES}

    def cases(self):
        item, victim = (ROOT / f"deploy/demo-data/case-{name}.toml" for name in ("item", "victim"))
        opened, case = self.each(self.anna, lambda style: ["case", "open", "--title", f"The rents, {style}", "--member", "DE.fiu",
                                                           "--purpose", "asset-recovery", "--handling", "H1", "--evaluation", "A1",
                                                           "--expires", "P90D", *WHY])
        assert opened["number"] == "1" and opened["recipients"][0]["recipient"] == "DE.fiu", opened
        until("DE is in all three", lambda: set(case.values()) <= {
            one["case_id"] for one in json.loads(self.dieter.run(["case", "list"], "json").stdout)["cases"]})
        listed, said = answers(self.dieter, lambda style: ["case", "list"])
        assert all(one["owner"] == "FR.fiu" for one in listed["cases"]) and "The rents, fr" in said["en"].stdout, listed
        post = ["--draft", item, "--case"]
        answers(self.anna, lambda style: ["case", "preview", *post, case[style], "--as", "DE.fiu"])
        _, posted = self.each(self.anna, lambda style: ["case", "post", *post, case[style], *WHY])
        errors(self.anna, NO, "wrong-agency", ["case", "post", *post, case["en"], "--to", "CH.fiu", *WHY], "CH.fiu")
        errors(self.dieter, NO, "wrong-agency", ["case", "change", case["en"], "--add", "CH.fiu", *WHY], "FR.fiu")
        until("DE has all posts", lambda: all("RECORD_KIND_CASE_ITEM" in self.dieter.run(["case", "show", one], "json").stdout
                                              for one in case.values()))
        answers(self.anna, lambda style: ["case", "change", case[style], "--add", "CH.fiu=observer", "--expires", "P1Y", *WHY])
        until("CH is in all three", lambda: len(json.loads(self.chiara.run(["case", "list"], "json").stdout)["cases"]) == 3)
        errors(self.chiara, NO, "not-authorised", ["case", "post", *post, case["en"], *WHY])
        shared, _ = answers(self.anna, lambda style: ["case", "share", case[style], "--to", "CH.fiu", *WHY])
        assert shared["entries"][0]["record_id"] == posted["json"] and shared["entries"][0]["copy_id"], shared
        answers(self.anna, lambda style: ["case", "post", "--draft", victim, "--case", case[style], "--replaces", posted[style],
                                          "--ground", "recategorised", *WHY])

        def erased():
            shown = json.loads(self.anna.run(["case", "show", case["json"]], "json").stdout)
            states = [one["state"] for entry in shown["entries"] for one in entry["recipients"]]
            return states.count("RECIPIENT_STATE_ERASED") == 2
        until("both old copies are erased", erased)
        answers(self.anna, lambda style: ["case", "show", case[style]])
        share = self.anna.run(["case", "share", case["en"], "--to", "CH.fiu", *WHY], "en")
        check_exit(share, NO, "a share of which nothing goes")
        assert "goes to nobody" in share.stdout, share.stdout
        errors(self.anna, NO, "malformed", ["case", "show", "nonsense"], "nonsense")
        errors(self.anna, INPUT, "input-refused", ["case", "change", case["en"], "--add", "CH.fiu=king", *WHY], "king")
        errors(self.anna, INPUT, "input-refused", ["case", "change", case["en"], "--expires", "next year", *WHY], "--expires: write an instant")
        in_a_year = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 300 * 86_400))
        check_exit(self.anna.run(["case", "change", case["en"], "--expires", in_a_year, *WHY], "en"), DONE, "a case until an instant")

    def held(self):
        draft = self.folder / "leaking.toml"
        text = (ROOT / "deploy/demo-data/case-item.toml").read_text()
        draft.write_text(text.replace("case-item/1", "information/1").replace("a waitress", "Olena Vymyshlena, a waitress"))
        send = ["information", "send", "--draft", draft, "--to", "CH.fiu", *WHY]
        _, first = self.each(self.anna, lambda style: send)
        _, second = self.each(self.anna, lambda style: send)
        errors(self.anna, NO, "not-authorised", ["held", "list", *WHY], "releaser")
        roles = "author,reader,auditor,releaser"
        assert self.admin.run(["officer", "add", "anna", "--role", roles], "json").returncode == DONE
        listed, said = answers(self.rita, lambda style: ["held", "list", *WHY])
        assert {one["record_id"] for one in listed["records"]} == {*first.values(), *second.values()}, listed
        assert "Olena Vymyshlena" in said["fr"].stdout, said["fr"].stdout
        errors(self.anna, NO, "not-authorised", ["held", "release", first["en"], "--seen", "x", *WHY])
        seen = {one["record_id"]: one["seen"] for one in listed["records"]}
        assert seen[first["en"]] in said["en"].stdout, said["en"].stdout
        errors(self.rita, USAGE, "usage", ["held", "release", first["en"], *WHY])
        errors(self.rita, NO, "policy-held:seen", ["held", "release", first["en"], "--seen", seen[second["en"]], *WHY])
        answers(self.rita, lambda style: ["held", "release", first[style], "--seen", seen[first[style]], *WHY])
        answers(self.rita, lambda style: ["held", "refuse", second[style], *WHY])
        errors(self.rita, NO, "malformed", ["held", "release", second["en"], "--seen", seen[second["en"]], *WHY])
        until("CH has those released, and no other", lambda: {
            item["record_id"] for item in json.loads(self.chiara.run(["inbox"], "json").stdout)["items"]
            if item["kind"] == "RECORD_KIND_INFORMATION"} == set(first.values()))

    def decisions(self):
        """What was decided about everything that was sent so far, decided again by entente-policy."""
        out = self.folder / "decisions-json"
        told, _ = answers(self.anna, lambda style: ["decisions", "--out", self.folder / f"decisions-{style}", *WHY])
        header, *lines = [json.loads(line) for line in (out / "decisions.jsonl").read_text().splitlines()]
        assert header["decisions"] == told["decisions"] == len(lines) and header["agency"] == "FR.fiu", header
        sent = {record["record_id"] for record in json.loads(self.anna.run(["lead", "list"], "json").stdout)["records"]}
        assert sent <= {line["record_id"] for line in lines}, "a lead is not in the export"
        assert {line["missing"] for line in lines if "missing" in line} == {"recalled"}, "the case's old copies were recalled"
        assert header["without_labels"] == told["without_labels"] == sum("missing" in line for line in lines) > 0, header
        assert "Musterbank" not in (out / "decisions.jsonl").read_text(), "content"
        assert (out.stat().st_mode & 0o777) == 0o700, oct(out.stat().st_mode)
        errors(self.anna, INPUT, "input-refused", ["decisions", "--out", out, *WHY], "decisions.jsonl")
        errors(self.anna, INPUT, "input-refused", ["decisions", "--out", self.folder / "no", "--from", "yesterday", *WHY])
        errors(self.admin, NO, "not-authorised", ["decisions", "--out", self.folder / "no", *WHY], "data-protection-officer")
        none = self.anna.run(["decisions", "--out", self.folder / "none", "--until", "2000-01-01T00:00:00Z", *WHY], "json")
        assert json.loads(none.stdout)["decisions"] == 0, none.stdout
        self.decided_again(out, next(line for line in lines if line["record_id"] in sent))

    def decided_again(self, out, line):
        policy = Author(self.federation.bin / "entente-policy", None)
        texts = out / line["texts"] / "policy-FR-1.toml"

        def shadow(candidate, expected):
            said = {style: policy.run(["shadow", out, "--candidate", candidate], style) for style in STYLES}
            for style, got in said.items():
                check_exit(got, expected, f"shadow ({style})")
            assert said["en"].stdout != said["fr"].stdout, "shadow: French is English"
            return one_line_of_json(said["json"].stdout, "shadow")
        same = shadow(texts, DONE)
        assert same["decided"] > 0 and same["changed"] == same["differ_from_log"] == 0 and same["one_sided"] > 0, same
        candidate = self.folder / "candidate.toml"
        candidate.write_text(texts.read_text().replace('for_purpose = ["asset-recovery", "fiu-analysis"]', 'for_purpose = ["fiu-analysis"]'))
        changed = shadow(candidate, NO)
        assert changed["changes"]["kept-back"] == changed["changed"] > 0 and changed["differ_from_log"] == 0, changed
        explained, said = answers(policy, lambda style: ["explain", out, "--index", line["log_index"], "--to", line["to"]])
        assert explained["as_logged"] and explained["steps"][3]["rules"][0]["law"], explained
        assert line["record_id"] in said["en"].stdout and line["reference"] in said["fr"].stdout, said["en"].stdout
        print("  answers: shadow, explain", flush=True)

    def people(self):
        """A unit, what it is assigned, a read from outside, and a session that locks."""
        held = json.loads(self.anna.run(["inbox"], "json").stdout)["items"]
        record = next(item["record_id"] for item in held if item["kind"] == "RECORD_KIND_ANSWER")
        assert not any(item["outside"] for item in held), "outside, and there is no unit yet"
        answers(self.anna, lambda style: ["unit", "list"])
        for name in ("anna", "rita"):
            roles = {"anna": "author,reader,auditor", "rita": "reader,releaser,data-protection-officer"}[name]
            assert self.admin.run(["officer", "add", name, "--role", roles, "--unit", f"unit-{name}"], "json").returncode == DONE
        answers(self.admin, lambda style: ["unit", "rule", "--unit", "unit-anna"])
        answers(self.admin, lambda style: ["unit", "rule", "--kind", "alert", "--from", "DE", "--unit", "unit-rita"])
        units, said = answers(self.anna, lambda style: ["unit", "list"])
        assert [unit["name"] for unit in units["units"]] == ["unit-anna", "unit-rita"] and len(units["rules"]) == 2, units
        assert "signalement" in said["fr"].stdout, said["fr"].stdout
        errors(self.anna, NO, "not-authorised", ["unit", "rule", "--unit", "unit-anna"], "administrator")
        errors(self.admin, INPUT, "input-refused", ["unit", "rule", "--kind", "leads", "--unit", "unit-anna"], "leads")
        errors(self.admin, USAGE, "usage", ["unit", "rule", "--kind", "lead"])
        self.outside(record)

    def outside(self, record):
        show = ["show", record, "--purpose", "asset-recovery", *WHY]
        shown, said = answers(self.rita, lambda style: show)
        assert shown["item"]["outside"] and shown["item"]["unit"] == "unit-anna", shown["item"]
        assert "reported" in said["en"].stdout, said["en"].stdout
        assert not json.loads(self.anna.run(show, "json").stdout)["item"]["outside"], "her own"
        status, said = answers(self.rita, lambda style: ["status"])
        assert status["outside_reads"] == "3" and "log --outside" in said["fr"].stdout, status
        logged, said = answers(self.rita, lambda style: ["log", "--outside", *WHY])
        numbers = [line["number"] for line in logged["consultations"]]
        assert len(numbers) == 3 and "OUTSIDE" in said["en"].stdout, logged
        errors(self.anna, NO, "not-authorised", ["reviewed", "--through", numbers[0], *WHY])
        order = dict(zip(STYLES, numbers))
        answers(self.rita, lambda style: ["reviewed", "--through", order[style], *WHY])
        assert json.loads(self.rita.run(["status"], "json").stdout)["outside_reads"] == "0", "still waits"
        errors(self.rita, NO, "not-authorised", ["assign", record, "--unit", "unit-rita", *WHY], "unit-anna")
        turns = {"en": "unit-anna", "fr": "unit-anna", "json": "unit-rita"}
        answers(self.anna, lambda style: ["assign", record, "--unit", turns[style], *WHY])
        mine = json.loads(self.rita.run(["inbox", "--mine"], "json").stdout)["items"]
        assert [item["record_id"] for item in mine] == [record], mine

    def typed(self, person, words, lines, style="json"):
        """A command that asks for pass phrases, one a line."""
        environment = {**os.environ, "ENTENTE_CONFIG": str(person.config)}
        return subprocess.run([self.program, *STYLES[style], *words], input="\n".join(lines) + "\n", capture_output=True, text=True,
                              check=False, timeout=60, cwd=ROOT, env=environment)

    def sessions(self):
        phrase = "four words nobody joins"
        check_exit(self.typed(self.rita, ["officer", "passphrase"], ["", phrase, "another one"]), INPUT, "two that differ")
        check_exit(self.typed(self.rita, ["officer", "passphrase"], ["", phrase, phrase], "en"), DONE, "a pass phrase is set")
        assert json.loads(self.rita.run(["status"], "json").stdout)["passphrase_set"], "not set"
        self.restart()
        errors(self.rita, NO, "session-locked", ["status"], "entente unlock")
        answers(self.dieter, lambda style: ["status"])
        wrong = self.typed(self.rita, ["unlock"], ["five words nobody joins up"])
        check_exit(wrong, NO, "a wrong pass phrase")
        told = json.loads(wrong.stderr[wrong.stderr.index("{"):])
        assert told["reason"] == "not-authenticated" and "pass phrase" in told["error"], wrong.stderr
        for style in STYLES:
            opened = self.typed(self.rita, ["unlock"], [phrase], style)
            check_exit(opened, DONE, "unlock")
            assert phrase not in opened.stdout + opened.stderr, "the pass phrase is shown"
        answers(self.rita, lambda style: ["status"])
        answers(self.rita, lambda style: ["lock"])
        errors(self.rita, NO, "session-locked", ["status"], "entente unlock")
        errors(self.anna, NO, "malformed", ["lock"], "officer passphrase")
        errors(self.anna, NO, "not-authorised", ["officer", "reset-passphrase", "rita"])
        check_exit(self.admin.run(["officer", "reset-passphrase", "rita"], "fr"), DONE, "reset")
        errors(self.admin, NO, "malformed", ["officer", "reset-passphrase", "rita"])
        print("  answers: officer passphrase, unlock", flush=True)

    def restart(self):
        self.federation.kill("FR.fiu")
        self.federation.start("FR.fiu")

    def refused_input(self):
        send = ["lead", "send", "--to", "DE.fiu", *WHY, "--draft"]
        bad, large = self.folder / "bad.toml", self.folder / "large.toml"
        bad.write_text((ROOT / "deploy/demo-data/lead.toml").read_text().replace('"EUR"', '"EURO"'))
        large.write_text("# " + "x" * (1 << 20))
        errors(self.anna, INPUT, "input-refused", [*send, bad], f"{bad}:41:15: ")
        errors(self.anna, INPUT, "input-refused", [*send, self.folder / "none.toml"], "none.toml")
        errors(self.anna, INPUT, "too-large", [*send, large], f"{large}:1:1: ")
        errors(self.anna, INPUT, "too-large", [*send, "/dev/zero"])
        errors(self.nobody, INPUT, "too-large", ["--config", large, "status"])
        errors(self.nobody, INPUT, "input-refused", ["--config", self.folder / "none.toml", "status"])
        errors(self.nobody, INPUT, "input-refused", ["status"], "ENTENTE_DESK")
        errors(self.nobody, INPUT, "input-refused", ["authority", "new", "UK", "--out", self.folder / "uk"])
        errors(self.anna, NOT_REACHED, "peer-not-reachable", ["--desk", f"unix:{self.folder}/no.sock", "status"], "no.sock")
        for words in ([], ["lead"], ["show"], ["status", "--colour"], ["lead", "send", "--draft", bad]):
            errors(self.nobody, USAGE, "usage", words)
        errors(self.nobody, USAGE, "usage", ["lead", "sned"], "sned")
        preview = ["lead", "preview", "--draft", ROOT / "deploy/demo-data/lead.toml", "--to", "DE.fiu"]
        errors(self.anna, INPUT, "input-refused", [*preview, "--as", "BR.fiu"], "BR.fiu")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin")
    options = parser.parse_args()
    base = pathlib.Path(tempfile.mkdtemp(prefix="entente-commands-"))
    federation = Federation(options.bin, base / "demo", ("FR.fiu", "DE.fiu", "CH.fiu"))
    federation.found()
    (base / "own").mkdir()
    commands = Commands(federation, base / "own")
    try:
        for part in (commands.ceremonies, commands.certificates, commands.leads, commands.cases, commands.held,
                     commands.decisions, commands.desk, commands.people, commands.sessions, commands.refused_input):
            print(f"commands: {part.__name__.replace('_', ' ')}", flush=True)
            part()
    except AssertionError as error:
        print(f"commands: NOT AS PROMISED: {error}\nwhat is left to look at: {base}")
        return 1
    finally:
        federation.stop()
    shutil.rmtree(base)
    print("commands: all as promised")
    return 0


if __name__ == "__main__":
    sys.exit(main())
