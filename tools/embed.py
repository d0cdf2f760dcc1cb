#!/usr/bin/env python3
"""embed - packs the files that travel inside the program into one C table (src/base/embed.h).

    tools/embed.py ROOT OUT.c DEPFILE

data/ as "data/...", src/web/templates/ as "templates/...", web/dist/ as "static/...". Called by src/meson.build. The
same files give the same bytes. Must never take in demo data or anything that is not in the tables below.
"""
import gzip
import hashlib
import os
import sys

FOLDERS = [("data", "data", (".csv", ".po", ".md")),
           ("src/web/templates", "templates", (".mustache",)),
           ("web/dist", "static", (".css", ".js", ".svg"))]
LEFT_OUT = {"data/demo"}
NOT_PACKED = {"README.md"}
MIME = {".csv": "text/csv; charset=utf-8", ".po": "text/plain; charset=utf-8", ".md": "text/markdown; charset=utf-8",
        ".mustache": "text/plain; charset=utf-8", ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
COMPRESSED = "static/"  # only what browsers fetch as it is


def find(root):
    """-> ([(path in the table, path on disk)], folders looked into)"""
    files, folders = [], []
    for folder, name, endings in FOLDERS:
        for here, below, names in os.walk(os.path.join(root, folder)):
            place = os.path.relpath(here, root)
            below[:] = sorted(d for d in below if os.path.join(place, d) not in LEFT_OUT)
            folders.append(here)
            for one in names:
                if os.path.splitext(one)[1] in endings and one not in NOT_PACKED:
                    inside = os.path.relpath(os.path.join(here, one), os.path.join(root, folder))
                    files.append((f"{name}/{inside}", os.path.join(here, one)))
    return sorted(files, key=lambda f: f[0].encode()), folders


def literal(content):
    """Bytes as C string literals, a line for each 64 bytes; octal, so that no digit behind can be taken for part of it."""
    if not content:
        return '""'
    lines = []
    for at in range(0, len(content), 64):
        text = "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in content[at:at + 64])
        lines.append(f'    "{text}"')
    return "\n" + "\n".join(lines)


def main(root, out, depfile):
    files, folders = find(root)
    rows, whole = [], hashlib.sha256()
    for path, disk in files:
        with open(disk, "rb") as file:
            content = file.read()
        packed = gzip.compress(content, 9, mtime=0) if path.startswith(COMPRESSED) else b""
        if len(packed) >= len(content):
            packed = b""
        digest = hashlib.sha256(content).hexdigest()[:32]
        whole.update(f"{path}\0{digest}\n".encode())
        mime = MIME[os.path.splitext(path)[1]]
        rows.append(f'    {{"{path}", "{mime}", BYTES({len(content)}, {literal(content)}),\n'
                    f'     BYTES({len(packed)}, {literal(packed)}), "{digest}"}},')
    with open(out, "w", encoding="ascii") as file:
        file.write('/* Made by tools/embed.py: do not edit. */\n#include "base/embed.h"\n\n'
                   '#define BYTES(n_, text) {(const uint8_t *)(text), (n_)}\n\n'
                   'static const struct embed_file FILES[] = {\n' + "\n".join(rows) + '\n};\n\n'
                   f'const struct embed_table embed_all = {{FILES, {len(files)}, "{whole.hexdigest()[:32]}"}};\n')
    with open(depfile, "w", encoding="utf-8") as file:
        names = [disk for _, disk in files] + folders
        file.write(f"{out}: " + " ".join(n.replace(" ", "\\ ") for n in names) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
