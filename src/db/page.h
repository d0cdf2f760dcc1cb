/* page.h - lists by pages: where a page begins, how long it is, and the shape of every list.
 *
 * Pages begin after a row's (time, id), newest first, never at a count: page 1000 costs as much as
 * page 1 (keyset paging).
 */
#ifndef OPENTRM_DB_PAGE_H
#define OPENTRM_DB_PAGE_H

#include "base/id.h"

#define DB_PAGE_MOST 500

struct db_page {
    msec at; /* begin after this row: its time and id, as last shown; 0 for the first page */
    struct id id;
    size_t limit; /* 1 to DB_PAGE_MOST */
};

static inline struct db_page db_page_first(size_t limit)
{
    return (struct db_page){.limit = limit};
}
static inline struct db_page db_page_after(msec at, struct id id, size_t limit)
{
    return (struct db_page){at, id, limit};
}

/* DB_LIST: rows owned by the ctx they were read into. `more`: there is a next page. */
#define DB_LIST(type)                                                                              \
    struct {                                                                                       \
        struct type *at;                                                                           \
        size_t n;                                                                                  \
        bool more;                                                                                 \
    }

#endif
