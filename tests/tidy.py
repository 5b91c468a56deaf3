#!/usr/bin/python3
"""The house rules that a machine can see: who may include whom, caps, and that every source is built.

Usage: tests/tidy.py [BUILD_DIR]   (with a build folder, checks that each .cc file is compiled there)
"""
import json
import pathlib
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODE = ("core", "policy", "broker", "node", "cli", "tests")
CORE = {"core/base", "core/crypto", "core/record", "core/store", "core/audit", "core/ledger", "core/net"}
# Folder -> folders whose headers it may include, beside its own. Tests may include anything.
MAY = {
    "core/base": set(),
    "core/crypto": {"core/base"},
    "core/store": {"core/base"},
    "policy": {"core/base"},
    "core/record": {"core/base", "core/crypto", "proto"},
    "core/audit": {"core/base", "core/crypto", "core/store"},
    "core/ledger": {"core/base", "core/crypto", "core/record", "core/audit", "policy", "proto"},
    "core/net": {"core/base", "proto"},
    "broker": CORE | {"policy", "proto"},
    "node": CORE | {"policy", "proto"},
    "cli": CORE | {"policy", "proto"},
}
OVER_STORE = re.compile(r"core/audit/(log|checkpoint_keeper|fsck|witness_files)[a-z_]*\.(h|cc)$")
SEALING = re.compile(r"core/(crypto/(aead|hpke|padding)|record/(seal|open|receive))[a-z_]*\.h$")
SYSTEM = [  # angle-bracket includes and the only places that may have them
    (re.compile(r"<sodium"), ("core/crypto/",)),
    (re.compile(r"<rocksdb/"), ("core/store/",)),
    (re.compile(r"<(grpc|grpcpp)/"), ("core/net/", "broker/", "node/", "cli/")),
    (re.compile(r"<toml\+\+"), ("core/base/toml_text",)),
    (re.compile(r"<pugixml"), ("cli/un_list",)),
    (re.compile(r"<microhttpd"), ("node/witness_server",)),
    (re.compile(r"<unicode/"), ("node/search/", "policy/country")),
]
FILE_CAP = 500
FUNCTION_CAP = 70
MEDIAN_CAP = 12
FOREIGN = re.compile(r"(?<![\w.])/(work|home|root/)[/\w]")


def walked():
    """A tree that was unpacked from an archive, as git would list it."""
    left_out = {".git", "build", "demo", "out", "__pycache__"}
    for path in sorted(ROOT.rglob("*")):
        name = path.relative_to(ROOT)
        if path.is_file() and not left_out.intersection(name.parts) and path.suffix != ".pyc":
            yield str(name)


def tracked():
    if not (ROOT / ".git").exists():
        return list(walked())
    out = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"],
                         capture_output=True, text=True, check=True).stdout.split("\n")
    return [name for name in out if name and (ROOT / name).is_file()]


def folder(name):
    parts = name.split("/")
    return "/".join(parts[:2]) if parts[0] == "core" else parts[0]


def target_folder(include):
    return "proto" if include.startswith("entente/v1/") else folder(include)


def check_includes(name, text, errors):
    home = folder(name)
    is_test = home == "tests" or name.endswith(("_test.cc", "_fixture.h"))
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+(?:"([^"]+)"|(<[^>]+>))', line)
        if not match:
            continue
        where = f"{name}:{number}:1"
        if match.group(2):
            for pattern, homes in SYSTEM:
                if pattern.match(match.group(2)) and not is_test and not name.startswith(homes):
                    errors.append(f"{where}: only {', '.join(homes)} may include {match.group(2)}")
            continue
        include = match.group(1)
        if include.startswith(("absl/", "CLI/", "spdlog/", "gtest/", "gmock/")) or is_test:
            continue
        target = target_folder(include)
        if target != home and target not in MAY.get(home, set()):
            errors.append(f"{where}: {home} may not include {include}")
        if home == "core/audit" and target == "core/store" and not OVER_STORE.match(name):
            errors.append(f"{where}: only what keeps a log or a witness on disk may include {include}")
        if home == "core/ledger" and OVER_STORE.match(include):
            errors.append(f"{where}: the ledger is pure and may not include {include}")
        if home == "broker" and SEALING.match(include):
            errors.append(f"{where}: a broker has no code that opens a record, {include} is one")


def functions(text):
    """(first line, length) of each function body, by clang-formatted braces: a definition ends at
    a closing brace in the column where its first line starts."""
    lines = text.splitlines()
    start = None
    for index, line in enumerate(lines):
        opens = re.match(r"^(\s*)[^\s#/}].*[)\w&>] ?(const|noexcept|override|final|mutable|ABSL_\w+\([^)]*\)|-> [^{]+|:.*)* ?\{$", line)
        if start is None and opens and "(" in "".join(lines[max(0, index - 6):index + 1]) and not re.match(
                r"^\s*(namespace|class|struct|enum|union|extern|if|for|while|switch|else|do|try|return|case)\b", line):
            # A list of initializers stands four columns in from its constructor, its other lines six.
            indent = len(opens.group(1))
            if line.lstrip().startswith(":"):
                indent -= 4
            elif any(re.match(r"\s{%d}: \w" % (indent - 2), before) for before in lines[max(0, index - 20):index]):
                indent -= 6
            start = index
        elif start is not None and re.match(r"^\s{%d}\}" % indent, line) and (len(line) == indent or line[indent] == "}"):
            yield start + 1, index - start + 1
            start = None


def check_file(name, text, lengths, errors):
    lines = text.count("\n")
    if lines > FILE_CAP:
        errors.append(f"{name}:{lines}:1: {lines} lines, the cap is {FILE_CAP}")
    if name.endswith((".cc", ".h")):
        for first, length in functions(text):
            if not name.endswith("_test.cc"):
                lengths.append(length)
            if length > FUNCTION_CAP:
                errors.append(f"{name}:{first}:1: a function of {length} lines, the cap is {FUNCTION_CAP}")
    if name.endswith(".h") and not re.match(r"//.*\n", text):
        errors.append(f"{name}:1:1: a header begins by saying what it is for")


def check_built(build, sources, errors):
    compiled = {str(pathlib.Path(row["file"]).resolve())
                for row in json.loads((build / "compile_commands.json").read_text())}
    for name in sources:
        if name.startswith("tests/fuzz/"):
            continue
        if str(ROOT / name) not in compiled:
            errors.append(f"{name}:1:1: no target builds this file")


def main():
    errors, lengths, sources = [], [], []
    for name in tracked():
        path = ROOT / name
        if name != "tests/tidy.py" and path.stat().st_size < 1 << 20:
            text = path.read_text(errors="replace")
            for number, line in enumerate(text.splitlines(), 1):
                if FOREIGN.search(line):
                    errors.append(f"{name}:{number}:1: a path of one machine")
                if name.endswith("package-lock.json") and '"resolved"' in line:
                    errors.append(f"{name}:{number}:1: an address of one registry")
        if name.startswith(tuple(f"{top}/" for top in (*CODE, "proto"))) and name.endswith((".cc", ".h", ".py", ".proto")):
            text = path.read_text()
            check_file(name, text, lengths, errors)
            if name.endswith((".cc", ".h")):
                check_includes(name, text, errors)
            if name.endswith(".cc"):
                sources.append(name)
    if len(sys.argv) > 1:
        check_built(pathlib.Path(sys.argv[1]), sources, errors)
    median = statistics.median(lengths)
    if median > MEDIAN_CAP:
        errors.append(f"tests/tidy.py:1:1: functions have {median} lines in the median, the cap is {MEDIAN_CAP}")
    print("\n".join(errors))
    print(f"tidy: {len(sources)} sources, {len(lengths)} functions, median {median} lines, longest {max(lengths)}; {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
