/* arrange.h - a document's blocks laid out on pages: a list of strokes in drawing order. Private to
 * print/.
 *
 * Two steps. Each block becomes a band (band.h): one or more columns of slots; a slot is the
 * smallest thing that no page break cuts: a line of text, a row of boxes, a line to write on. Then
 * the bands are placed one below the other; a band is cut between its slots when it must be.
 */
#ifndef OPENTRM_PRINT_ARRANGE_H
#define OPENTRM_PRINT_ARRANGE_H

#include "base/vec.h"
#include "print/blocks.h"
#include "print/style.h"

/* A4, in points; everything stands between LEFT and RIGHT, TOP and BOTTOM. */
#define SHEET_WIDTH 595.276
#define SHEET_HEIGHT 841.890
#define SHEET_LEFT 56.7
#define SHEET_RIGHT (SHEET_WIDTH - SHEET_LEFT)
#define SHEET_TOP 76.0
#define SHEET_BOTTOM (SHEET_HEIGHT - 66.0)
#define SHEET_BODY (SHEET_RIGHT - SHEET_LEFT)

enum stroke_kind {
    STROKE_BEGIN, /* opens an element of the structure: tag */
    STROKE_END,   /* closes it */
    STROKE_LINE,  /* a line of text: layout, line, baseline at x, y */
    STROKE_RULE,  /* a thin line from x, y, w long */
    STROKE_FILL,  /* a filled area */
    STROKE_BOX,   /* a square to tick or to write one character into */
    STROKE_ROUND, /* a circle to tick */
    STROKE_SHEET  /* the next page */
};

struct stroke {
    enum stroke_kind kind;
    const char *tag;
    double x, y, w, h; /* x: of the left edge; y: of the baseline, the rule or the upper edge */
    PangoLayout *layout;
    int line;
    enum ink ink;
    bool ticked;
};

#define STROKES_MAX (1u << 21)

struct sheets {
    VEC(struct stroke) strokes;
    size_t n; /* pages */
};

/* arrange: everything belongs to ctx. ERR_LIMIT over DOCUMENT_PAGES_MAX. */
err arrange(mem *ctx, const struct document *d, const struct setting *setting, struct sheets *out);

#endif
