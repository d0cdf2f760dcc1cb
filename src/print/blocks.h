/* blocks.h - the inside of a document: what was added, in order. Private to print/.
 *
 * Written by document.c, read by arrange.c.
 */
#ifndef OPENTRM_PRINT_BLOCKS_H
#define OPENTRM_PRINT_BLOCKS_H

#include "base/vec.h"
#include "print/document.h"

enum block_kind {
    BLOCK_HEADING,
    BLOCK_PARAGRAPH,
    BLOCK_NOTE,
    BLOCK_ROW,
    BLOCK_TABLE,
    BLOCK_CHOICES,
    BLOCK_SPACE,
    BLOCK_PAGE
};

struct block {
    enum block_kind kind;
    unsigned level; /* HEADING */
    bool one;       /* CHOICES */
    bool inset;
    enum print_space space;
    unsigned lines;
    struct print_text text, hint;   /* the label, where there is one */
    const struct print_text *texts; /* ROW: values; TABLE: cells */
    const struct print_text *head;  /* TABLE */
    const struct print_choice *choices;
    size_t n; /* of texts, rows or choices */
    size_t columns;
};

struct document {
    mem *ctx;
    struct document_head head;
    VEC(struct block) blocks;
    bool inset; /* of the next block */
    err failed;
};

#endif
