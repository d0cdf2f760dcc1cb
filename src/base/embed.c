/* embed.c - lookups in a sorted table of files. */
#include "base/embed.h"

#include <string.h>

#include "base/text.h"

/* How many files stand before `path` in the order of the table. */
static size_t files_before(const struct embed_table *table, const char *path)
{
    size_t low = 0, high = table->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(table->files[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct embed_file *embed_find(const struct embed_table *table, const char *path)
{
    size_t i = files_before(table, path);
    return i < table->n && strcmp(table->files[i].path, path) == 0 ? &table->files[i] : NULL;
}

const struct embed_file *embed_under(const struct embed_table *table, const char *prefix, size_t *n)
{
    size_t first = files_before(table, prefix), end = first;
    while (end < table->n && text_starts(table->files[end].path, prefix)) end++;
    *n = end - first;
    return *n == 0 ? NULL : &table->files[first];
}
