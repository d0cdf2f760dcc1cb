#!/usr/bin/env python3
"""messages.py - the sentences that people read: collects them from templates and C, checks translations.

    tools/messages.py update [ROOT]     writes data/locale/opentrm.pot and brings every .po there up to date
    tools/messages.py check [ROOT]      names what is wrong in the .po files; ends with 1 if anything is
    tools/messages.py sentences FILE... what templates say, a JSON list [context, one, many] a line

A sentence is found in templates as {{#t}}..{{/t}} (src/web/template.h says what may stand inside), in C as
MSG("..."), MSG_IN("context", "..."), msg(c, "..."), msg_in(c, "context", "..."), msg_count(c, "one", "many", n),
and in the failures of domain and http, which pages show. An .po file keeps its translations; a sentence that
is no longer said stays in it as obsolete; nothing is guessed (no fuzzy matching). Called by `make
translations` and by the tests. Files are written as gettext's own tools read them (msgfmt, Poedit, Weblate).
"""
import glob
import json
import os
import re
import sys

SHOWN_KINDS = "INPUT|LIMIT|STATE|CONFLICT|DENIED|NOT_FOUND|BUSY"
SHOWN_FOLDERS = ("src/base/date", "src/base/id", "src/base/text", "src/domain/", "src/web/", "src/exchange/incoming", "src/exchange/outgoing", "src/exchange/partner",
                 "src/crypto/password")
# Failures there that only a command line shows: files, settings, programs that talk to us.
NOT_SHOWN = ("src/domain/contact_csv", "src/domain/data.c", "src/domain/node", "src/domain/policy",
             "src/domain/statement", "src/web/template")
MARK = re.compile(r"\{[A-Za-z0-9_.-]+\}|<[0-9/]+>")
HEADER = ('"Project-Id-Version: OpenTRM\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
          '"Content-Transfer-Encoding: 8bit\\n"\n')
PLURALS = {  # gettext manual, "Plural forms"; for a language's first .po
    "it": "nplurals=2; plural=(n != 1);", "sq": "nplurals=2; plural=(n != 1);", "bg": "nplurals=2; plural=(n != 1);",
    "de": "nplurals=2; plural=(n != 1);", "fr": "nplurals=2; plural=(n > 1);", "tr": "nplurals=2; plural=(n > 1);",
    "mk": "nplurals=2; plural=(n % 10 == 1 && n % 100 != 11) ? 0 : 1;",
    "ro": "nplurals=3; plural=(n == 1 ? 0 : (n == 0 || (n % 100 > 0 && n % 100 < 20)) ? 1 : 2);",
}
for slavic in ("bs", "hr", "sr", "uk", "ru"):
    PLURALS[slavic] = ("nplurals=3; plural=(n % 10 == 1 && n % 100 != 11 ? 0 : n % 10 >= 2 && n % 10 <= 4 && "
                       "(n % 100 < 10 || n % 100 >= 20) ? 1 : 2);")


class Wrong(Exception):
    pass


# --- templates ---

TAG = re.compile(r"\{\{\{(?P<raw>.*?)\}\}\}|\{\{(?P<sign>[#^/!=><$&]?)(?P<name>.*?)\}\}", re.S)


def pieces(text):
    """A template as ('text', words, at) and ('tag', sign, name, at)."""
    at = 0
    for match in TAG.finditer(text):
        if match.start() > at:
            yield "text", text[at:match.start()], at
        if match.group("raw") is not None:
            yield "tag", "{", match.group("raw").strip(), match.start()
        else:
            if match.group("sign") == "=":
                raise Wrong("delimiters may not be set in a template with sentences")
            yield "tag", match.group("sign"), match.group("name").strip(), match.start()
        at = match.end()
    if at < len(text):
        yield "text", text[at:], at


def shown(parts):
    """The parts of a sentence as translators see them: elements as <1>..</1>, variables as {name}."""
    out, open_elements, elements, inside, quote = [], [], 0, False, ""
    for kind, value in parts:
        if kind == "variable":
            if not inside:
                out.append("{" + value + "}")
            continue
        i = 0
        while i < len(value):
            c = value[i]
            if not inside and re.match(r"<[/A-Za-z]", value[i:]):
                inside = True
                if value[i + 1] == "/":
                    if not open_elements:
                        raise Wrong("an element in a sentence is closed but not opened")
                    out.append(f"</{open_elements.pop()}>")
                else:
                    elements += 1
                    open_elements.append(elements)
                    out.append(f"<{elements}>")
            if not inside:
                out.append(c)
            elif quote:
                quote = "" if c == quote else quote
            elif c in "\"'":
                quote = c
            elif c == ">":
                inside = False
            i += 1
    if inside or open_elements:
        raise Wrong("an element in a sentence is not closed")
    return re.sub(r"[ \t\r\n]+", " ", "".join(out)).strip(" ")


def template_sentences(text):
    """-> (context, one, many, line)"""
    parts, begin = None, 0
    for piece in pieces(text):
        if parts is None:
            if piece[0] == "tag" and piece[1] == "#" and piece[2] == "t":
                parts, begin = [], piece[3]
            continue
        if piece[0] == "text":
            parts.append(("text", piece[1]))
        elif piece[1] == "/" and piece[2] == "t":
            context = next((v for k, v in parts if k == "context"), None)
            split = next((i for i, p in enumerate(parts) if p[0] == "plural"), None)
            words = [p for p in parts if p[0] != "context"]
            if split is None:
                one, many = shown(words), None
            else:
                split = next(i for i, p in enumerate(words) if p[0] == "plural")
                one, many = shown(words[:split]), shown(words[split + 1:])
            yield context, one, many, text.count("\n", 0, begin) + 1
            parts = None
        elif piece[1] == "!":
            for key in ("context", "plural"):
                if piece[2].startswith(key + ":"):
                    parts.append((key, piece[2][len(key) + 1:].strip()))
        elif piece[1] == "":
            parts.append(("variable", piece[2]))
        else:
            raise Wrong("a sentence holds words, variables and elements only")


# --- C ---

STRING = r'(?:"(?:\\.|[^"\\\n])*"(?:\s*(?=")|))+'
ARGUMENT = r"[^,;{}()]*(?:\([^()]*\))?[^,;{}()]*"
CALLS = [
    (re.compile(r"\bMSG\s*\(\s*(" + STRING + r")\s*\)"), lambda m: (None, m[1], None)),
    (re.compile(r"\bMSG_IN\s*\(\s*(" + STRING + r")\s*,\s*(" + STRING + r")\s*\)"), lambda m: (m[1], m[2], None)),
    (re.compile(r"\bmsg\s*\(" + ARGUMENT + r",\s*(" + STRING + r")\s*\)"), lambda m: (None, m[1], None)),
    (re.compile(r"\bmsg_in\s*\(" + ARGUMENT + r",\s*(" + STRING + r")\s*,\s*(" + STRING + r")\s*\)"), lambda m: (m[1], m[2], None)),
    (re.compile(r"\bmsg_count\s*\(" + ARGUMENT + r",\s*(" + STRING + r")\s*,\s*(" + STRING + r")\s*,"), lambda m: (None, m[1], m[2])),
]
FAILURE = re.compile(r"\bERR_(?:" + SHOWN_KINDS + r")\s*,\s*(" + STRING + r")\s*\)")
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*|("(?:\\.|[^"\\\n])*")', re.S)
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def c_string(literals):
    out = "".join(s[1:-1] for s in re.findall(r'"(?:\\.|[^"\\\n])*"', literals))

    def unescape(match):
        if match[1] not in ESCAPES:
            raise Wrong(f"an escape \\{match[1]} in a sentence")
        return ESCAPES[match[1]]

    return re.sub(r"\\(.)", unescape, out)


def source_sentences(text, failures):
    """-> (context, one, many, line)"""
    text = COMMENT.sub(lambda m: m[0] if m[1] else "\n" * m[0].count("\n") or " ", text)
    patterns = CALLS + ([(FAILURE, lambda m: (None, m[1], None))] if failures else [])
    for pattern, read in patterns:
        for match in pattern.finditer(text):
            if text.rfind("#define", text.rfind("\n", 0, match.start()) + 1, match.start()) >= 0 and "MSG" in match[0] and '"' not in match[0]:
                continue
            yield tuple(None if s is None else c_string(s) for s in read(match)) + (text.count("\n", 0, match.start()) + 1,)


# --- collecting ---

class Entry:
    def __init__(self, context, one, many):
        self.context, self.one, self.many = context, one, many
        self.places, self.texts, self.fuzzy, self.notes, self.line = [], [], False, [], 0

    @property
    def key(self):
        return (self.context or "", self.one)


def shown_failures(path):
    return path.startswith(SHOWN_FOLDERS) and not path.startswith(NOT_SHOWN)


def collect(root):
    """All sentences in order of first appearance. -> {key: Entry}, [problem]"""
    found, problems = {}, []
    files = sorted(glob.glob(os.path.join(root, "src/web/templates/**/*.mustache"), recursive=True))
    files += sorted(glob.glob(os.path.join(root, "src/**/*.[ch]"), recursive=True))
    for file in files:
        path = os.path.relpath(file, root)
        if path == "src/base/messages.h":
            continue
        with open(file, encoding="utf-8") as f:
            text = f.read()
        try:
            said = list(template_sentences(text) if path.endswith(".mustache") else source_sentences(text, shown_failures(path)))
        except Wrong as e:
            problems.append(f"{path}: {e}")
            continue
        for context, one, many, line in said:
            entry = found.setdefault((context or "", one), Entry(context, one, many))
            if many is not None and entry.many not in (None, many):
                problems.append(f"{path}:{line}: \"{one}\" has two different plurals")
            entry.many = entry.many or many
            entry.places.append(path)
    return found, problems


# --- .po ---

UNESCAPE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def po_string(text, where):
    match = re.fullmatch(r'"((?:\\.|[^"\\])*)"\s*', text)
    if not match:
        raise Wrong(f"{where}: a string in quotes is needed")

    def one(m):
        if m[1] not in UNESCAPE:
            raise Wrong(f"{where}: an unknown escape \\{m[1]}")
        return UNESCAPE[m[1]]

    return re.sub(r"\\(.)", one, match[1])


def read_po(path):
    """-> header text, {key: Entry}, obsolete lines. Raises Wrong."""
    header, entries, obsolete = "", {}, []
    entry, field, notes, fuzzy = None, None, [], False

    def finish():
        nonlocal header, entry
        if entry is None:
            return
        if entry.one == "" and not entry.context:
            header = entry.texts[0] if entry.texts else ""
        elif entry.key in entries:
            raise Wrong(f"{path}:{entry.line}: a message stands there twice")
        else:
            entries[entry.key] = entry
        entry = None

    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    for number, line in enumerate(lines, 1):
        where = f"{path}:{number}"
        if line.startswith("#~"):
            obsolete.append(line)
            continue
        if line.startswith("#"):
            if entry and entry.texts:
                finish()
            if line.startswith("#,") and "fuzzy" in line:
                fuzzy = True
            elif line.startswith("# ") or line == "#":
                notes.append(line)
            continue
        if not line.strip():
            continue
        match = re.match(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)\s*(".*)', line)
        if not match and not line.startswith('"'):
            raise Wrong(f"{where}: the line is not understood")
        word, rest = (match[1], match[2]) if match else (None, line)
        value = po_string(rest, where)
        if word is None:
            if entry is None or field is None:
                raise Wrong(f"{where}: a string without a keyword before it")
            if field == "texts":
                entry.texts[-1] += value
            else:
                setattr(entry, field, getattr(entry, field) + value)
            continue
        if word == "msgctxt" or (word == "msgid" and (entry is None or entry.texts)):
            finish()
            entry = Entry(None, "", None)
            entry.line, entry.notes, entry.fuzzy, notes, fuzzy = number, notes, fuzzy, [], False
        if entry is None:
            raise Wrong(f"{where}: {word} without its msgid")
        field = {"msgctxt": "context", "msgid": "one", "msgid_plural": "many"}.get(word, "texts")
        if field == "texts":
            entry.texts.append(value)
        else:
            setattr(entry, field, value)
    finish()
    return header, entries, obsolete


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\r", "\\r")
    if "\n" not in text.rstrip("\n"):
        return '"' + escaped.replace("\n", "\\n") + '"'
    return '""\n' + "\n".join('"' + part.replace("\n", "\\n") + '"' for part in re.findall(r"[^\n]*\n|[^\n]+", escaped))


def write_entry(out, entry, forms, prefix=""):
    lines = list(entry.notes)
    if entry.places and not prefix:
        lines.append("#: " + " ".join(sorted(set(entry.places))))
    if entry.fuzzy:
        lines.append("#, fuzzy")
    body = []
    if entry.context:
        body.append("msgctxt " + quoted(entry.context))
    body.append("msgid " + quoted(entry.one))
    texts = entry.texts
    if entry.many is not None:
        body.append("msgid_plural " + quoted(entry.many))
        texts = texts if len(texts) == forms else [""] * forms
        body += [f"msgstr[{i}] " + quoted(t) for i, t in enumerate(texts)]
    else:
        body.append("msgstr " + quoted(texts[0] if texts else ""))
    lines += [prefix + line for b in body for line in b.split("\n")]
    out.append("\n".join(lines) + "\n")


def write_file(path, text):
    try:
        with open(path, encoding="utf-8") as f:
            if f.read() == text:
                return False
    except FileNotFoundError:
        pass
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return True


def plural_rule(header):
    match = re.search(r"^Plural-Forms:\s*(nplurals=([1-6]);.*)$", header, re.M)
    return (match[1], int(match[2])) if match else (None, 0)


# --- commands ---

def update(root):
    found, problems = collect(root)
    for problem in problems:
        print(problem)
    folder = os.path.join(root, "data/locale")
    os.makedirs(folder, exist_ok=True)
    out = ["# Sentences of OpenTRM. Written by tools/messages.py; translate in the .po files beside it.\n"
           'msgid ""\nmsgstr ""\n' + HEADER]
    for entry in found.values():
        write_entry(out, entry, 2)
    write_file(os.path.join(folder, "opentrm.pot"), "\n".join(out))
    print(f"{len(found)} sentences")
    for path in sorted(glob.glob(os.path.join(folder, "*.po"))):
        print(merge(path, found))
    return 1 if problems else 0


def merge(path, found):
    language = os.path.basename(path)[:-3]
    header, entries, obsolete = read_po(path) if os.path.getsize(path) else ("", {}, [])
    if not header:
        rule = PLURALS.get(language.split("-")[0], "nplurals=2; plural=(n != 1);")
        header = f"Project-Id-Version: OpenTRM\nLanguage: {language}\nContent-Type: text/plain; charset=UTF-8\n" \
                 f"Content-Transfer-Encoding: 8bit\nPlural-Forms: {rule}\n"
    forms = plural_rule(header)[1] or 2
    # what was obsolete and is said again comes back
    revived = {}
    if obsolete:
        scratch = path + ".old"
        with open(scratch, "w", encoding="utf-8") as f:
            f.write("\n".join(line[2:].lstrip() for line in obsolete) + "\n")
        try:
            revived = read_po(scratch)[1]
        finally:
            os.remove(scratch)
    out = [f'msgid ""\nmsgstr {quoted(header)}\n']
    missing = 0
    for key, entry in found.items():
        old = entries.get(key) or revived.get(key)
        fresh = Entry(entry.context, entry.one, entry.many)
        fresh.places = entry.places
        if old:
            fresh.notes, fresh.fuzzy = old.notes, old.fuzzy
            fresh.texts = old.texts if (old.many is None) == (entry.many is None) else []
        missing += not any(fresh.texts)
        write_entry(out, fresh, forms)
    dropped = {k: e for k, e in {**revived, **entries}.items() if k not in found and any(e.texts)}
    for entry in dropped.values():
        write_entry(out, entry, forms, "#~ ")
    write_file(path, "\n".join(out))
    return f"{language}: {len(found) - missing} translated, {missing} missing, {len(dropped)} obsolete"


def tags_fit(text):
    """Elements <1>..</1> each opened once and closed in order."""
    stack = []
    for mark in re.findall(r"</?[0-9]+>", text):
        if mark.startswith("</"):
            if not stack or stack.pop() != mark[2:-1]:
                return False
        else:
            stack.append(mark[1:-1])
    return not stack


def entry_faults(entry, forms):
    if entry.many is None:
        if set(MARK.findall(entry.texts[0])) != set(MARK.findall(entry.one)):
            yield "the {names} or <numbers> are not those of the English sentence"
    else:
        if len(entry.texts) != forms:
            yield f"{len(entry.texts)} plural forms, not {forms}"
        allowed = set(MARK.findall(entry.one)) | set(MARK.findall(entry.many))
        needed = {m for m in set(MARK.findall(entry.one)) & set(MARK.findall(entry.many)) if m[0] == "<"}
        for text in entry.texts:
            marks = set(MARK.findall(text))
            if not marks <= allowed or not needed <= marks:
                yield "the {names} or <numbers> are not those of the English sentence"
                break
    if not all(tags_fit(t) for t in entry.texts):
        yield "the elements <1>..</1> are not closed in order"
    if any(re.search(r"[\x00-\x08\x0b-\x1f\x7f]", t) for t in entry.texts):
        yield "a control character"
    if any(t.endswith("\n") != entry.one.endswith("\n") for t in entry.texts):
        yield "a line end too many or too few"


def check(root):
    found, problems = collect(root)
    wrong = len(problems)
    for problem in problems:
        print(problem)
    for path in sorted(glob.glob(os.path.join(root, "data/locale/*.po"))):
        name = os.path.relpath(path, root)
        try:
            header, entries, _ = read_po(path)
        except (Wrong, UnicodeDecodeError) as e:
            print(str(e).replace(path, name))
            wrong += 1
            continue
        rule, forms = plural_rule(header)
        if rule is None:
            print(f"{name}: no Plural-Forms in the header")
            wrong += 1
        fuzzy = done = 0
        for entry in entries.values():
            fuzzy += entry.fuzzy
            if entry.fuzzy or not all(entry.texts) or not entry.texts:
                continue
            done += entry.key in found
            for fault in entry_faults(entry, forms):
                print(f"{name}:{entry.line}: \"{entry.one}\": {fault}")
                wrong += 1
        print(f"{name}: {done} translated, {len(found) - done} missing, {fuzzy} doubtful, of {len(found)}")
    return 1 if wrong else 0


def sentences(files):
    for file in files:
        with open(file, encoding="utf-8") as f:
            for context, one, many, _ in template_sentences(f.read()):
                print(json.dumps([context, one, many], ensure_ascii=False, separators=(",", ":")))
    return 0


def main():
    command, rest = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("", [])
    here = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
    if command == "sentences":
        return sentences(rest)
    if command in ("update", "check"):
        return {"update": update, "check": check}[command](rest[0] if rest else here)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main())
