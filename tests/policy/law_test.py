#!/usr/bin/python3
"""The example policies against docs/law.md: every rule says what law it rests on and whether that text was read, every
rule of law in the table is shown by an example, and what the node does whatever a policy says is held by the tests named.

Usage: tests/policy/law_test.py [ROOT]
"""
import pathlib
import re
import sys
import tomllib

EXAMPLES_AT_LEAST = 60
RULES_OF_LAW_AT_LEAST = 35
STATES_AT_LEAST = 8
SOURCE = re.compile(r"(?P<source>[^;]*[^;\s]) \((?P<mark>text read|from memory|fictional)\)")
ROW = re.compile(r"^\| (?P<source>[^|]+) \| (?P<mark>text read|from memory) \| (?P<words>[^|]+) \| (?P<rules>[^|]+) \| (?P<examples>[^|]+) \|$", re.M)
EXAMPLE = re.compile(r"([A-Z]{2}): “([^”]+)”")
RULE = re.compile(r"[A-Z]{2}-(?:OUT|IN)-\d+")
DUTY = re.compile(r"^- \*\*[^*]+\*\* \((?:text read|from memory)\).*(?:\n  .*)*", re.M)
TEST = re.compile(r"`(\w+Test)\.(\w+)`")
DUTIES_AT_LEAST = 4


def read_sources(law, where, errors):
    """`law` as {source: mark}; each source carries one mark."""
    sources = {}
    for part in law.split("; "):
        found = SOURCE.fullmatch(part)
        if found:
            sources[found["source"]] = found["mark"]
        else:
            errors.append(f"{where}: '{part}' does not end with (text read), (from memory) or (fictional)")
    return sources


class Policies:
    def __init__(self, folder, errors):
        self.errors, self.marks, self.laws, self.causes, self.files = errors, {}, {}, {}, 0
        for path in sorted(folder.glob("*.toml")):
            file = tomllib.loads(path.read_text(encoding="utf-8"))
            if "policy" in file:
                self.add_policy(file)
            for one in file.get("instrument", []):
                self.note(one["law"], one["id"])

    def note(self, law, where):
        sources = read_sources(law, where, self.errors)
        for source, mark in sources.items():
            if self.marks.setdefault(source, mark) != mark:
                self.errors.append(f"{where}: {source} is '{mark}' here and '{self.marks[source]}' elsewhere")
        return sources

    def add_policy(self, file):
        self.files += 1
        state = file["jurisdiction"]
        for half in ("outbound", "inbound"):
            if not file.get(half, {}).get("allow"):
                self.errors.append(f"{state}: the {half} half allows nothing")
            for rule in (rule for rules in file.get(half, {}).values() for rule in rules):
                self.laws[rule["id"]] = sources = self.note(rule["law"], rule["id"])
                if not {"text read", "from memory"} & set(sources.values()):
                    self.errors.append(f"{rule['id']}: names no law that was read or is remembered")
        for example in file.get("example", []):
            if (state, example["say"]) in self.causes:
                self.errors.append(f"{state}: two examples say “{example['say']}”")
            # A rule that yields to an override is shown as well, and not among those that matched.
            yielding = example["record"].get("override", [])
            self.causes[state, example["say"]] = {*example.get("because", []), *yielding}
            if not example.get("because"):
                self.errors.append(f"{state}: “{example['say']}” names no cause")


def check_row(row, policies, errors):
    source, rules = row["source"], set(RULE.findall(row["rules"]))
    if not rules:
        errors.append(f"{source}: names no rule")
    for rule in rules:
        if rule not in policies.laws:
            errors.append(f"{source}: no rule is called {rule}")
        elif policies.laws[rule].get(source) != row["mark"]:
            errors.append(f"{source}: {rule} does not rest on it ({row['mark']})")
    shown = EXAMPLE.findall(row["examples"])
    if not shown:
        errors.append(f"{source}: no example shows it")
    for example in shown:
        if example not in policies.causes:
            errors.append(f"{source}: {example[0]} has no example “{example[1]}”")
        elif not rules & policies.causes[example]:
            errors.append(f"{source}: {example[0]} “{example[1]}” names none of its rules")


def check_duties(root, page, errors):
    """What no rule says, each with a test that exists."""
    tests = set()
    for path in (*root.glob("node/*_test.cc"), *root.glob("cli/*_test.cc")):
        tests.update(re.findall(r"TEST(?:_F)?\((\w+), (\w+)\)", path.read_text(encoding="utf-8")))
    duties = DUTY.findall(page)
    for duty in duties:
        named = TEST.findall(duty)
        if not named:
            errors.append(f"docs/law.md: no test holds “{duty[:60]}…”")
        errors.extend(f"docs/law.md: there is no test {'.'.join(test)}" for test in named if test not in tests)
    return len(duties)


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    errors = []
    policies = Policies(root / "policy/examples", errors)
    page = (root / "docs/law.md").read_text(encoding="utf-8")
    rows = list(ROW.finditer(page))
    for row in rows:
        check_row(row, policies, errors)
    for rule in sorted(set(RULE.findall(page)) - set(policies.laws)):
        errors.append(f"docs/law.md names {rule}, which no policy has")
    if page.count("\n| ") != len(rows) + 1:  # and the heading of the table
        errors.append(f"docs/law.md has {page.count(chr(10) + '| ') - 1} lines of tables, of which {len(rows)} can be read")
    distinct = {row["source"] for row in rows}
    for what, have, least in (("examples", len(policies.causes), EXAMPLES_AT_LEAST),
                              ("rules of law", len(distinct), RULES_OF_LAW_AT_LEAST), ("policies", policies.files, STATES_AT_LEAST),
                              ("duties of the node", check_duties(root, page, errors), DUTIES_AT_LEAST)):
        if have < least:
            errors.append(f"{have} {what}, fewer than {least}")
    print("\n".join(errors) or f"{policies.files} policies, {len(policies.causes)} examples, {len(distinct)} rules of law: each is shown")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
