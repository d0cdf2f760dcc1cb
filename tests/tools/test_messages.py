"""Tests of tools/messages.py on a small tree: what is collected, what is kept, what is named as wrong.

Run by `make check` (python3 -m unittest). Must never touch the real tree but to check its catalogues.
"""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
TOOL = os.path.join(ROOT, "tools/messages.py")

SOURCE = r'''/* x - MSG("not this one") */
// MSG("nor this")
#define MSG(english) (english)
static const char *const A = MSG("Plain");
static const char *const B = MSG("Over "
                                 "two \"lines\"");
static const char *const C = MSG_IN("verb", "Open");
void f(void) { g(msg(c->catalog, "Called"), msg_in(p(x, 1), "state", "Open"), msg_count(NULL, "{n} day", "{n} days", n)); }
err h(void) { ENSURE(a > (b), ERR_INPUT, "Shown when it fails"); ENSURE(x, ERR_BUG, "never shown"); FAIL(ERR_STATE, "Also shown"); }
'''
TEMPLATE = '<p>{{#t}}Hello {{name}}, read <a href="/x">this</a>{{/t}}</p>{{#t}}{{n}} case{{!plural: n}}{{n}} cases{{/t}}'


def po(body):
    return 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n' + body


class Messages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        self.put("src/domain/x.c", SOURCE)
        self.put("src/base/y.c", 'err f(void) { FAIL(ERR_INPUT, "of base: not shown"); }\n')
        self.put("src/web/templates/page.mustache", TEMPLATE)

    def put(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def get(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as f:
            return f.read()

    def run_tool(self, command):
        done = subprocess.run([sys.executable, TOOL, command, self.root], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def test_everything_that_is_said_is_collected(self):
        status, out = self.run_tool("update")
        self.assertEqual(status, 0, out)
        pot = self.get("data/locale/opentrm.pot")
        for wanted in ('msgid "Plain"', 'msgid "Over two \\"lines\\""', 'msgctxt "verb"\nmsgid "Open"', 'msgctxt "state"\nmsgid "Open"',
                       'msgid "Called"', 'msgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] ""\nmsgstr[1] ""', 'msgid "Shown when it fails"',
                       'msgid "Also shown"', 'msgid "Hello {name}, read <1>this</1>"', 'msgid "{n} case"\nmsgid_plural "{n} cases"'):
            self.assertIn(wanted, pot)
        for unwanted in ("not this", "nor this", "never shown", "not shown", "english"):
            self.assertNotIn(unwanted, pot)
        self.assertIn("10 sentences", out)

    def test_translations_are_kept(self):
        self.put("data/locale/it.po", po('# a note\nmsgid "Plain"\nmsgstr "Semplice"\n\nmsgid "Gone"\nmsgstr "Andato"\n'))
        self.put("data/locale/sr-Latn.po", "")
        self.run_tool("update")
        text = self.get("data/locale/it.po")
        self.assertIn('# a note\n#: src/domain/x.c\nmsgid "Plain"\nmsgstr "Semplice"\n', text)
        self.assertIn('#~ msgid "Gone"\n#~ msgstr "Andato"\n', text)
        self.assertIn("nplurals=3", self.get("data/locale/sr-Latn.po"))
        self.run_tool("update")
        self.assertEqual(text, self.get("data/locale/it.po"))
        self.put("src/web/y.c", 'void f(void) { g(MSG("Gone")); }\n')
        self.run_tool("update")
        self.assertIn('#: src/web/y.c\nmsgid "Gone"\nmsgstr "Andato"\n', self.get("data/locale/it.po"))

    def test_what_is_wrong_is_named(self):
        rows = [
            ('msgid "Hello {name}, read <1>this</1>"\nmsgstr "Ciao, leggi <1>questo</1>"\n', "the {names}"),
            ('msgid "Hello {name}, read <1>this</1>"\nmsgstr "Ciao {nome}, leggi <1>questo</1>"\n', "the {names}"),
            ('msgid "Hello {name}, read <1>this</1>"\nmsgstr "Ciao {name}, leggi </1>questo<1>"\n', "not closed in order"),
            ('msgid "{n} case"\nmsgid_plural "{n} cases"\nmsgstr[0] "{n} caso"\n', "1 plural forms, not 2"),
            ('msgid "{n} case"\nmsgid_plural "{n} cases"\nmsgstr[0] "un caso"\nmsgstr[1] "{m} casi"\n', "the {names}"),
            ('msgid "Plain"\nmsgstr "Semplice\\n"\n', "a line end"),
            ('msgid "Plain"\nmsgstr "a"\n\nmsgid "Plain"\nmsgstr "b"\n', "stands there twice"),
            ('msgid "Plain\nmsgstr "a"\n', "a string in quotes"),
            ('msgid "Plain"\nmsgstr "\\q"\n', "an unknown escape"),
            ('nonsense\n', "the line is not understood"),
        ]
        for body, fault in rows:
            self.put("data/locale/it.po", po(body))
            status, out = self.run_tool("check")
            self.assertEqual(status, 1, body + out)
            self.assertIn(fault, out)
        self.put("data/locale/it.po", po('msgid "{n} case"\nmsgid_plural "{n} cases"\nmsgstr[0] "un caso"\nmsgstr[1] "{n} casi"\n\n'
                                         '#, fuzzy\nmsgid "Plain"\nmsgstr "Forse"\n'))
        status, out = self.run_tool("check")
        self.assertEqual(status, 0, out)
        self.assertIn("1 translated, 9 missing, 1 doubtful, of 10", out)

    def test_templates_that_say_nonsense_are_named(self):
        for text in ("{{#t}}<b>a{{/t}}", "{{#t}}a</b>{{/t}}", "{{#t}}{{#x}}a{{/x}}{{/t}}"):
            self.put("src/web/templates/page.mustache", text)
            self.assertEqual(self.run_tool("check")[0], 1)

    def test_our_catalogues_are_right(self):
        done = subprocess.run([sys.executable, TOOL, "check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
