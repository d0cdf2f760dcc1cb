/* band_paper.c - measures what is written on by hand: lines, boxes for digits, boxes to tick.
 *
 * Called by band.c. Good enough for a pen at a police station's desk: 8.8 mm for a line.
 */
#include "print/band_maker.h"

#include "base/text.h"

/* Points. */
#define TICK 9.0          /* side of a box to tick */
#define TICK_GAP 6.0      /* between the box and its text */
#define CHOICE_GAP 12.0   /* between two choices beside each other */
#define CHOICE_TALL 150.0 /* a choice with more text than this may be cut by a page break */
#define PEN_LINE 25.0     /* room for a line of handwriting: 8.8 mm */
#define CELL_BOX 15.0     /* box for one digit */

static void iter_end(PangoLayoutIter **iter)
{
    if (*iter != NULL) pango_layout_iter_free(*iter);
}

static err pen_line(struct maker *m, struct column *column, double w)
{
    size_t first = m->band->strokes.n;
    m->leaves++;
    TRY(stroke_push(
        m, (struct stroke){.kind = STROKE_RULE, .y = PEN_LINE - 5, .w = w, .ink = INK_PEN}));
    return slot_push(m, column, first, PEN_LINE, NULL, false);
}

/* A group of boxes for digits with a word below: "day". Returns the x behind it. */
static err digits_push(struct maker *m, double x, unsigned n, const char *word, double *next,
                       double *height)
{
    for (unsigned i = 0; i < n; i++)
        TRY(stroke_push(m, (struct stroke){.kind = STROKE_BOX,
                                           .x = x + i * CELL_BOX,
                                           .y = 3,
                                           .w = CELL_BOX,
                                           .h = CELL_BOX + 3,
                                           .ink = INK_PEN}));
    PangoLayout *layout;
    TRY(layout_new(m->ctx, m->setting, STYLE_HINT, (struct print_text){word, NULL}, 60, 0,
                   &layout));
    int width, high;
    PangoRectangle box;
    pango_layout_get_size(layout, &width, &high);
    pango_layout_get_extents(layout, NULL, &box);
    TRY(stroke_push(m, (struct stroke){.kind = STROKE_LINE,
                                       .x = x,
                                       .y = CELL_BOX + 8 +
                                            (double)pango_layout_get_baseline(layout) / PANGO_SCALE,
                                       .w = 60,
                                       .h = (double)box.x / PANGO_SCALE,
                                       .layout = layout,
                                       .ink = style_look(STYLE_HINT)->ink}));
    *height = CELL_BOX + 8 + (double)high / PANGO_SCALE + 2;
    double wide = (double)width / PANGO_SCALE, boxes = n * CELL_BOX;
    *next = x + (wide > boxes ? wide : boxes) + 8;
    return ERR_OK;
}

static err digits_make(struct maker *m, struct column *column, bool date, bool time)
{
    const struct catalog *catalog = m->d->head.catalog;
    const struct {
        bool wanted;
        unsigned digits;
        const char *word;
    } groups[] = {
        {date, 2, msg(catalog, MSG("day"))},    {date, 2, msg(catalog, MSG("month"))},
        {date, 4, msg(catalog, MSG("year"))},   {time, 2, msg(catalog, MSG("hour"))},
        {time, 2, msg(catalog, MSG("minute"))},
    };
    size_t first = m->band->strokes.n;
    double x = 0, height = 0;
    m->leaves++;
    for (size_t i = 0; i < COUNT_OF(groups); i++)
        if (groups[i].wanted) TRY(digits_push(m, x, groups[i].digits, groups[i].word, &x, &height));
    return slot_push(m, column, first, height, "P", false);
}

err space_make(struct maker *m, const struct block *block)
{
    struct band *band = m->band;
    band->padding = ROW_PADDING;
    band->hairline = false;
    bool area = block->space == PRINT_SPACE_AREA;
    band->table = area ? BAND_NO_TABLE : BAND_IN_TABLE;
    if (area) {
        struct column *all = column_add(band, 0, SHEET_BODY, NULL);
        band->before = 4;
        TRY(text_push(m, all, STYLE_QUESTION, block->text));
        if (!text_empty(block->hint.text)) TRY(text_push(m, all, STYLE_HINT, block->hint));
        for (unsigned i = 0; i < block->lines; i++) TRY(pen_line(m, all, SHEET_BODY));
        return ERR_OK;
    }
    struct column *label = column_add(band, 0, LABEL_WIDTH, "TH");
    struct column *value = column_add(band, LABEL_WIDTH + COLUMN_GAP, VALUE_WIDTH, "TD");
    TRY(label_make(m, label, STYLE_QUESTION, block->text, block->hint));
    if (block->space == PRINT_SPACE_LINE || block->space == PRINT_SPACE_SHORT) {
        double w = block->space == PRINT_SPACE_SHORT ? 90 : VALUE_WIDTH;
        for (unsigned i = 0; i < block->lines; i++) TRY(pen_line(m, value, w));
        return ERR_OK;
    }
    return digits_make(m, value, block->space != PRINT_SPACE_TIME,
                       block->space != PRINT_SPACE_DATE);
}

struct choice_set {
    PangoLayout *layout;
    double w, h; /* of its text */
};

static struct stroke choice_box(const struct print_choice *choice, bool one, double x)
{
    return (struct stroke){.kind = one ? STROKE_ROUND : STROKE_BOX,
                           .x = x,
                           .y = 4.0,
                           .w = TICK,
                           .h = TICK,
                           .ink = INK_PEN,
                           .ticked = choice->ticked};
}

/* One choice at `x` of the slot that is being made. */
static err choice_push(struct maker *m, const struct print_choice *choice,
                       const struct choice_set *set, bool one, double x, double cell)
{
    double box = TICK + TICK_GAP;
    TRY(stroke_push(m, choice_box(choice, one, x)));
    const struct style_look *look = style_look(STYLE_CHOICE);
    __attribute__((cleanup(iter_end))) PangoLayoutIter *iter = pango_layout_get_iter(set->layout);
    ENSURE_MEM(iter);
    int line = 0;
    do {
        PangoRectangle extents;
        pango_layout_iter_get_line_extents(iter, NULL, &extents);
        TRY(stroke_push(
            m, (struct stroke){.kind = STROKE_LINE,
                               .x = x + box,
                               .y = 2 + (double)pango_layout_iter_get_baseline(iter) / PANGO_SCALE,
                               .w = (double)pango_layout_get_width(set->layout) / PANGO_SCALE,
                               .h = (double)extents.x / PANGO_SCALE,
                               .layout = set->layout,
                               .line = line++,
                               .ink = look->ink}));
    } while (pango_layout_iter_next_line(iter));
    double rule = x + box + set->w + 6;
    if (choice->write_in && rule < x + cell - 30)
        TRY(stroke_push(m, (struct stroke){.kind = STROKE_RULE,
                                           .x = rule,
                                           .y = set->h + 1,
                                           .w = x + cell - rule,
                                           .ink = INK_PEN}));
    return ERR_OK;
}

/* How many choices stand beside each other: 1, 2 or 3, so that the widest text fits on one line. */
static size_t choices_across(const struct choice_set *sets, size_t n, double w)
{
    double widest = 0;
    for (size_t i = 0; i < n; i++)
        if (sets[i].w > widest) widest = sets[i].w;
    for (size_t across = 3; across > 1; across--) {
        double cell = (w - (double)(across - 1) * CHOICE_GAP) / (double)across;
        if (widest + TICK + TICK_GAP <= cell) return across;
    }
    return 1;
}

err choices_make(struct maker *m, const struct block *block)
{
    struct band *band = m->band;
    band->padding = ROW_PADDING;
    band->table = BAND_IN_TABLE;
    struct column *label = column_add(band, 0, LABEL_WIDTH, "TH");
    struct column *value = column_add(band, LABEL_WIDTH + COLUMN_GAP, VALUE_WIDTH, "TD");
    TRY(label_make(m, label, STYLE_QUESTION, block->text, block->hint));

    struct choice_set *sets = mem_array(m->ctx, struct choice_set, block->n + 1);
    ENSURE_MEM(sets);
    for (size_t i = 0; i < block->n; i++) {
        TRY(layout_new(m->ctx, m->setting, STYLE_CHOICE, block->choices[i].text,
                       value->w - TICK - TICK_GAP, 0, &sets[i].layout));
        int w, h;
        pango_layout_get_size(sets[i].layout, &w, &h);
        sets[i].w = (double)w / PANGO_SCALE;
        sets[i].h = (double)h / PANGO_SCALE;
    }
    size_t across = choices_across(sets, block->n, value->w);
    for (size_t i = 0, in_row; i < block->n; i += in_row) {
        /* A choice with a line to write on has a row of its own. */
        bool alone = block->choices[i].write_in;
        if (sets[i].h > CHOICE_TALL) {
            struct stroke lead = choice_box(&block->choices[i], block->one, 0);
            TRY(lines_push(m, value, sets[i].layout, STYLE_CHOICE, TICK + TICK_GAP, true, &lead));
            if (alone) TRY(pen_line(m, value, value->w));
            in_row = 1;
            continue;
        }
        for (in_row = 1; !alone && in_row < across && i + in_row < block->n; in_row++)
            if (block->choices[i + in_row].write_in) break;
        double cell =
            alone ? value->w : (value->w - (double)(across - 1) * CHOICE_GAP) / (double)across;
        double h = 0;
        size_t first = band->strokes.n;
        m->leaves++;
        for (size_t k = 0; k < in_row; k++) {
            TRY(choice_push(m, &block->choices[i + k], &sets[i + k], block->one,
                            (double)k * (cell + CHOICE_GAP), cell));
            if (sets[i + k].h > h) h = sets[i + k].h;
        }
        TRY(slot_push(m, value, first, h + 5, "LI", true));
    }
    return ERR_OK;
}
