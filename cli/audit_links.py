"""entente-audit carries neither gRPC nor RocksDB: read from the binary itself, its dynamic section
and its symbols. A program that has them is read too, so that the reading is known to work.

Usage: audit_links.py AUDIT WITH_GRPC WITH_ROCKSDB
"""

import subprocess
import sys

FORBIDDEN = ("grpc", "rocksdb")


def needed(path):
    text = subprocess.run(["readelf", "--dynamic", path], check=True, capture_output=True, text=True)
    return [line for line in text.stdout.splitlines() if "(NEEDED)" in line]


def symbols(path):
    text = subprocess.run(["nm", "--demangle", path], check=True, capture_output=True, text=True)
    return text.stdout.splitlines()


def found(lines, word):
    return sum(word in line.lower() for line in lines)


def main(audit, with_grpc, with_rocksdb):
    failures = []
    for word in FORBIDDEN:
        for what, lines in (("library", needed(audit)), ("symbol", symbols(audit))):
            if not lines:
                failures.append(f"{audit}: no {what} could be read")
            if found(lines, word):
                failures.append(f"{audit}: {found(lines, word)} {what} entries name {word}")
    for word, path in (("grpc", with_grpc), ("rocksdb", with_rocksdb)):
        if not found(symbols(path), word):
            failures.append(f"{path}: {word} was to be found here, so the reading does not work")
    print("\n".join(failures) or f"{audit}: neither {' nor '.join(FORBIDDEN)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
