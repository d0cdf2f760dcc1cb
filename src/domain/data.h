/* data.h - the files that an officer may edit: DIR/data/<path> if it is there, else the built-in one.
 *
 * Called by domain (forms, directory), web (messages). Read at start, so a change counts after a restart.
 */
#ifndef OPENTRM_DOMAIN_DATA_H
#define OPENTRM_DOMAIN_DATA_H

#include "base/bytes.h"

#define DATA_FILE_MAX ((size_t)8 << 20)

/* data_read: path inside data/, e.g. "forms/annex-i/survey.csv". `folder` may be NULL: built-in only.
 * ERR_NOT_FOUND, ERR_LIMIT, ERR_IO. Owned by ctx. */
err data_read(mem *ctx, const char *folder, const char *path, struct bytes *out);

/* data_names: the names right below a folder, sorted, from both places, each once. Owned by ctx. */
struct data_names {
    const char **at;
    size_t n;
};
err data_names(mem *ctx, const char *folder, const char *under, struct data_names *out);

#endif
