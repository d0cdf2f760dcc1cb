/* node_folder.c - looks whether a folder is free for a node. */
#include "domain/node_folder.h"

#include "base/file.h"

err node_folder_taken(const char *folder, bool *taken)
{
    static const char *const FILES[] = {NODE_RECORDS, NODE_KEYS, NODE_STORES, NODE_KEY,
                                        NODE_CERTIFICATE};
    MEM_SCOPE(scope, NULL);
    bool any = false;
    for (size_t i = 0; i < COUNT_OF(FILES); i++) {
        const char *path;
        TRY(file_join(scope, folder, FILES[i], &path));
        any = any || file_exists(path);
    }
    *taken = any;
    return ERR_OK;
}
