"""Writes python-regex.cases.json: what Python's re answers. Run it with any Python 3.11."""
import json, os, re, warnings

warnings.simplefilter("ignore")
PATTERNS = ['a','(a)(b)?','^a$','a*','(?i)ABC','(?P<x>a+)(?P=x)','[^]a]+','[]a]','\\Aa\\Z','a{,3}','a{2}','a{2,}?','x{,}','{','a{','a{1','(?:ab|c)+','\\bfoo\\b','\\w+','\\d+','\\s','[\\w-]+','[a-c-e]','(?s).','.+$','(?m)^b$','(?x) a b # c\n c','\\.','\\/','\\-','é','(?i)É','[é-ü]','(?=a)a','(?<=a)b','(?<!a)b','(?#c)a','a|','()','(','a)','[','*a','a**','a+*','a{1}{2}','\\q','\\','(?P<a>','(?P<a>x)(?P<a>y)','(?Z)','(?<a>x)','(a','[z-a]','\\1','(a)\\1','(a)\\2','(?i:a)b','a++','(?>a+)b','a*+a','\\x41','\\u0041','\\101','\\0','[\\b]','[\\d.]+','[^\\W\\d]+','(?s:.)b','(?m:^)b','x(?i)','^\\s*([a-z]+)\\s*=\\s*(.*)$','"[^"]*"','#.*','\\$\\{(\\w+)\\}','[\\[\\]]','[.]','[&&]','[a--b]','(a|b)*','$','^','\\b','(?=$)','^(.*)$','a$','(?m)a$','\\Z','[\\w\\W]','(\\d+)-(\\d+)','(?i)[a-z]+','(?i:[A-C]+)x','[^\\n]+','(?i)straße','k','(?a)\\w+','[\\x41-\\x43]','(?:a?)+','(?:)','a{0}','(?P<n>x)|y','\\ ','\\#','\\~','\\t','(?x)[ #]a','a\\\nb','(?P<1a>x)','(?P>x)','(?P','(?','(?:a','(?P=nope)','a{3,2}']
TEXTS = ["", "aab\nabb\n", "Key = Value_\n", "ABC abc \xc9 \xe91", "10-2 [.]& a\nb \t #x"]
TEMPLATES = ["X", "[\\1]", "\\g<0>!", "\\g<x>", "\\\\n\\n\\08", "\\q"]
FLAGS = [0, re.M | re.I | re.S]


def answers(pattern, flags, text):
    found = []
    for name in ("search", "match", "fullmatch"):
        match = getattr(pattern, name)(text)
        found.append(match and [match.start(), match.group(), list(match.groups())])
    subs = []
    for template in TEMPLATES:
        try:
            subs.append(list(pattern.subn(template, text)))
        except (re.error, IndexError) as exc:
            subs.append(str(exc))
    return [found, subs]


cases = []
for source in PATTERNS:
    for flags in FLAGS:
        try:
            pattern = re.compile(source, flags)
        except re.error as exc:
            cases.append([source, flags, str(exc)])
        else:
            cases.append([source, flags, [answers(pattern, flags, text) for text in TEXTS]])
head = json.dumps({"texts": TEXTS, "templates": TEMPLATES}, ensure_ascii=False)[:-1]
name = os.path.join(os.path.dirname(os.path.abspath(__file__)), "python-regex.cases.json")
with open(name, "w") as handle:
    handle.write(head + ', "cases": [\n')
    handle.write(",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases))
    handle.write("\n]}\n")
