/* evidence_zip.c - a bundle's files as a zip archive, by libzip, in memory. */
#include <zip.h>

#include "exchange/evidence_files.h"

#define ZIP_MOST ((size_t)300 << 20)

static void source_scope_end(zip_source_t **source)
{
    if (*source != NULL) zip_source_free(*source);
}
static void zip_scope_end(zip_t **zip)
{
    if (*zip != NULL) zip_discard(*zip);
}

static err file_put(zip_t *zip, const struct evidence_file *file, msec at)
{
    zip_source_t *source = zip_source_buffer(zip, file->content.p, file->content.n, 0);
    ENSURE_MEM(source);
    zip_int64_t index = zip_file_add(zip, file->name, source, ZIP_FL_ENC_UTF_8);
    if (index < 0) zip_source_free(source); /* else the archive has it */
    ENSURE(index >= 0 &&
               zip_file_set_mtime(zip, (zip_uint64_t)index, (time_t)(at / MSEC_SECOND), 0) == 0,
           ERR_IO, "a file can't be put into the bundle");
    return ERR_OK;
}

static err source_read(mem *ctx, zip_source_t *source, struct bytes *out)
{
    zip_stat_t about;
    ENSURE(zip_source_stat(source, &about) == 0 && (about.valid & ZIP_STAT_SIZE) != 0 &&
               about.size <= ZIP_MOST,
           ERR_LIMIT, "the bundle is too large");
    uint8_t *p = talloc_size(ctx, about.size + 1);
    ENSURE_MEM(p);
    ENSURE(zip_source_open(source) == 0, ERR_IO, "the bundle can't be read");
    zip_int64_t n = zip_source_read(source, p, about.size);
    (void)zip_source_close(source);
    ENSURE(n >= 0 && (zip_uint64_t)n == about.size, ERR_IO, "the bundle can't be read");
    *out = bytes_of(p, (size_t)n);
    return ERR_OK;
}

err evidence_zip(mem *ctx, const struct evidence_files *files, msec at, struct bytes *out)
{
    zip_error_t error;
    zip_error_init(&error);
    __attribute__((cleanup(source_scope_end))) zip_source_t *target =
        zip_source_buffer_create(NULL, 0, 0, &error);
    ENSURE_MEM(target);
    zip_source_keep(target); /* one for the archive, one for reading it afterwards */
    __attribute__((cleanup(zip_scope_end))) zip_t *zip =
        zip_open_from_source(target, ZIP_TRUNCATE, &error);
    if (zip == NULL) zip_source_free(target);
    ENSURE(zip != NULL, ERR_IO, "the bundle can't be made");
    for (size_t i = 0; i < files->list.n; i++) TRY(file_put(zip, &files->list.at[i], at));
    ENSURE(zip_close(zip) == 0, ERR_IO, "the bundle can't be made");
    zip = NULL;
    return source_read(ctx, target, out);
}
