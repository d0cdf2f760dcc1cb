/* replay.c - runs a fuzz target on each file of the folders given: the kept corpus as a plain test,
 * for compilers without libFuzzer. Options (-x=y) are ignored.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "fuzz.h"

enum { REPLAY_MOST = 1 << 20 };

static bool replay(const char *folder, const char *name)
{
    MEM_SCOPE(ctx, NULL);
    struct bytes content;
    const char *path = talloc_asprintf(ctx, "%s/%s", folder, name);
    if (path == NULL || err_failed(file_read(ctx, path, REPLAY_MOST, &content))) return false;
    /* An exact copy, so that a read past the end is seen. */
    uint8_t *copy = malloc(content.n + (content.n == 0));
    if (copy == NULL) return false;
    memcpy(copy, content.p, content.n);
    (void)LLVMFuzzerTestOneInput(copy, content.n);
    free(copy);
    return true;
}

int main(int argc, char **argv)
{
    size_t n = 0;
    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        DIR *folder = argv[i][0] == '-' ? NULL : opendir(argv[i]);
        if (folder == NULL) continue;
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            if (entry->d_name[0] == '.') continue;
            if (!replay(argv[i], entry->d_name)) {
                (void)fprintf(stderr, "replay: cannot read %s/%s\n", argv[i], entry->d_name);
                return 1;
            }
            n++;
        }
        (void)closedir(folder);
    }
    (void)printf("replay: %zu inputs\n", n);
    return 0;
}
