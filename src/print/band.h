/* band.h - one block of a document, measured: columns of slots, ready to be placed. Private to
 * print/.
 */
#ifndef OPENTRM_PRINT_BAND_H
#define OPENTRM_PRINT_BAND_H

#include "print/arrange.h"

/* A smallest piece: its strokes have x from the column's left edge and y from the slot's top. */
struct slot {
    double h;
    size_t first, n; /* strokes in the band's list */
    unsigned leaf;   /* neighbouring slots of one leaf are one paragraph of the structure */
    bool item;       /* of a list */
    const char *tag; /* of the leaf */
};

struct column {
    double x, w;
    const char *cell; /* TH, TD, or NULL outside of tables */
    VEC(struct slot) slots;
    double h;
};

enum band_table { BAND_NO_TABLE, BAND_IN_TABLE, BAND_TABLE_BEGINS };

struct band {
    struct column columns[DOCUMENT_COLUMNS_MAX];
    size_t n;
    VEC(struct stroke) strokes; /* of all slots */
    double before;              /* room above, not at the top of a page */
    double padding;             /* room inside, above and below the slots */
    enum band_table table;
    bool keep_with_next;
    bool section;            /* opens a Sect */
    bool new_sheet;          /* starts on a new page */
    bool hairline;           /* below */
    bool inset;              /* set in, a bar at its side that joins the one above */
    bool bar;                /* at its side: a note */
    bool shade;              /* behind: a table's head */
    bool repeat_label;       /* cut: the first column stands again on the next page */
    const struct band *head; /* a table's head: stands again on the next page */
    size_t continued;        /* slots at the end of the first column that only the repeat shows */
};

/* bands_of: every block measured. Belongs to ctx. */
err bands_of(mem *ctx, const struct document *d, const struct setting *setting, struct band **out,
             size_t *n);
/* band_height: with its padding, uncut. */
double band_height(const struct band *band);

#endif
