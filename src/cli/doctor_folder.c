/* doctor_folder.c - the node's folder: is it whole, who may read it, is there space. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "domain/node_folder.h"
#include "cli/doctor.h"

enum { ENTRIES_MOST = 10000 };

static err path_of(struct doctor *d, const char *name, const char **out) { return file_join(d->ctx, d->folder, name, out); }

static bool there(struct doctor *d, const char *name)
{
    const char *path;
    return !err_failed(path_of(d, name, &path)) && file_exists(path);
}

err doctor_folder(struct doctor *d)
{
    bool key = there(d, NODE_KEY), certificate = there(d, NODE_CERTIFICATE);
    if (!file_exists(d->folder))
        doctor_wrong(d, "Give the node's folder.", "there is no such folder");
    else if (!key && !certificate)
        doctor_wrong(d, "Give the node's folder; `opentrm init` makes one, `opentrm restore` brings one back.",
                     "there is no node in this folder");
    else if (!certificate)
        doctor_wrong(d, "init or restore was interrupted. Remove the folder and run it again.",
                     "the node is half made: node.crt is missing");
    else if (!key)
        doctor_wrong(d, "It is in every backup of keys: restore into a new folder.", "node.key is missing");
    else
        doctor_fine(d, "the node's files are there");
    return ERR_OK;
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL) (void)closedir(*folder);
}

/* Only node.crt, which is public, and what the operator put into data/ may be read by others. */
static bool is_open(const char *name, const struct stat *st)
{
    if (text_same(name, NODE_CERTIFICATE) || !S_ISREG(st->st_mode)) return false;
    return (st->st_mode & 077) != 0;
}

err doctor_permissions(struct doctor *d)
{
    struct stat st;
    size_t open_files = 0, foreign = 0, n = 0;
    ENSURE(stat(d->folder, &st) == 0, ERR_IO, "the folder can't be looked at");
    if ((st.st_mode & 022) != 0)
        doctor_wrong(d, "Others could exchange its files: chmod 700 the folder.", "others than the owner can write to the folder");
    __attribute__((cleanup(close_folder))) DIR *dir = opendir(d->folder);
    ENSURE(dir != NULL, ERR_IO, "the folder can't be read");
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL && n < ENTRIES_MOST; n++) {
        struct stat file;
        if (entry->d_name[0] == '.' || fstatat(dirfd(dir), entry->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0) continue;
        foreign += file.st_uid != st.st_uid;
        if (!is_open(entry->d_name, &file)) continue;
        open_files++;
        doctor_wrong(d, "Take their rights away (chmod 600).", "%s can be read by others than its owner", entry->d_name);
    }
    if (foreign > 0)
        doctor_wrong(d, "Was a command run as root? Give them to the user who serves the node (chown).",
                     "%zu files belong to another user than the folder", foreign);
    if (open_files == 0 && foreign == 0 && (st.st_mode & 022) == 0) doctor_fine(d, "the folder is its owner's only");
    return ERR_OK;
}

err doctor_space(struct doctor *d)
{
    struct statvfs fs;
    ENSURE(statvfs(d->folder, &fs) == 0, ERR_IO, "the disk can't be looked at");
    uint64_t space = (uint64_t)fs.f_bavail * fs.f_frsize, mb = space / (1024 * 1024);
    if ((fs.f_flag & ST_RDONLY) != 0)
        doctor_wrong(d, "Look at the system's log: a failing disk is often made read-only.", "the disk can't be written to");
    if (space < d->space_wanted)
        doctor_wrong(d, "Free space before it is full: then nothing more is saved.", "only %llu MB are free", (unsigned long long)mb);
    else
        doctor_fine(d, "%llu MB are free", (unsigned long long)mb);
    if (fs.f_files > 0 && fs.f_favail < 1000)
        doctor_wrong(d, "The file system has no room for more files.", "only %llu files can be made", (unsigned long long)fs.f_favail);
    return ERR_OK;
}
