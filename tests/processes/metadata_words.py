"""Words that stand nowhere else, and where they turn up in what was recorded: in any case, as UTF-8 or UTF-16, in hex or base64, in
halves, or as a digest without salt, by which whoever guesses the word knows that it is there."""
import base64
import hashlib
import random
import string

LETTERS = 20  # of a word; half of them are enough to know it again


def base64_forms(data):
    """The letters that these bytes give wherever they begin within what is encoded."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data)
        whole = (before + len(data)) * 8 // 6
        yield encoded[-(-before * 8 // 6):whole]


def forms(word):
    """Of any case; then those of which the case counts."""
    halves = [word[:len(word) // 2], word[len(word) // 2:]]
    encoded = [half.encode(code) for half in halves for code in ("utf-8", "utf-16-le", "utf-16-be")]
    digest = hashlib.sha256(word.encode()).digest()
    return [*(one.lower() for one in encoded), *(one.hex().encode() for one in encoded), digest.hex().encode()], [
        *(form for one in encoded for form in base64_forms(one)), *base64_forms(digest), digest]


class Words:
    """Each is made once, for what it is put into."""

    def __init__(self, seed=None):
        self._random, self.made = random.Random(seed), {}

    def __call__(self, what):
        if what not in self.made:
            self.made[what] = "".join(self._random.choice(string.ascii_lowercase) for _ in range(LETTERS))
        return self.made[what]

    def found_in(self, data):
        """What they were put into, of those that are there."""
        return found_in(data, self.made)


def found_in(data, words):
    lower = data.lower()
    found = []
    for what, word in words.items():
        of_any_case, of_its_case = forms(word)
        if any(form in lower for form in of_any_case) or any(form in data or form.replace(b"+", b"-").replace(b"/", b"_") in data
                                                             for form in of_its_case):
            found.append(what)
    return found
