/* file.h - whole files: read with a limit, written so that a crash leaves the old or the new one. */
#ifndef OPENTRM_BASE_FILE_H
#define OPENTRM_BASE_FILE_H

#include "base/bytes.h"

/* file_read: ERR_NOT_FOUND, ERR_LIMIT over max bytes, ERR_IO. */
err file_read(mem *ctx, const char *path, size_t max, struct bytes *out);
/* file_write: temporary file, fsync, rename, fsync of the folder. mode as in open(2), e.g. 0600. */
err file_write(const char *path, struct bytes content, unsigned mode);
/* file_join: "folder/name" owned by ctx; ERR_INPUT if name holds "..", or starts with "/". */
err file_join(mem *ctx, const char *folder, const char *name, const char **out);
/* file_sync_folder_of: a name that was given or taken in the file's folder is on the disk. */
err file_sync_folder_of(const char *path);
bool file_exists(const char *path);
/* file_make_folder: mkdir with mode 0700, existing ones are fine. */
err file_make_folder(const char *path);

#endif
