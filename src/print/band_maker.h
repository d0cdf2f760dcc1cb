/* band_maker.h - what makes bands: shared by band.c (text) and band_paper.c (boxes and lines to
 * write on). Private to print/. All positions count from the left; paint mirrors them.
 */
#ifndef OPENTRM_PRINT_BAND_MAKER_H
#define OPENTRM_PRINT_BAND_MAKER_H

#include "print/band.h"

/* Points. */
#define LABEL_WIDTH 164.0
#define COLUMN_GAP 14.0
#define VALUE_WIDTH (SHEET_BODY - LABEL_WIDTH - COLUMN_GAP)
#define ROW_PADDING 4.2

struct maker {
    mem *ctx;
    const struct document *d;
    const struct setting *setting;
    struct band *band;
    unsigned leaves;
};

err stroke_push(struct maker *m, struct stroke stroke);
/* slot_push: a slot of the strokes pushed since `first`. */
err slot_push(struct maker *m, struct column *column, size_t first, double h, const char *tag,
              bool item);
/* lines_push: one stroke for each line of a layout, `dx` points into the column, each a slot of its
 * own; `lead` stands in the first, or is NULL. */
err lines_push(struct maker *m, struct column *column, PangoLayout *layout, enum style style,
               double dx, bool item, const struct stroke *lead);
err text_push(struct maker *m, struct column *column, enum style style, struct print_text text);
/* column_add: x counts from the left margin; cell as in struct column. */
struct column *column_add(struct band *band, double x, double w, const char *cell);
/* label_make: the label of a row and, for the page after a cut, "(continued)" below it. */
err label_make(struct maker *m, struct column *column, enum style style, struct print_text label,
               struct print_text hint);

/* Of band_paper.c: what a block becomes. */
err space_make(struct maker *m, const struct block *block);
err choices_make(struct maker *m, const struct block *block);

#endif
