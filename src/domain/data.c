/* data.c - built-in data, overlaid by the node's own folder. */
#include "domain/data.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/file.h"
#include "base/text.h"
#include "base/vec.h"

#define DATA_NAMES_MAX 2000

err data_read(mem *ctx, const char *folder, const char *path, struct bytes *out)
{
    if (folder != NULL) {
        const char *own;
        TRY(file_join(ctx, folder, path, &own));
        err e = file_read(ctx, own, DATA_FILE_MAX, out);
        if (e.kind != ERR_NOT_FOUND) return e;
    }
    char *name = talloc_asprintf(ctx, "data/%s", path);
    ENSURE_MEM(name);
    const struct embed_file *file = embed_find(&embed_all, name);
    ENSURE(file != NULL, ERR_NOT_FOUND, "there is no such data file");
    *out = file->content;
    return ERR_OK;
}

typedef VEC(const char *) names;

static err add_name(mem *ctx, names *list, const char *name, size_t n)
{
    for (size_t i = 0; i < list->n; i++)
        if (strncmp(list->at[i], name, n) == 0 && list->at[i][n] == '\0') return ERR_OK;
    char *copy = mem_textn(ctx, name, n);
    ENSURE_MEM(copy);
    return vec_push(ctx, list, copy, DATA_NAMES_MAX);
}

static err add_built_in(mem *ctx, names *list, const char *under)
{
    char *prefix = talloc_asprintf(ctx, "data/%s/", under);
    ENSURE_MEM(prefix);
    size_t n, skip = strlen(prefix);
    const struct embed_file *files = embed_under(&embed_all, prefix, &n);
    for (size_t i = 0; i < n; i++) {
        const char *rest = files[i].path + skip;
        TRY(add_name(ctx, list, rest, strcspn(rest, "/")));
    }
    return ERR_OK;
}

static void close_folder(DIR **d)
{
    if (*d != NULL) (void)closedir(*d);
}

static err add_own(mem *ctx, names *list, const char *folder, const char *under)
{
    const char *path;
    TRY(file_join(ctx, folder, under, &path));
    __attribute__((cleanup(close_folder))) DIR *d = opendir(path);
    if (d == NULL) return ERR_OK; /* the node has none of its own */
    for (const struct dirent *entry; (entry = readdir(d)) != NULL;)
        if (entry->d_name[0] != '.') TRY(add_name(ctx, list, entry->d_name, strlen(entry->d_name)));
    return ERR_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

err data_names(mem *ctx, const char *folder, const char *under, struct data_names *out)
{
    names list = {0};
    TRY(add_built_in(ctx, &list, under));
    if (folder != NULL) TRY(add_own(ctx, &list, folder, under));
    if (list.n > 1) qsort(list.at, list.n, sizeof *list.at, by_name);
    *out = (struct data_names){list.at, list.n};
    return ERR_OK;
}
