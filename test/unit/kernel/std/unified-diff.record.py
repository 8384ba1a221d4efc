"""Writes unified-diff.cases.json: what Python's difflib gives for random texts. Run it with any Python 3.11."""
import difflib, json, os, random

random.seed(7)


def text(words, length):
    return [f"{random.randrange(words)}\n" for _ in range(random.randrange(length + 1))]


def edited(lines, words):
    lines = list(lines)
    for _ in range(random.randrange(8)):
        at = random.randrange(len(lines) + 1)
        if random.random() < 0.5 or not lines:
            lines.insert(at, f"{random.randrange(words)}\n")
        else:
            lines.pop(min(at, len(lines) - 1))
    return lines


cases = []
for number in range(300):
    words, length = random.choice([2, 3, 5, 20, 200]), random.choice([0, 1, 2, 5, 20, 40] + [260] * (number % 12 == 0))
    old = text(words, length)
    new = edited(old, words) if random.random() < 0.7 else text(words, length)
    if new and random.random() < 0.2:
        new[-1] = new[-1].rstrip("\n")
    context = random.choice([3, 3, 3, 0, 1, 5])
    cases.append(["".join(old), "".join(new), context, "".join(difflib.unified_diff(old, new, "x", "y", n=context))])
name = os.path.join(os.path.dirname(os.path.abspath(__file__)), "unified-diff.cases.json")
with open(name, "w") as handle:
    handle.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
