"""What seven agencies do so that the broker is sent all that nodes ever send it, with words of their own in every text."""
import json
import re
import subprocess

from terminal import DONE, Person, until

UNITS, BORDER, BYSTANDER = ("FR.fiu", "DE.fiu", "NL.fiu", "AE.fiu"), ("FR.border", "DE.border"), "CH.fiu"
AGENCIES = (*UNITS, *BORDER, BYSTANDER)
RULE = "FR-OUT-910"  # of France: what another State gave under H2 needs its consent
READABLE = "Lost on the train to Metz"  # a reason that all members read
HEAD = 'language = "en"\npurpose = "{purpose}"\nhandling = ["{handling}"]\nevaluation = "B2"\nexpires = "P30D"\n{more}\n'
LABELS = 'about = ["suspect"]\ndata = ["{data}"]\nbasis = "fact"\n'


def names(words):
    """Of the people, for the founding: bash."""
    officers = "".join(f"OFFICER[{agency}]={words(f'id of the officer of {agency}')}; " for agency in AGENCIES)
    return f"{officers}RELEASER={words('id of the releasers')}; ADMINISTRATOR={words('id of the administrators')}; "


class Story:
    def __init__(self, federation, folder, words):
        self.federation, self.demo, self.folder, self.words = federation, federation.demo, folder, words
        self.program = federation.bin / "entente"
        self.lead = self.alert = None

    # ---- people and what they type

    def officer(self, agency, what=None):
        word = self.words(what or f"id of the officer of {agency}")
        return Person(self.program, self.demo / agency / "officers" / f"{word}.toml", self.federation.clock_environment())

    def say(self, agency, *typed, by=None):
        got = self.officer(agency, by).run(typed, "json")
        assert got.returncode == DONE, f"{agency}: {typed}: {got.stdout}{got.stderr}"
        return json.loads(got.stdout)

    def why(self, what):
        return ["--justification", self.words(f"justification of {what}")]

    def reading(self, what, purpose="asset-recovery"):
        return ["--purpose", purpose, *self.why(what)]

    def draft(self, kind, body, purpose="asset-recovery", handling="H1", more=""):
        path = self.folder / f"{kind}.toml"
        path.write_text(f'draft = "{kind}/1"\n' + HEAD.format(purpose=purpose, handling=handling, more=more) + body)
        return path

    def section(self, data, body):
        return "[[section]]\n" + LABELS.format(data=data) + body

    def text(self, of):
        return self.section("narrative", f'text = "{self.words(f"text of {of}")}"\n')

    def has(self, agency, record):
        until(f"{record} is at {agency}", lambda: record in {one["record_id"] for one in self.say(agency, "inbox")["items"]})

    # ---- the parts, in order

    def people(self):
        """Names, units, and the keys with which two of them sign in an emergency."""
        admin = "id of the administrators"
        for agency in UNITS:
            self.say(agency, "officer", "add", self.words(f"id of the officer of {agency}"), "--role", "author,reader,auditor", "--name",
                     self.words("name of the officer"), "--unit", self.words("unit of the officer"), by=admin)
        releaser = self.words("id of the releasers")
        self.say("FR.fiu", "officer", "add", releaser, "--role", "reader,releaser,data-protection-officer", by=admin)
        for officer, role in ((self.words("id of the officer of FR.fiu"), "author"), (releaser, "releaser")):
            key = json.loads(Person(self.program, None).run(["officer", "key", "new", "--out", self.folder / f"{role}.key"], "json").stdout)
            self.say("FR.fiu", "officer", "key", "publish", officer, "--role", role, "--public-key", key["key"], by=admin)

    def a_lead(self):
        """Taken by one, refused by the law of another; each is told who else has it."""
        word = self.words
        ask = ("[ask]\n" + LABELS.format(data="financial") + 'essential = true\nmeasure = "suspend"\ndeadline = "P10D"\n'
               f'reference = "{word("reference of the lead")}"\nsummary = "{word("summary of the lead")}"\n')
        account = self.section("financial", f'[[section.account]]\nnumber = "{word("account number")}"\ninstitution = "{word("bank")}"\n'
                               f'country = "DE"\nholder = "{word("account holder")}"\nnote = "{word("note of a subject")}"\n')
        draft = self.draft("lead", ask + account + self.text("the lead"),
                           more=f'instruction = "{word("instruction of the lead")}"\nurgency = "urgent"\nshow_recipients = true\n')
        self.lead = self.say("FR.fiu", "lead", "send", "--draft", draft, "--to", "DE.fiu,NL.fiu,AE.fiu", *self.why("the lead"))["record_id"]
        self.has("DE.fiu", self.lead)
        self.say("DE.fiu", "show", self.lead, *self.reading("reading"))
        self.say("DE.fiu", "lead", "take", self.lead, "--reference", word("reference of the measure"), "--measure", "suspend", "--on",
                 word("object of the measure"), "--until", "P60D", *self.why("the measure"))

    def many_subjects(self):
        """A person, and what belongs to her."""
        body = ""
        for data, kind, keys in (
                ("identity", "person", ("place_of_birth", "national_number", "note")),
                ("address", "address", ("city", "region", "postcode")),
                ("organisation", "organisation", ("registration_number", "legal_form")),
                ("asset", "asset", ("description", "note")),
                ("financial", "transaction", ("from", "to", "method", "reference"))):
            named = {"person": f'names = ["{self.words("name of a person")}"]\nmarks = ["{self.words("mark of a person")}"]\n',
                     "address": f'lines = ["{self.words("street of a person")}"]\n',
                     "transaction": 'amount = "1.00"\ncurrency = "EUR"\n',
                     "organisation": f'names = ["{self.words("name of an organisation")}"]\n'}.get(kind, "")
            body += self.section(data, f"[[section.{kind}]]\n{named}") + "".join(
                f'{key} = "{self.words(f"{key} of the {kind}")}"\n' for key in keys)
        record = self.say("FR.fiu", "information", "send", "--draft", self.draft("information", body), "--to", "DE.fiu",
                          *self.why("the subjects"))["record_id"]
        self.has("DE.fiu", record)

    def a_case(self):
        """Opened, posted in, and one who leaves; a request in it, and its answer."""
        members = ["DE.fiu", "NL.fiu"]
        case = self.say("FR.fiu", "case", "open", "--title", self.words("title of the case"), "--member", ",".join(members),
                        "--handling", "H1", "--evaluation", "A1", "--expires", "P30D", "--purpose", "asset-recovery",
                        *self.why("the case"))["case_id"]
        for agency in members:
            until(f"{agency} knows the case", lambda agency=agency: self.say(agency, "case", "list")["cases"])
        post = self.draft("case-item", self.text("the post"), more=f'reference = "{self.words("reference of the post")}"')
        self.say("DE.fiu", "case", "post", "--case", case, "--draft", post, *self.why("the post"))
        request = self.draft("request", "[ask]\n" + LABELS.format(data="narrative") + 'ground = "urgent"\n' + "".join(
            f'{key} = "{self.words(f"{key} of the request")}"\n' for key in ("facts", "link", "intended_use", "reference")))
        asked = self.say("FR.fiu", "request", "send", "--case", case, "--draft", request, "--to", "DE.fiu", *self.why("the request"))
        self.has("DE.fiu", asked["record_id"])
        self.say("DE.fiu", "answer", asked["record_id"], "--state", "answered", "--text", self.words("text of the answer"),
                 *self.why("the answer"))
        self.say("FR.fiu", "case", "change", case, "--remove", "NL.fiu", *self.why("the change"))

    def a_consent(self):
        """Germany gives something, lets it go on, and France passes it on."""
        original = self.say("DE.fiu", "information", "send", "--draft", self.draft("information", self.text("the original"), handling="H2"),
                            "--to", "FR.fiu", *self.why("the original"))["record_id"]
        self.has("FR.fiu", original)
        consent = self.say("DE.fiu", "consent", "give", original, "--holder", "FR.fiu", "--for", "NL.fiu", "--purpose", "asset-recovery",
                           "--until", "P20D", "--text", self.words("text of the consent"), *self.why("the consent"))["record_id"]
        self.has("FR.fiu", consent)
        onward = self.draft("information", self.text("what goes on"), handling="H2", more='obtained_from = ["DE"]')
        record = self.say("FR.fiu", "information", "send", "--draft", onward, "--to", "NL.fiu", "--consent", consent,
                          *self.why("passing on"))["record_id"]
        self.has("NL.fiu", record)

    def an_override(self):
        """In an emergency: two sign, and Germany is told."""
        draft = self.draft("information", self.text("the emergency"), handling="H2", more='obtained_from = ["DE"]')
        record = self.say("FR.fiu", "information", "send", "--draft", draft, "--to", "NL.fiu", "--override", RULE, "--override-ground",
                          "life", "--override-reason", self.words("reason of the override"), *self.why("the override"))["record_id"]
        seen = self.say("FR.fiu", "override", "show", record, *self.why("looking at it"))["seen"]
        for role, by in (("author", None), ("releaser", "id of the releasers")):
            self.say("FR.fiu", "override", "sign", record, "--seen", seen, "--key", self.folder / f"{role}.key", *self.why("signing"), by=by)
        held = self.say("FR.fiu", "held", "list", *self.why("releasing"), by="id of the releasers")["records"]
        looked = {one["record_id"]: one["seen"] for one in held}[record]
        self.say("FR.fiu", "held", "release", record, "--seen", looked, *self.why("releasing"), by="id of the releasers")
        self.has("NL.fiu", record)

    def a_file(self):
        file = self.folder / f"{self.words('name of the file')}.csv"
        file.write_text((self.words("content of the file") + "\n") * 20)
        body = self.text("the file") + "[[section]]\n" + LABELS.format(data="financial") + (
            f'[section.attachment]\nfile = "{file.name}"\nnote = "{self.words("note of the file")}"\n')
        record = self.say("FR.fiu", "information", "send", "--draft", self.draft("information", body), "--to", "DE.fiu",
                          *self.why("the file"))["record_id"]
        self.has("DE.fiu", record)
        out = self.folder / "out"
        until("the file can be saved", lambda: self.officer("DE.fiu").run(
            ["attachment", "save", record, "--out", out, *self.reading("saving")], "json").returncode == DONE)
        assert out.read_bytes() == file.read_bytes()

    def an_alert(self):
        """Published, searched for, found, answered to and recalled."""
        word = self.words
        notice = ("[notice]\n" + LABELS.format(data="identity") + 'action = "inquiry-check"\nmay_notice = true\nconfirm_by = "P20D"\n'
                  f'reason = "{word("reason of the alert")}"\nreference = "{word("reference of the alert")}"\n'
                  f'[notice.desk]\nname = "{word("desk of the alert")}"\ntelephone = "+33155550101"\n'
                  'languages = ["fr"]\ntime_zone = "Europe/Paris"\n')
        paper = self.section("travel-document", '[[section.document]]\nkind = "passport"\n'
                             f'number = "{word("number of the passport")}"\nholder = "{word("holder of the passport")}"\n')
        draft = self.draft("alert", notice + paper, purpose="border-control")
        self.alert = self.say("FR.border", "alert", "publish", "--draft", draft, "--to", "DE.border", *self.why("the alert"))["record_id"]
        until("the alert is a hit", lambda: self.search("--document", word("number of the passport")))

    def search(self, *what):
        got = self.officer("DE.border").run(["search", *what, *self.reading("the search", "border-control")], "json")
        return json.loads(got.stdout)["hits"]

    def searches(self):
        """Of what is there and what is not."""
        assert self.search("--document", self.words("number of the passport"))
        assert not self.search("--name", f"{self.words('name that is searched')} Nobody", "--born", "1971")

    def an_outcome(self):
        self.say("DE.border", "outcome", self.alert, "--identical", "--text", self.words("text of the outcome"), *self.why("the outcome"))
        self.say("FR.border", "alert", "recall", self.alert, "--ground", "withdrawn", *self.why("the recall"))
        until("the alert is gone", lambda: not self.search("--document", self.words("number of the passport")))

    def a_restriction(self):
        """Of the lead; then under what Germany cannot honour, so that it is closed."""
        self.say("FR.fiu", "restrict", self.lead, "--ground", "contested", "--processing", *self.why("the restriction"))
        until("it is restricted", lambda: self.lead in {
            one["record_id"] for one in self.say("DE.fiu", "inbox", "--restricted")["items"]})
        self.say("FR.fiu", "restrict", self.lead, "--ground", "law", "--obligation", "inform-source:P1D", "--to", "DE.fiu",
                 *self.why("the law"))
        until("it is closed", lambda: any(told.get("closed") for one in self.say("FR.fiu", "restrict", "list")["records"]
                                          for told in one["restrictions"]))

    def a_revocation(self):
        """Of a key that is not yet in use; its reason is for all to read."""
        key = next(one["key_id"] for one in self.say("FR.fiu", "keys")["keys"] if one["state"] == "future")
        certs, out = self.demo / "certs", self.folder / "revocation"
        address = re.search(r'address = "(.*)"', (self.demo / "broker.toml").read_text()).group(1)
        for typed in (["revoke", "FR.fiu", key, "--federation", "entente.test", "--reason", READABLE, "--authority-key",
                       self.demo / "authority-FR/authority.key", "--out", out],
                      ["publish", out, "--broker", address, "--broker-name", "broker-1", "--broker-authority", certs / "ca/broker.pem",
                       "--certificate", certs / "agency/FR.fiu.pem", "--key", certs / "agency/FR.fiu.key"]):
            got = Person(self.program, None).run(["authority", *typed], "json")
            assert got.returncode == DONE, f"{typed}: {got.stdout}{got.stderr}"

    def a_day(self):
        """Later, when pair heads go out."""
        self.federation.stop()
        self.federation.clock = "+25h"
        self.federation.start_all()
