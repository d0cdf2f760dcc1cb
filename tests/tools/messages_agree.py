#!/usr/bin/env python3
"""messages_agree.py - tools/messages.py and the template engine see the same sentences in every template,
and in the odd ones below. Else a translation would never be found.

    messages_agree.py TEMPLATE_SENTENCES      the program of template_sentences.c
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
ODD = """
{{#t}}  Two
   lines {{/t}} {{#x}}{{#t}}inside{{/t}}{{/x}} {{! {{#t}}not said }} {{^y}}{{#t}}inverted{{/t}}{{/y}}
{{#t}}{{!context: verb }}Open{{/t}} {{# t }}spaced {{ name }}{{/ t }}
{{#t}}{{n}} case{{!plural: n}}{{n}} cases{{/t}}{{#t}}{{!context: c}}<b>{{a.b}}</b> one{{!plural: a.n}} <b>{{a.b}}</b> many {{!context: d}}{{/t}}
{{#t}}Read <a class="x > y" href='/z/{{id}}?q="'>the <em>guide</em></a>, then <a
href="/q">leave</a>.{{/t}} {{#t}}Straße & <b>{{x}}</b>“quotes”{{/t}}{{<layout}}{{$b}}{{#t}}In a block{{/t}}{{/b}}{{/layout}}
"""


def by(command):
    lines = subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def main():
    program = sys.argv[1]
    files = sorted(glob.glob(os.path.join(ROOT, "src/web/templates/**/*.mustache"), recursive=True))
    with tempfile.NamedTemporaryFile("w", suffix=".mustache", encoding="utf-8") as odd:
        odd.write(ODD)
        odd.flush()
        bad = 0
        files.append(odd.name)
        ours = by([sys.executable, os.path.join(ROOT, "tools/messages.py"), "sentences"] + files)
        theirs = by([program] + files)
        if sorted(map(str, ours)) != sorted(map(str, theirs)):
            bad += 1
            print("not ok the tool and the engine see the same sentences")
            for row in [r for r in ours if r not in theirs]:
                print(f"  only the tool sees: {row}")
            for row in [r for r in theirs if r not in ours]:
                print(f"  only the engine sees: {row}")
        if len(by([program, odd.name])) != 10:
            bad += 1
            print("not ok the odd ones are ten")
        if not bad:
            print("ok the tool and the engine see the same sentences")
    return 1 if bad else 0


sys.exit(main())
