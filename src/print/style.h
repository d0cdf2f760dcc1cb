/* style.h - how each kind of text looks, and texts set in that style as pango layouts. Private to
 * print/.
 *
 * The faces: Noto Sans, or DejaVu Sans, or whatever the machine calls sans-serif; pango takes other
 * fonts for scripts that these lack. Sizes are points; one unit of the page is one point.
 */
#ifndef OPENTRM_PRINT_STYLE_H
#define OPENTRM_PRINT_STYLE_H

#include <pango/pangocairo.h>

#include "print/document.h"

enum style {
    STYLE_TITLE,
    STYLE_SUBTITLE,
    STYLE_H2,
    STYLE_H3,
    STYLE_H4,
    STYLE_BODY,
    STYLE_NOTE,
    STYLE_LABEL,
    STYLE_VALUE,
    STYLE_QUESTION, /* a label on a form to be filled by hand */
    STYLE_CHOICE,
    STYLE_HINT,
    STYLE_CELL,
    STYLE_CELL_HEAD,
    STYLE_HANDLING,
    STYLE_RUNNING, /* header and footer */
    STYLE_COUNT
};

enum ink { INK_TEXT, INK_SOFT, INK_ACCENT, INK_HAIRLINE, INK_PEN, INK_SHADE };

struct style_look {
    double size;
    bool bold;
    enum ink ink;
    float leading;   /* line distance as a factor of the font's own */
    const char *tag; /* of its paragraph in the PDF's structure */
};
const struct style_look *style_look(enum style style);
void ink_use(cairo_t *cairo, enum ink ink);

/* What all texts of a document share. */
struct setting {
    PangoContext *pango;
    const char *language; /* of the document */
    bool right_to_left;
};
/* setting_open: its pango context goes with ctx. Only for the thread that opened it. */
err setting_open(mem *ctx, const char *language, bool right_to_left, struct setting *out);

/* layout_new: text set in a style, broken at `width` points. Goes with ctx. All lines
 * but the first stand in by `hang` points (lists). */
err layout_new(mem *ctx, const struct setting *setting, enum style style, struct print_text text,
               double width, double hang, PangoLayout **out);

#endif
