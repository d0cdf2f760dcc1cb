/* embed.h - files that travel inside the program: defaults of data/, page templates, styles and
 * scripts. tools/embed.py packs them at build time into one sorted table.
 *
 * Who calls it: the node's data (defaults under DIR/data), web (templates), http/assets.h. The
 * table is a parameter, so that tests bring their own. Nothing here ever changes at run time.
 */
#ifndef OPENTRM_BASE_EMBED_H
#define OPENTRM_BASE_EMBED_H

#include "base/bytes.h"

struct embed_file {
    const char *path;     /* "data/locale/sq.po", "templates/layout.mustache", "static/app.css" */
    const char *mime;     /* "text/css; charset=utf-8" */
    struct bytes content;
    struct bytes gzip;    /* RFC 1952; no bytes when it would not be smaller */
    const char *hash;     /* hexadecimal SHA-256 of content, first 32 characters */
};

struct embed_table {
    const struct embed_file *files; /* sorted by path, byte order */
    size_t n;
    const char *hash; /* over all paths and hashes: changes when any file does */
};

/* embed_all: what this program carries. Defined by the file that tools/embed.py writes. */
extern const struct embed_table embed_all;

/* embed_find: the file of exactly this path, or NULL. */
const struct embed_file *embed_find(const struct embed_table *table, const char *path);

/* embed_under: the files whose path begins with `prefix` ("data/forms/"): the first and how many.
 * They stand together, in order of their paths. */
const struct embed_file *embed_under(const struct embed_table *table, const char *prefix, size_t *n);

#endif
