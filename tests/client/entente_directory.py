"""What a member rebuilds from the log: agencies, keys, policies, and the tree itself.

Statements are trusted by their chain from the genesis file, never because the broker logged them:
an open entry that does not verify is counted in the tree and in the snapshot, raises an alarm, and
changes nothing else.
"""

import dataclasses

from entente_formats import USES, key_id, verified_signers
from entente_log import next_snapshot, read_entry
import entente_merkle as merkle
from entente_messages import pb
from entente_strict import Refused, is_agency, jurisdiction_of, read

WORDS = {number: word for word, number in USES.items()}
AGENCY_USES = {"record-signing", "delivery", "acknowledgement", "witness", "matching", "officer"}
JURISDICTION_USES = {"policy-author", "policy-protection"}


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

    def valid_at(self, index, instant_ms):
        """At a log index: named below it, not revoked below it, and in its period."""
        revoked = self.revoked_index is not None and self.revoked_index < index
        return (self.index < index and not revoked
                and self.from_ms <= instant_ms < self.until_ms)


class Directory:
    """State after the open entries applied so far."""

    def __init__(self, genesis):
        self.genesis = genesis
        self.agencies = {}
        self.keys = {}
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
        self._by_authority(statement, "agency", jurisdiction_of(body.agency))
        before = self.agencies.get(body.agency)
        if body.number != (before.number + 1 if before else 1):
            raise Refused("not-authorised", "agency statements are numbered without holes")
        if before and before.kind != body.kind:
            raise Refused("not-authorised", "an agency keeps its kind")
        self.agencies[body.agency] = body

    def _keys(self, statement, index, instant_ms):
        body = read(pb.KeyStatement, statement.body)
        uses = {WORDS[entry.use] for entry in body.keys}
        if is_agency(body.owner):
            if body.owner not in self.agencies:
                raise Refused("not-authorised", "keys of an agency that was not admitted")
            if uses == {"identity"}:
                self._by_authority(statement, "keys", jurisdiction_of(body.owner))
            elif uses <= AGENCY_USES:
                self._by_keys(statement, "keys", body.owner, "identity", index, instant_ms)
            else:
                raise Refused("not-authorised", "no one signature does for these uses")
        elif uses <= JURISDICTION_USES:
            self._by_authority(statement, "keys", body.owner)
        else:
            raise Refused("not-authorised", "uses that a jurisdiction does not have")
        for entry in body.keys:
            identifier = key_id(entry.use, entry.public_key)
            if identifier in self.keys:
                raise Refused("not-authorised", "a key that is already named")
        for entry in body.keys:
            identifier = key_id(entry.use, entry.public_key)
            self.keys[identifier] = KnownKey(identifier, WORDS[entry.use], body.owner,
                                             entry.public_key, entry.from_ms, entry.until_ms, index)

    def _revocation(self, statement, index, instant_ms):
        body = read(pb.Revocation, statement.body)
        key = self.keys.get(body.key_id)
        if key is None or key.owner != body.owner:
            raise Refused("key-unknown", "revocation of a key that the owner does not have")
        jurisdiction = jurisdiction_of(body.owner)
        signers = self._signers(statement, "revocation")
        identities = {k.id for k in self._valid(body.owner, "identity", index, instant_ms)}
        if not signers & (identities | {self.genesis.authority_id(jurisdiction)}):
            raise Refused("bad-signature", "revocation")
        if key.revoked_index is None:
            key.revoked_index = index

    def _policy(self, statement, index, instant_ms):
        body = read(pb.PolicyStatement, statement.body)
        self._by_keys(statement, "policy", body.jurisdiction, "policy-author", index, instant_ms)
        self._by_keys(statement, "policy", body.jurisdiction, "policy-protection", index,
                      instant_ms)
        self.policies.setdefault(body.jurisdiction, []).append(body)

    def _federation_file(self, statement, index, instant_ms):
        body = read(pb.FederationFileStatement, statement.body)
        authorities = {self.genesis.authority_id(name) for name in self.genesis.authorities}
        signers = self._signers(statement, "federation-file") & authorities
        if 3 * len(signers) <= 2 * len(authorities):
            raise Refused("bad-signature", "federation file: not more than two thirds")
        self.federation_files[body.type] = body

    # ---- who signed

    def _public_of(self, identifier):
        if identifier in self.keys:
            return self.keys[identifier].public
        for name, public in self.genesis.authorities.items():
            if identifier == self.genesis.authority_id(name):
                return public
        return None

    def _signers(self, statement, kind):
        return set(verified_signers(self.genesis.federation, kind, statement, self._public_of))

    def _by_authority(self, statement, kind, jurisdiction):
        authority = self.genesis.authority_id(jurisdiction)
        if authority is None:
            raise Refused("key-unknown", f"no authority for {jurisdiction}")
        if authority not in self._signers(statement, kind):
            raise Refused("bad-signature", f"{kind}: not by the authority of {jurisdiction}")

    def _by_keys(self, statement, kind, owner, use, index, instant_ms):
        valid = {key.id for key in self._valid(owner, use, index, instant_ms)}
        if not valid & self._signers(statement, kind):
            raise Refused("bad-signature", f"{kind}: not by a valid {use} key of {owner}")

    def _valid(self, owner, use, index, instant_ms):
        return [key for key in self.keys.values()
                if key.owner == owner and key.use == use and key.valid_at(index, instant_ms)]

    # ---- questions

    def check_statement(self, kind, statement, owner, use, index, instant_ms):
        """Refuses unless a key of that owner and use, valid then, signed the statement."""
        self._by_keys(statement, kind, owner, use, index, instant_ms)

    def delivery_key(self, agency, index, instant_ms):
        """The key to seal to now; of several, the one published last."""
        state = self.agencies.get(agency)
        if state is None or state.state != pb.AgencyStatement.ADMITTED:
            raise Refused("key-unknown", f"{agency} is not an admitted agency")
        if instant_ms < state.from_ms or (state.until_ms and instant_ms >= state.until_ms):
            raise Refused("key-unknown", f"{agency} is not admitted now")
        keys = self._valid(agency, "delivery", index, instant_ms)
        if not keys:
            raise Refused("key-unknown", f"{agency} has no delivery key for now")
        return max(keys, key=lambda key: (key.index, key.id))

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
        self.instant_ms = 0
        self.alarms = []

    @property
    def size(self):
        return len(self.leaves)

    def append(self, data):
        entry, index = read_entry(data), self.size
        if entry.instant_ms < self.instant_ms:
            raise Refused("fork", f"the instant of entry {index} decreases")
        if (entry.kind == pb.ENTRY_KIND_GENESIS) != (index == 0):
            raise Refused("fork", f"entry {index} and the genesis file")
        self.open_below.append(len(self.snapshots) - 1)
        if entry.WhichOneof("class") == "open":
            try:
                self.directory.apply(entry, index)
            except Refused as refusal:
                if index == 0:
                    raise
                self.alarms.append(f"open entry {index} does nothing: {refusal}")
            self.snapshots.append(next_snapshot(self.snapshots[-1], data))
        self.leaves.append(merkle.leaf_hash(data))
        self.instant_ms = entry.instant_ms

    def root_at(self, size):
        return merkle.root(self.leaves[:size]) if 0 <= size <= self.size else None

    def check(self, checkpoint):
        """Refuses a checkpoint that is not of the tree followed; it must be fetched up to there."""
        if self.root_at(checkpoint.size) != checkpoint.root:
            raise Refused("fork", f"the root of the first {checkpoint.size} entries is not ours")

    def check_snapshot(self, part, index):
        """The decision was made on all open entries below its index."""
        number = self.open_below[index]
        if (part.snapshot_number, part.snapshot_hash) != (number, self.snapshots[number]):
            raise Refused("proof-bad", f"snapshot {part.snapshot_number}, not {number}")
