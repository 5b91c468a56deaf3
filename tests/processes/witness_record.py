#!/usr/bin/python3
"""Writes witness_conversation.json: what a log and others say to a witness, and what the text of
c2sp.org/tlog-witness has it answer. Every sentence beside a step says which rule it is.

  tests/processes/witness_record.py >tests/processes/witness_conversation.json
"""
import json

from witness_log import Log, b64, sha256

ONE, TWO = Log("log.example/one"), Log("log.example/two", seed=2)
ROTATED = Log("log.example/one", seed=3)
FORK = Log("log.example/one", entry="another")
STRANGER = Log("log.example/stranger", seed=9)
IMPOSTOR = Log("log.example/one", seed=9)
FILL = b64(sha256(b"fill"))


def step(why, status, request, **more):
    return {"why": why, "status": status, "request": request, **more}


def cosigned(why, request):
    return step(why, 200, request)


def conflict(why, held, request):
    return step(why, 409, request, body=f"{held}\n")


def firsts():
    yield conflict("never cosigned: zero is held", 0, ONE.body(3, 5))
    yield step("the proof must be empty if the old size is zero", 422, ONE.body(0, 5, proof=[sha256(b"x")]))
    yield cosigned("the first checkpoint", ONE.body(0, 5))
    yield cosigned("old size and checkpoint size are the same, and the root", ONE.body(5, 5))
    yield conflict("the size of the latest cosigned checkpoint", 5, ONE.body(0, 5))
    yield conflict("the same, below what is held", 5, ONE.body(4, 9))
    yield conflict("the same, above what is held", 5, ONE.body(6, 9))
    yield conflict("a conflict comes before the proof is looked at", 5, ONE.body(4, 9, proof=[]))
    yield cosigned("another log has its own state", TWO.body(0, 0))
    yield cosigned("from the empty tree, which was cosigned", TWO.body(0, 3))


def malformed():
    good = ONE.body(5, 9)
    yield step("an old size above the checkpoint's", 400, ONE.body(9, 7))
    yield step("the same, where the old size is the one held", 400, ONE.body(5, 4))
    for line in ("", "old", "old ", "old  5", "old 05", "old +5", "old -5", "old 5 ", "OLD 5", "size 5",
                 "old 18446744073709551616", "old 5\r", "old\t5", "5"):
        yield step(f"an old size line is not {line!r}", 400, good.replace("old 5", line, 1))
    for line in (" " + FILL, FILL + " ", FILL + "\r", FILL[:-1], FILL + "=", "AAAA", "-" + FILL[1:], "x"):
        yield step(f"a proof line is not {line!r}", 400, good.replace("\n", f"\n{line}\n", 1))
    yield step("64 lines of a proof", 400, ONE.body(5, 9, proof=[sha256(b"x")] * 64))
    yield step("no empty line before the checkpoint", 400, good.replace("\n\n", "\n", 1))
    yield step("the note's last line has no newline", 400, good[:-1])
    yield step("a line after the signatures", 400, good + "x\n")
    yield step("an empty line after the signatures", 400, good + "\n")
    yield step("no signature", 400, ONE.body(5, 9, note=ONE.text(9) + "\n"))
    yield step("no note", 400, "old 5\n\n")
    yield step("nothing", 400, "")
    text = ONE.text(9)
    for bad in (text.replace("\n9\n", "\n09\n"), text.replace("\n9\n", "\n 9\n"), text.replace("\n9\n", "\nx\n"),
                text.replace("=\n", "\n"), text.split("\n", 1)[1], text + "more\n\nafter an empty line\n"):
        yield step(f"a checkpoint is not {bad!r}", 400, ONE.body(5, 9, note=f"{bad}\n{ONE.signature(bad)}"))
    yield step("a hyphen is no em dash", 400, good.replace("\u2014", "-"))
    yield step("a control character", 400, ONE.body(5, 9, note=ONE.note(9, "a\tb\n")))


def strangers():
    yield step("an unknown origin", 404, STRANGER.body(0, 5))
    yield step("the same, whoever signed it", 404,
               ONE.body(0, 5, note=f"{STRANGER.text(5)}\n{ONE.signature(STRANGER.text(5))}"))
    text = ONE.text(9)
    yield step("a known origin and no known key", 403, IMPOSTOR.body(5, 9))
    yield step("the key of another known log", 403, ONE.body(5, 9, note=f"{text}\n{TWO.signature(text)}"))
    wrong = ONE.signature("x\n")
    yield step("a known key has signed something else", 403, ONE.body(5, 9, note=f"{text}\n{wrong}"))
    yield step("a right signature does not save a wrong one by a known key", 403,
               ONE.body(5, 9, note=f"{text}\n{ROTATED.signature(text)}{wrong}"))
    yield step("the signature is looked at before the sizes", 403, IMPOSTOR.body(9, 7))
    yield step("and before the state", 403, IMPOSTOR.body(0, 9))


def proofs():
    yield step("a fork", 422, FORK.body(5, 9))
    yield step("a fork with the proof of the true log", 422, FORK.body(5, 9, proof=ONE.proof(5, 9)))
    true = ONE.proof(5, 9)
    yield step("no proof", 422, ONE.body(5, 9, proof=[]))
    yield step("a proof that is too short", 422, ONE.body(5, 9, proof=true[:-1]))
    yield step("a proof that is too long", 422, ONE.body(5, 9, proof=true + [sha256(b"x")]))
    yield step("a proof in another order", 422, ONE.body(5, 9, proof=true[::-1]))
    yield step("a proof where none is needed", 422, ONE.body(5, 5, proof=[sha256(b"x")]))
    yield conflict("the same size with another root", 5, FORK.body(5, 5))


def more():
    text = ONE.text(9)
    others = "".join(STRANGER.signature(text) for _ in range(16))
    yield cosigned("signatures by unknown keys are ignored, before and after",
                   ONE.body(5, 9, note=f"{text}\n{others}{ONE.signature(text)}{STRANGER.signature(text)}"))
    yield cosigned("another known key of the log", ROTATED.body(9, 12))
    yield cosigned("extension lines are signed with the rest", ONE.body(12, 20, note=ONE.note(20, "more\neven more\n")))
    yield cosigned("from a perfect tree on", ONE.body(20, 64))
    yield cosigned("and beyond it", ONE.body(64, 65))
    yield conflict("all this counts", 65, ONE.body(20, 64))


def elsewhere():
    body = ONE.body(65, 66)
    for path in ("/", "/add-checkpoint/", "/add", "/witness/add-checkpoint", "/sign-subtree"):
        yield step("only add-checkpoint is there", 404, body, path=path)
    for method in ("GET", "PUT", "DELETE"):
        yield step("the request must be a POST", 405, body, method=method)
    yield conflict("nothing of that counted", 65, ONE.body(0, 1))


def conversation():
    restart = {"why": "the witness is restarted", "restart": True}
    yield from firsts()
    yield restart
    yield conflict("what was cosigned is held after a restart", 5, ONE.body(0, 5))
    yield from malformed()
    yield from strangers()
    yield from proofs()
    yield restart
    yield from more()
    yield from elsewhere()


def main():
    steps = list(conversation())
    print(json.dumps({"log_vkeys": [ONE.vkey, ROTATED.vkey, TWO.vkey], "steps": steps}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
