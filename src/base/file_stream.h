/* file_stream.h - files too large for memory: written so that a crash leaves the whole new file or none, read from
 * the beginning. Smaller ones: base/file.h.
 */
#ifndef OPENTRM_BASE_FILE_STREAM_H
#define OPENTRM_BASE_FILE_STREAM_H

#include "base/bytes.h"

/* file_out_begin: beside the file, under another name, until file_out_end. Owned by ctx: what was not ended is gone
 * with it. ERR_CONFLICT if there is a file of that name. */
struct file_out;
err file_out_begin(mem *ctx, const char *path, unsigned mode, struct file_out **out);
/* file_out_add: `out` is a struct file_out; the shape of a callback. ERR_IO, a full disk too. */
err file_out_add(void *out, struct bytes in);
/* file_out_end: on the disk, under its name. */
err file_out_end(struct file_out *out);

struct file_in;
err file_in_open(mem *ctx, const char *path, struct file_in **out);
/* file_in_get: up to n bytes; less only at the end. `in` is a struct file_in. */
err file_in_get(void *in, uint8_t *p, size_t n, size_t *got);
uint64_t file_in_size(const struct file_in *in);

#endif
