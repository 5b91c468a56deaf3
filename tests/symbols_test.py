#!/usr/bin/python3
"""No broker holds code that opens or seals a record: reads the symbols of the unstripped programs.

The same patterns that must find nothing in the broker must find something, each of them, in the node;
a broker without symbols fails.

Usage: tests/symbols_test.py BROKER NODE
"""
import re
import subprocess
import sys

# The oprf pattern is for the broker alone: no program has private matching yet. The sizes of sealed files are
# checked by all.
PATTERNS = {
    "sealing": re.compile(r"entente::(record|crypto)::\(?[\w:]*Seal(?!edFile)"),
    "opening": re.compile(r"entente::(record|crypto)::Open"),
    "hpke": re.compile(r"hpke", re.IGNORECASE),
    "aead": re.compile(r"crypto_aead_|chacha20poly1305", re.IGNORECASE),
    "agreement": re.compile(r"crypto_scalarmult|entente::crypto::AgreementKey"),
}
BROKER_ONLY = {"oprf": re.compile(r"oprf|ristretto255", re.IGNORECASE)}
LEAST_SYMBOLS = 1000


def symbols(program):
    out = subprocess.run(["nm", "--demangle", program], capture_output=True, text=True, check=False)
    if out.returncode != 0:
        sys.exit(f"{program}: nm cannot read it: {out.stderr.strip()}")
    rows = [line[19:] if line[:1] in "0123456789abcdef" else line.strip() for line in out.stdout.splitlines()]
    if len(rows) < LEAST_SYMBOLS:
        sys.exit(f"{program} has only {len(rows)} symbols: it is stripped, so this test would see nothing")
    return rows


def main():
    broker, node = symbols(sys.argv[1]), symbols(sys.argv[2])
    errors = []
    for name, pattern in {**PATTERNS, **BROKER_ONLY}.items():
        found = [row for row in broker if pattern.search(row)]
        if found:
            errors.append(f"the broker has {len(found)} {name} symbols, such as {found[0]}")
    for name, pattern in PATTERNS.items():
        count = sum(1 for row in node if pattern.search(row))
        print(f"{name}: 0 expected in the broker, {count} in the node")
        if count == 0:
            errors.append(f"the pattern for {name} finds nothing in the node: it proves nothing")
    print("\n".join(errors) or f"broker: {len(broker)} symbols, none that seals or opens")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
