"""What was decided again about a record, told by evidence alone (docs/formats.md, *Decided at release*)."""
from google.protobuf import json_format

from entente_checks import check_again
from entente_log import check_evidence
from entente_messages import pb
from entente_strict import Refused


def take_decision(follower, agency, delivery, checkpoint):
    """Evidence alone: a record of ours was decided again, or one to us refused at release."""
    shown = {"log_index": delivery.evidence.log_index}
    try:
        _, part = check_evidence(delivery.evidence, checkpoint, agency)
        if delivery.HasField("again"):
            decided = check_again(follower, agency, delivery, part.submission,
                                  checkpoint)
            if decided.decisions[0].verdict != pb.VERDICT_REFUSE:
                raise Refused("proof-bad", "released, and there is no record")
        else:
            decided = part.again.decided
            if part.WhichOneof("event") != "again" or decided.origin != agency:
                raise Refused("proof-bad", "no decision about a record of ours")
        shown["decided_again"] = json_format.MessageToDict(decided.decisions[0])
        shown["record_hash"] = decided.record_hash.hex()
    except Refused as refused:
        shown["alarm"] = str(refused)
    return shown
