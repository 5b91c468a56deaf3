"""What a member rebuilds from the log: agencies, keys, policies, and the tree itself.

Statements are trusted by their chain from the genesis file, never because the broker logged them:
an open entry that does not verify is counted in the tree and in the snapshot, raises an alarm, and
changes nothing else.
"""

import bisect
import dataclasses
import re

from entente_formats import USES, key_id, verify_statement
from entente_log import next_snapshot, read_followed
import entente_merkle as merkle
from entente_messages import pb
from entente_strict import Refused, is_agency, jurisdiction_of, read

WORDS = {number: word for word, number in USES.items()}
AGENCY_USES = {"record-signing", "delivery", "acknowledgement", "witness", "matching", "officer"}
JURISDICTION_USES = {"policy-author", "policy-protection"}
KIND = re.compile(r"[a-z-]{1,40}")
TOLERANCE_MS = 5 * 60 * 1000
FRESH_MS = 15 * 60 * 1000
DELIVERY_MS = 7 * 86400 * 1000
KEYS_IN_STATEMENT = 64


@dataclasses.dataclass
class KnownKey:
    id: bytes
    use: str
    owner: str
    public: bytes
    from_ms: int
    until_ms: int
    index: int
    revoked_index: int = None
    role: str = ""  # of an officer's key

    def holds_at(self, index, instant_ms):
        """In its period and not revoked, at a log index above its own."""
        revoked = self.revoked_index is not None and self.revoked_index < index
        return not revoked and self.from_ms <= instant_ms < self.until_ms


class Directory:
    """State after the open entries applied so far."""

    def __init__(self, genesis):
        self.genesis = genesis
        self.agencies = {}  # name -> (log index, statement), in the order of the log
        self.keys = {}  # (owner, key id) -> KnownKey, in the order of the log
        self.last_keys_ms = {}  # (owner, use that signed) -> instant of the last statement
        self.formats = {}  # by owner: the last list
        self.policies = {}
        self.federation_files = {}

    def apply(self, entry, index):
        appliers = {pb.ENTRY_KIND_AGENCY: self._agency, pb.ENTRY_KIND_KEYS: self._keys,
                    pb.ENTRY_KIND_REVOCATION: self._revocation, pb.ENTRY_KIND_POLICY: self._policy,
                    pb.ENTRY_KIND_FEDERATION_FILE: self._federation_file}
        if entry.kind == pb.ENTRY_KIND_GENESIS:
            if index != 0 or entry.open.body != self.genesis.data:
                raise Refused("malformed", "a genesis entry that is not ours")
            return
        statement = read(pb.SignedStatement, entry.open.body)
        appliers[entry.kind](statement, index, entry.instant_ms)

    # ---- one method for each type of statement

    def _agency(self, statement, index, instant_ms):
        body = read(pb.AgencyStatement, statement.body)
        self._one_signer(statement, "agency", [(jurisdiction_of(body.agency), "authority")],
                         index, instant_ms)
        before = [known for _, known in self.agencies.get(body.agency, [])]
        _require(body.number == len(before) + 1, "agency statements are numbered without holes")
        _require(all(known.kind == body.kind for known in before), "an agency keeps its kind")
        _require(KIND.fullmatch(body.kind), "an agency's kind is a word")
        _require(1 <= len(body.name.encode()) <= 200
                 and not any(c < " " or c == "\x7f" for c in body.name), "an agency's name")
        _require(not body.until_ms or (body.from_ms < body.until_ms
                                       and body.state != pb.AgencyStatement.REMOVED), "until")
        self.agencies.setdefault(body.agency, []).append((index, body))

    def _keys(self, statement, index, instant_ms):
        body = read(pb.KeyStatement, statement.body)
        signer = self._signer_of_keys(body)
        self._one_signer(statement, "keys", [signer], index, instant_ms)
        last = self.last_keys_ms.get((body.owner, signer[1]), -1)
        _require(last < body.instant_ms <= instant_ms + TOLERANCE_MS, "the instant of the keys")
        fresh = {}
        for entry in body.keys:
            place = body.owner, key_id(entry.use, entry.public_key)
            _require(place not in self.keys and place not in fresh, "a key already named")
            _require(entry.from_ms < entry.until_ms, "a key's period")
            _require(entry.role in (("author", "releaser") if WORDS[entry.use] == "officer"
                                    else ("",)), "a role that the key's use does not have")
            _require(WORDS[entry.use] != "delivery"
                     or entry.until_ms - entry.from_ms <= DELIVERY_MS, "a delivery key's week")
            fresh[place] = KnownKey(place[1], WORDS[entry.use], body.owner, entry.public_key,
                                    entry.from_ms, entry.until_ms, index, role=entry.role)
        formats = list(body.format_versions)
        _require(len(body.keys) <= KEYS_IN_STATEMENT, "so many keys")
        _require(fresh or (formats and formats != self.formats.get(body.owner)), "keys or formats")
        _require(0 not in body.format_versions, "format versions run from 1")
        self.keys.update(fresh)
        if formats:
            self.formats[body.owner] = formats
        self.last_keys_ms[body.owner, signer[1]] = body.instant_ms

    def _signer_of_keys(self, body):
        uses = {WORDS[entry.use] for entry in body.keys}
        if not is_agency(body.owner):
            _require(uses <= JURISDICTION_USES, "uses that a jurisdiction does not have")
            return body.owner, "authority"
        _require(body.owner in self.agencies, "keys of an agency that was not admitted")
        _require(self.agencies[body.owner][-1][1].state != pb.AgencyStatement.REMOVED,
                 "keys of an agency that was removed")
        if uses == {"identity"}:
            return jurisdiction_of(body.owner), "authority"
        _require(uses <= AGENCY_USES, "no one signature does for these uses")
        return body.owner, "identity"

    def _revocation(self, statement, index, instant_ms):
        body = read(pb.Revocation, statement.body)
        self._one_signer(statement, "revocation",
                         [(jurisdiction_of(body.owner), "authority"), (body.owner, "identity")],
                         index, instant_ms)
        _require(body.instant_ms <= instant_ms + TOLERANCE_MS, "the instant of a revocation")
        key = self.keys.get((body.owner, body.key_id))
        _require(key and key.revoked_index is None, "a key that the owner has and may revoke")
        key.revoked_index = index

    def _policy(self, statement, index, instant_ms):
        body = read(pb.PolicyStatement, statement.body)
        _require(body.jurisdiction in self.genesis.authorities, "a jurisdiction of this federation")
        signers = self._signers(statement, "policy", [
            (body.jurisdiction, "policy-author"), (body.jurisdiction, "policy-protection")],
            index, instant_ms)
        _require(len(signers) == len({key.use for key in signers}) == 2
                 == len({key.public for key in signers}), "two signatures of two offices")
        _put_file(self.policies.setdefault(body.jurisdiction, []), body)

    def _federation_file(self, statement, index, instant_ms):
        body = read(pb.FederationFileStatement, statement.body)
        authorities = [(name, "authority") for name in self.genesis.authorities]
        if body.type.startswith("calendar-"):
            state = body.type.removeprefix("calendar-")
            _require(state in self.genesis.authorities, "a jurisdiction of this federation")
            self._one_signer(statement, "federation-file", [(state, "authority")], index, instant_ms)
            _put_file(self.federation_files.setdefault(body.type, []), body)
            return
        signers = self._signers(statement, "federation-file", authorities, index, instant_ms)
        _require(3 * len(signers) > 2 * len(authorities), "not more than two thirds")
        _put_file(self.federation_files.setdefault(body.type, []), body)

    # ---- who signed

    def _signers(self, statement, kind, candidates, index, instant_ms):
        """The keys of all signatures; refuses unless each holds and is of a candidate."""
        signers = []
        def public_of(identifier):
            signers.append(self._candidate(identifier, candidates, index, instant_ms))
            return signers[-1].public
        verify_statement(self.genesis.federation, kind, statement, public_of)
        return signers

    def _one_signer(self, statement, kind, candidates, index, instant_ms):
        if len(self._signers(statement, kind, candidates, index, instant_ms)) != 1:
            raise Refused("bad-signature", f"{kind}: exactly one signature")

    def _candidate(self, identifier, candidates, index, instant_ms):
        for owner, use in candidates:
            try:
                return self.find_key(owner, use, identifier, index, instant_ms)
            except Refused as refused:
                if refused.reason != "key-unknown":
                    raise
        raise Refused("key-unknown", "a key that may not sign this")

    # ---- questions

    def find_key(self, owner, use, identifier, index, instant_ms):
        """The key, when it is valid at this log index and instant."""
        if use == "authority" and identifier == self.genesis.authority_id(owner):
            return KnownKey(identifier, use, owner, self.genesis.authorities[owner], 0, 0, 0)
        key = self.keys.get((owner, identifier))
        if key is None or key.use != use or key.index >= index:
            raise Refused("key-unknown", f"{use} key of {owner}")
        if not key.holds_at(index, instant_ms):
            raise Refused("key-not-valid-then", f"{use} key of {owner}")
        if is_agency(owner):
            self.check_admitted(owner, index, instant_ms)
        return key

    def check_admitted(self, agency, index, instant_ms):
        states = [body.state for at, body in self.agencies.get(agency, [])
                  if at < index and body.from_ms <= instant_ms
                  and (not body.until_ms or instant_ms < body.until_ms)]
        if not states:
            raise Refused("wrong-agency", f"{agency} is no agency of the federation now")
        if states[-1] != pb.AgencyStatement.ADMITTED:
            raise Refused("agency-suspended", agency)

    def check_statement(self, kind, statement, owner, use, index, instant_ms):
        """Refuses unless keys of that owner and use, valid then, signed the statement."""
        self._signers(statement, kind, [(owner, use)], index, instant_ms)

    def delivery_key(self, agency, index, instant_ms):
        """The key to seal to now; of several, the one that stands last in the log."""
        self.check_admitted(agency, index, instant_ms)
        keys = [key for key in self.keys.values() if (key.owner, key.use) == (agency, "delivery")
                and key.index < index and key.holds_at(index, instant_ms)]
        if not keys:
            raise Refused("key-unknown", f"{agency} has no delivery key for now")
        return keys[-1]

    def policy_version(self, jurisdiction, instant_ms):
        return max((policy.version for policy in self.policies.get(jurisdiction, [])
                    if policy.in_force_ms <= instant_ms), default=0)


class Follower:
    """The log as this member has followed it: leaf hashes, snapshots and the directory."""

    def __init__(self, genesis):
        self.directory = Directory(genesis)
        self.leaves = []
        self.snapshots = [bytes(32)]
        self.open_below = []  # open entries below each index
        self.open_instants = []
        self.policy_below = [0]  # by snapshot: the last in which what decisions rest on changed
        self.instant_ms = 0
        self.alarms = []

    @property
    def size(self):
        return len(self.leaves)

    def append(self, data):
        entry, index = read_followed(data), self.size
        if entry.instant_ms < self.instant_ms:
            raise Refused("fork", f"the instant of entry {index} decreases")
        if (entry.kind == pb.ENTRY_KIND_GENESIS) != (index == 0):
            raise Refused("fork", f"entry {index} and the genesis file")
        self.open_below.append(len(self.snapshots) - 1)
        if entry.WhichOneof("class") == "open":
            changed = _changes_policy(entry)
            try:
                self.directory.apply(entry, index)
            except Refused as refusal:
                if index == 0:
                    raise
                self.alarms.append(f"open entry {index} does nothing: {refusal}")
                changed = False
            self.policy_below.append(len(self.snapshots) if changed else self.policy_below[-1])
            self.snapshots.append(next_snapshot(self.snapshots[-1], data))
            self.open_instants.append(entry.instant_ms)
        self.leaves.append(merkle.leaf_hash(data))
        self.instant_ms = entry.instant_ms

    def root_at(self, size):
        return merkle.root(self.leaves[:size]) if 0 <= size <= self.size else None

    def check(self, checkpoint):
        """Refuses a checkpoint that is not of the tree followed; it must be fetched up to there."""
        if self.root_at(checkpoint.size) != checkpoint.root:
            raise Refused("fork", f"the root of the first {checkpoint.size} entries is not ours")

    def check_snapshot(self, part, index, instant_ms):
        """The decision rests on a state of this log, and on one that was not long out of date."""
        number, below = part.snapshot_number, self.open_below[index]
        if number > below or part.snapshot_hash != self.snapshots[number]:
            raise Refused("proof-bad", f"snapshot {number} is none of this log")
        if number < min(below, bisect.bisect_right(self.open_instants, instant_ms - FRESH_MS)):
            raise Refused("snapshot-behind", f"snapshot {number}")


    def check_current(self, part, taken_ms):
        """No policy that has been in the log for long by then is missing from the decision."""
        known = bisect.bisect_right(self.open_instants, min(taken_ms - FRESH_MS, self.instant_ms))
        if part.snapshot_number < self.policy_below[known]:
            raise Refused("snapshot-behind", "policies have changed since it was decided")


def _changes_policy(entry):
    """Agencies, policies and federation files but calendars; keys change no decision."""
    if entry.kind != pb.ENTRY_KIND_FEDERATION_FILE:
        return entry.kind in (pb.ENTRY_KIND_AGENCY, pb.ENTRY_KIND_POLICY)
    statement = pb.SignedStatement.FromString(entry.open.body)
    return not pb.FederationFileStatement.FromString(statement.body).type.startswith("calendar-")


def _require(held, text):
    """Whatever makes a statement without effect; which reason it has is for nobody to read."""
    if not held:
        raise Refused("malformed", text)


def _put_file(files, body):
    _require(not files or body.version > files[-1].version, "versions rise")
    files.append(body)
