/* file_stream.c - files too large for memory. */
#include "base/file_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

struct file_out {
    int fd;
    const char *path;
    char *temporary; /* NULL once it has its name */
};

static int out_drop(struct file_out *out)
{
    if (out->fd >= 0) (void)close(out->fd);
    if (out->temporary != NULL) (void)unlink(out->temporary);
    return 0;
}

err file_out_begin(mem *ctx, const char *path, unsigned mode, struct file_out **out)
{
    ENSURE(!file_exists(path), ERR_CONFLICT, "there is a file of that name already");
    struct file_out *o = mem_new(ctx, struct file_out);
    ENSURE_MEM(o);
    o->fd = -1;
    o->path = mem_text(o, path);
    char *temporary = talloc_asprintf(o, "%s.XXXXXX", path);
    ENSURE_MEM(o->path);
    ENSURE_MEM(temporary);
    talloc_set_destructor(o, out_drop);
    o->fd = mkostemp(temporary, O_CLOEXEC);
    ENSURE(o->fd >= 0, ERR_IO, "the folder can't be written to");
    o->temporary = temporary;
    ENSURE(fchmod(o->fd, (mode_t)mode) == 0, ERR_IO, "the file's permissions can't be set");
    *out = o;
    return ERR_OK;
}

err file_out_add(void *out, struct bytes in)
{
    const struct file_out *o = out;
    for (size_t n = 0; n < in.n;) {
        ssize_t put = write(o->fd, in.p + n, in.n - n);
        if (put < 0 && errno == EINTR) continue;
        ENSURE(put > 0, ERR_IO, "the file can't be written: is the disk full?");
        n += (size_t)put;
    }
    return ERR_OK;
}

err file_out_end(struct file_out *out)
{
    ENSURE(fsync(out->fd) == 0, ERR_IO, "the file can't be written: is the disk full?");
    ENSURE(!file_exists(out->path), ERR_CONFLICT, "there is a file of that name already");
    ENSURE(rename(out->temporary, out->path) == 0, ERR_IO, "the file can't be renamed");
    out->temporary = NULL;
    return file_sync_folder_of(out->path);
}

struct file_in {
    int fd;
    uint64_t size;
};

static int in_close(struct file_in *in)
{
    if (in->fd >= 0) (void)close(in->fd);
    return 0;
}

err file_in_open(mem *ctx, const char *path, struct file_in **out)
{
    struct file_in *in = mem_new(ctx, struct file_in);
    struct stat st;
    ENSURE_MEM(in);
    in->fd = open(path, O_RDONLY | O_CLOEXEC);
    ENSURE(in->fd >= 0 || errno != ENOENT, ERR_NOT_FOUND, "there is no such file");
    ENSURE(in->fd >= 0, ERR_IO, "the file can't be opened");
    talloc_set_destructor(in, in_close);
    ENSURE(fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode), ERR_IO, "not a regular file");
    in->size = (uint64_t)st.st_size;
    *out = in;
    return ERR_OK;
}

err file_in_get(void *in, uint8_t *p, size_t n, size_t *got)
{
    const struct file_in *i = in;
    size_t have = 0;
    while (have < n) {
        ssize_t r = read(i->fd, p + have, n - have);
        if (r < 0 && errno == EINTR) continue;
        ENSURE(r >= 0, ERR_IO, "the file can't be read");
        if (r == 0) break;
        have += (size_t)r;
    }
    *got = have;
    return ERR_OK;
}

uint64_t file_in_size(const struct file_in *in) { return in->size; }
