/* file.c - reading and atomic writing of whole files. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(int *fd)
{
    if (*fd >= 0) (void)close(*fd);
}
#define SCOPED_FD __attribute__((cleanup(close_fd))) int

err file_read(mem *ctx, const char *path, size_t max, struct bytes *out)
{
    SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    ENSURE(fd >= 0 || errno != ENOENT, ERR_NOT_FOUND, "there is no such file");
    ENSURE(fd >= 0, ERR_IO, "the file can't be opened");
    struct stat st;
    ENSURE(fstat(fd, &st) == 0 && S_ISREG(st.st_mode), ERR_IO, "not a regular file");
    ENSURE(st.st_size >= 0 && (uint64_t)st.st_size <= max, ERR_LIMIT, "the file is larger than allowed");
    size_t size = (size_t)st.st_size, n = 0;
    uint8_t *p = talloc_size(ctx, size + 1);
    ENSURE_MEM(p);
    while (n < size) {
        ssize_t got = read(fd, p + n, size - n);
        if (got < 0 && errno == EINTR) continue;
        ENSURE(got >= 0, ERR_IO, "the file can't be read");
        if (got == 0) break; /* it became shorter while we read */
        n += (size_t)got;
    }
    p[n] = 0;
    *out = (struct bytes){p, n};
    return ERR_OK;
}

static err write_all(int fd, struct bytes in)
{
    for (size_t n = 0; n < in.n;) {
        ssize_t put = write(fd, in.p + n, in.n - n);
        if (put < 0 && errno == EINTR) continue;
        ENSURE(put > 0, ERR_IO, "the file can't be written: is the disk full?");
        n += (size_t)put;
    }
    ENSURE(fsync(fd) == 0, ERR_IO, "the file can't be written: is the disk full?");
    return ERR_OK;
}

err file_sync_folder_of(const char *path)
{
    MEM_SCOPE(ctx, NULL);
    const char *slash = strrchr(path, '/');
    const char *folder = slash == NULL ? "." : slash == path ? "/" : mem_textn(ctx, path, (size_t)(slash - path));
    ENSURE_MEM(folder);
    SCOPED_FD fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ENSURE(fd >= 0 && fsync(fd) == 0, ERR_IO, "the folder can't be synchronised");
    return ERR_OK;
}

err file_write(const char *path, struct bytes content, unsigned mode)
{
    MEM_SCOPE(scope, NULL);
    char *temporary = talloc_asprintf(scope, "%s.XXXXXX", path);
    ENSURE_MEM(temporary);
    SCOPED_FD fd = mkostemp(temporary, O_CLOEXEC);
    ENSURE(fd >= 0, ERR_IO, "the folder can't be written to");
    err e = fchmod(fd, (mode_t)mode) == 0 ? write_all(fd, content)
                                          : ERR_MAKE(ERR_IO, "the file's permissions can't be set");
    if (!err_failed(e) && rename(temporary, path) != 0) e = ERR_MAKE(ERR_IO, "the file can't be renamed");
    if (err_failed(e)) {
        (void)unlink(temporary);
        return e;
    }
    return file_sync_folder_of(path);
}

err file_join(mem *ctx, const char *folder, const char *name, const char **out)
{
    ENSURE(name[0] != '/' && name[0] != '\0' && strstr(name, "..") == NULL, ERR_INPUT,
           "not a path inside the folder");
    char *path = talloc_asprintf(ctx, "%s/%s", folder, name);
    ENSURE_MEM(path);
    *out = path;
    return ERR_OK;
}

bool file_exists(const char *path) { return access(path, F_OK) == 0; }

err file_make_folder(const char *path)
{
    ENSURE(mkdir(path, 0700) == 0 || errno == EEXIST, ERR_IO, "the folder can't be made");
    return ERR_OK;
}
