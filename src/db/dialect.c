/* dialect.c - exchanges whole words. */
#include "db/dialect.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

struct word {
    const char *ours;
    const char *theirs[DB_ENGINES]; /* NULL: the same */
};

/* The longer one first. Texts sort by their bytes on every engine. */
static const struct word WORDS[] = {
    {" STRICT, WITHOUT ROWID", {[DB_POSTGRES] = ""}},
    {" STRICT", {[DB_POSTGRES] = ""}},
    {" INTEGER", {[DB_POSTGRES] = " BIGINT"}},
    {" BLOB", {[DB_POSTGRES] = " BYTEA"}},
    {" TEXT", {[DB_POSTGRES] = " TEXT COLLATE \"C\""}},
};

#define DDL_MOST ((size_t)256 * 1024)

static bool word_ends(char c)
{
    return (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_';
}

static const struct word *word_at(const char *sql)
{
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (text_starts(sql, WORDS[i].ours) && word_ends(sql[strlen(WORDS[i].ours)]))
            return &WORDS[i];
    return NULL;
}

err dialect_of(mem *ctx, enum db_kind kind, const char *sql, const char **out)
{
    struct buf b;
    buf_init(&b, ctx, DDL_MOST);
    for (const char *at = sql; *at != '\0';) {
        const struct word *w = word_at(at);
        const char *theirs = w == NULL ? NULL : w->theirs[kind];
        size_t n = theirs == NULL ? 1 : strlen(w->ours);
        if (theirs == NULL)
            buf_add(&b, at, 1);
        else
            buf_add_text(&b, theirs);
        at += n;
    }
    return buf_text(&b, out);
}
