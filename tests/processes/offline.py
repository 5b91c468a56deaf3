"""What the commands for machines without a line do not sign."""
from terminal import INPUT, answers, errors


def in_vain(nobody, demo, folder, signed, share):
    """What no broker would take is not signed, and whose signatures are too few is told so: on a machine without a line."""
    *federation, _, key = signed
    genesis = ["--genesis", demo / "genesis.toml"]
    policy = ["authority", "sign-policy", "FR", "policy/examples/fr.toml", *federation, "--keys", folder / "policy-json",
              "--out", folder / "vain.txt", "--version"]
    errors(nobody, INPUT, "input-refused", [*policy, "9"], "version 1")
    errors(nobody, INPUT, "input-refused", [*policy[:2], "BR", *policy[3:], "1"], "FR")
    errors(nobody, INPUT, "input-refused", [*policy[:3], "README.md", *policy[4:], "1"], "README.md:")
    errors(nobody, INPUT, "input-refused", [*share[:2], "instruments", *share[3:]], "groups.toml:")
    errors(nobody, INPUT, "input-refused", [*share[:2], "labels", *share[3:]], "vocabulary")
    counted, said = answers(nobody, lambda style: [*share, *genesis])
    assert counted["missing"] == 2 and "2 MORE" in said["en"].stdout, said["en"].stdout
    errors(nobody, INPUT, "input-refused", [*share, "--authority-key", f"{key},{key}", *genesis], "FR")
    enrol = ["agency", "enrol", "FR.vain", *federation, "--keys", folder / "vain", "--request", folder / "vain.txt"]
    errors(nobody, INPUT, "input-refused", [*enrol, "--kind", "wizard", "--name", "N"], "police")
    errors(nobody, INPUT, "input-refused", [*enrol, "--kind", "police", "--name", "N\u202eM"], "<U+202E>")
    assert not (folder / "vain").exists() and not (folder / "vain.txt").exists(), "nothing is made"
    answers(nobody, lambda style: ["agency", "enrol", f"FR.vain-{style}", *enrol[3:5], "--kind", "police", "--name", "N",
                                        "--keys", folder / f"vain-{style}", "--request", folder / f"vain-{style}.txt"])
    approve = ["agency", "approve", folder / "vain-en.txt", *federation, "--out", folder / "vain.txt", *genesis]
    errors(nobody, INPUT, "input-refused", [*approve, "--authority-key", demo / "authority-DE/authority.key"], "FR")
    answers(nobody, lambda style: [*approve, "--authority-key", key])
