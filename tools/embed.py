#!/usr/bin/env python3
"""embed.py - packs files into a C source: struct embed_table embed_all of src/base/embed.h.

    tools/embed.py OUT.c DEPFILE PREFIX=FOLDER...

Every file under FOLDER gets the path PREFIX/rest. Left out: hidden files, notes for people (*.md), lists for translators (*.pot). Files
under "static" are also kept compressed, when that is smaller. Called by the build (src/meson.build), and
again when a file of these folders comes, goes or changes: the depfile names them and their folders. The
same files give the same bytes.
"""
import gzip
import hashlib
import os
import sys

MIMES = {
    "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
    "png": "image/png", "ico": "image/vnd.microsoft.icon", "woff2": "font/woff2", "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8", "json": "application/json", "po": "text/x-gettext-translation; charset=utf-8",
    "mustache": "text/plain; charset=utf-8", "webmanifest": "application/manifest+json", "pdf": "application/pdf",
}
COMPRESSED = "static/"
LINE = 100
LARGEST = 8 << 20


def left_out(name):
    return name.startswith(".") or name.endswith((".md", ".pot", "~", ".swp"))


def collect(prefix, folder):
    """-> [(path in the table, file)], [every folder seen]"""
    found, folders = [], []
    for where, inside, names in os.walk(folder):
        inside[:] = sorted(d for d in inside if not left_out(d))
        folders.append(where)
        for name in sorted(names):
            if not left_out(name):
                file = os.path.join(where, name)
                found.append((prefix + "/" + os.path.relpath(file, folder).replace(os.sep, "/"), file))
    return found, folders


def literal(data):
    """The bytes as C string literals, one a line. Octal escapes have three digits, so nothing runs together."""
    lines, line = [], []
    width = 0
    for byte in data:
        if byte == 0x0a:
            piece = "\\n"
        elif byte in b'\\"?' or byte < 0x20 or byte > 0x7e:
            piece = f"\\{byte:03o}"
        else:
            piece = chr(byte)
        line.append(piece)
        width += len(piece)
        if width >= LINE:
            lines.append('"' + "".join(line) + '"')
            line, width = [], 0
    if line or not lines:
        lines.append('"' + "".join(line) + '"')
    return "\n    ".join(lines)


def bytes_field(data):
    return f"{{(const uint8_t *)\n    {literal(data)},\n    {len(data)}}}"


def write(out, files):
    hashes = hashlib.sha256()
    rows = []
    for path, file in files:
        with open(file, "rb") as f:
            data = f.read()
        if len(data) > LARGEST:
            sys.exit(f"{file}: {len(data)} bytes are too many to embed")
        digest = hashlib.sha256(data).hexdigest()
        hashes.update(f"{path} {digest}\n".encode())
        packed = gzip.compress(data, 9, mtime=0) if path.startswith(COMPRESSED) else b""
        if len(packed) >= len(data):
            packed = b""
        mime = MIMES.get(path.rsplit(".", 1)[-1], "application/octet-stream")
        rows.append(f'{{.path = "{path}", .mime = "{mime}", .hash = "{digest[:32]}",\n .content = {bytes_field(data)},\n'
                    f" .gzip = {bytes_field(packed) if packed else '{0, 0}'}}},\n")
    text = ("/* Written by tools/embed.py. */\n#include \"base/embed.h\"\n\n"
            f"static const struct embed_file FILES[] = {{\n{''.join(rows)}}};\n\n"
            f"const struct embed_table embed_all = {{FILES, {len(rows)}, \"{hashes.hexdigest()[:32]}\"}};\n")
    with open(out, "w", encoding="ascii") as f:
        f.write(text)


def main():
    out, depfile, *pairs = sys.argv[1:]
    files, folders = [], []
    for pair in pairs:
        prefix, folder = pair.split("=", 1)
        if not os.path.isdir(folder):
            sys.exit(f"{folder}: no such folder")
        found, seen = collect(prefix, folder)
        files += found
        folders += seen
    files.sort(key=lambda f: f[0].encode())
    for path, file in files:
        if not path.isascii() or '"' in path or "\\" in path:
            sys.exit(f"{file}: a name with other than plain characters can't be embedded")
    if not files:
        sys.exit("nothing to embed")
    write(out, files)
    needed = [file for _, file in files] + folders
    with open(depfile, "w", encoding="utf-8") as f:
        f.write(out + ": " + " ".join(os.path.abspath(n).replace(" ", "\\ ") for n in needed) + "\n")


main()
