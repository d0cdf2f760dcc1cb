/* paint.c - draws strokes with cairo, page by page, and what stands on every page.
 *
 * Right-to-left documents are mirrored here: each stroke's left edge is counted from the right.
 */
#include "print/paint.h"

#include <cairo-pdf.h>
#include <math.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/text.h"

#define HEADER_Y 40.0
#define FOOTER_Y (SHEET_HEIGHT - 44.0)

struct painter {
    cairo_t *cairo;
    const struct document_head *head;
    const struct setting *setting;
    PangoLayout *space; /* " " */
};

static void cairo_end(cairo_t **cairo) { cairo_destroy(*cairo); }
static void surface_end(cairo_surface_t **surface) { cairo_surface_destroy(*surface); }

static double mirrored(const struct painter *p, double x, double w)
{
    return p->setting->right_to_left ? SHEET_WIDTH - x - w : x;
}

/* pango drops the space at which it breaks a line; without it, a reader of the structure would
 * join the two words. */
static bool line_ends_word(PangoLayout *layout, const PangoLayoutLine *line)
{
    const char *text = pango_layout_get_text(layout) + line->start_index;
    if (line->length == 0) return false;
    char last = text[line->length - 1], next = text[line->length];
    return (last == ' ' && next != '\0') || next == '\n' || next == '\r';
}

static void line_paint(struct painter *p, const struct stroke *s)
{
    PangoLayoutLine *line = pango_layout_get_line_readonly(s->layout, s->line);
    double x = mirrored(p, s->x, s->w) + s->h;
    ink_use(p->cairo, s->ink);
    cairo_move_to(p->cairo, x, s->y);
    pango_cairo_show_layout_line(p->cairo, line);
    if (!line_ends_word(s->layout, line)) return;
    PangoRectangle box;
    pango_layout_line_get_extents(line, NULL, &box);
    bool right_to_left = pango_layout_line_get_resolved_direction(line) == PANGO_DIRECTION_RTL;
    cairo_move_to(p->cairo, right_to_left ? x : x + (double)box.width / PANGO_SCALE, s->y);
    pango_cairo_show_layout_line(p->cairo, pango_layout_get_line_readonly(p->space, 0));
}

static void tick_paint(cairo_t *cairo, double x, double y, double w)
{
    ink_use(cairo, INK_TEXT);
    cairo_set_line_width(cairo, 1.4);
    cairo_move_to(cairo, x + w * 0.2, y + w * 0.55);
    cairo_line_to(cairo, x + w * 0.42, y + w * 0.78);
    cairo_line_to(cairo, x + w * 0.82, y + w * 0.22);
    cairo_stroke(cairo);
}

static void shape_paint(struct painter *p, const struct stroke *s)
{
    cairo_t *cairo = p->cairo;
    double x = mirrored(p, s->x, s->w);
    ink_use(cairo, s->ink);
    switch (s->kind) {
    case STROKE_RULE:
        cairo_set_line_width(cairo, 0.5);
        cairo_move_to(cairo, x, s->y);
        cairo_line_to(cairo, x + s->w, s->y);
        cairo_stroke(cairo);
        break;
    case STROKE_FILL:
        cairo_rectangle(cairo, x, s->y, s->w, s->h);
        cairo_fill(cairo);
        break;
    case STROKE_BOX:
        cairo_set_line_width(cairo, 0.7);
        cairo_rectangle(cairo, x, s->y, s->w, s->h);
        cairo_stroke(cairo);
        break;
    case STROKE_ROUND:
        cairo_set_line_width(cairo, 0.7);
        cairo_new_sub_path(cairo);
        cairo_arc(cairo, x + s->w / 2, s->y + s->h / 2, s->w / 2, 0, 2 * M_PI);
        cairo_stroke(cairo);
        break;
    case STROKE_BEGIN:
    case STROKE_END:
    case STROKE_LINE:
    case STROKE_SHEET: return;
    }
    if (s->ticked) tick_paint(cairo, x, s->y, s->w);
}

/* One line of the running header or footer, cut with an ellipsis where it is too long. */
static err running_paint(struct painter *p, mem *ctx, const char *text, enum style style,
                         bool at_end, double y)
{
    if (text_empty(text)) return ERR_OK;
    double w = at_end ? 0.40 * SHEET_BODY : 0.58 * SHEET_BODY;
    PangoLayout *layout;
    TRY(layout_new(ctx, p->setting, style, (struct print_text){text, NULL}, w, 0, &layout));
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    PangoAlignment start = pango_layout_get_alignment(layout);
    if (at_end)
        pango_layout_set_alignment(layout, start == PANGO_ALIGN_LEFT ? PANGO_ALIGN_RIGHT
                                                                     : PANGO_ALIGN_LEFT);
    ink_use(p->cairo, style_look(style)->ink);
    cairo_move_to(p->cairo, mirrored(p, at_end ? SHEET_RIGHT - w : SHEET_LEFT, w), y);
    pango_cairo_show_layout(p->cairo, layout);
    return ERR_OK;
}

static void running_rule(struct painter *p, double y)
{
    struct stroke rule = {
        .kind = STROKE_RULE, .x = SHEET_LEFT, .y = y, .w = SHEET_BODY, .ink = INK_HAIRLINE};
    shape_paint(p, &rule);
}

/* "Copy for Ana Rossi · 2026-11-24" */
static err copy_text(mem *ctx, const struct document_head *head, const char **out)
{
    char iso[DATE_TIME_ROOM];
    date_format_day(date_of(head->created), iso);
    const char *day = iso;
    if (head->locale != NULL) TRY(locale_day(head->locale, ctx, head->created, &day));
    if (text_empty(head->reader)) {
        *out = mem_text(ctx, day);
    } else {
        const char *copy;
        TRY(MSG_FILL(ctx, &copy, msg(head->catalog, MSG("Copy for {reader}")),
                     {"reader", head->reader}));
        *out = talloc_asprintf(ctx, "%s \u00b7 %s", copy, day);
    }
    ENSURE_MEM(*out);
    return ERR_OK;
}

static err frame_paint(struct painter *p, size_t page, size_t pages)
{
    MEM_SCOPE(ctx, NULL);
    const struct document_head *head = p->head;
    TRY(running_paint(p, ctx, head->handling, STYLE_HANDLING, false, HEADER_Y));
    TRY(running_paint(p, ctx, head->case_code, STYLE_HANDLING, true, HEADER_Y));
    running_rule(p, HEADER_Y + 16);
    running_rule(p, FOOTER_Y - 5);
    const char *copy;
    TRY(copy_text(ctx, head, &copy));
    TRY(running_paint(p, ctx, copy, STYLE_RUNNING, false, FOOTER_Y));
    const char *this_page = talloc_asprintf(ctx, "%zu", page);
    const char *all_pages = talloc_asprintf(ctx, "%zu", pages);
    ENSURE_MEM(this_page);
    ENSURE_MEM(all_pages);
    const char *number;
    TRY(MSG_FILL(ctx, &number, msg(head->catalog, MSG("Page {page} of {pages}")),
                 {"page", this_page}, {"pages", all_pages}));
    return running_paint(p, ctx, number, STYLE_RUNNING, true, FOOTER_Y);
}

static err strokes_paint(struct painter *p, const struct sheets *sheets)
{
    size_t page = 1;
    TRY(frame_paint(p, page, sheets->n));
    for (size_t i = 0; i < sheets->strokes.n; i++) {
        const struct stroke *s = &sheets->strokes.at[i];
        switch (s->kind) {
        case STROKE_BEGIN: cairo_tag_begin(p->cairo, s->tag, NULL); break;
        case STROKE_END: cairo_tag_end(p->cairo, s->tag); break;
        case STROKE_LINE: line_paint(p, s); break;
        case STROKE_SHEET:
            cairo_show_page(p->cairo);
            TRY(frame_paint(p, ++page, sheets->n));
            break;
        case STROKE_RULE:
        case STROKE_FILL:
        case STROKE_BOX:
        case STROKE_ROUND: shape_paint(p, s); break;
        }
    }
    cairo_show_page(p->cairo);
    return ERR_OK;
}

static cairo_status_t bytes_write(void *arg, const unsigned char *data, unsigned int n)
{
    struct buf *b = arg;
    buf_add(b, data, n);
    return b->failed == ERR_NONE ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void metadata_set(cairo_surface_t *surface, const struct document_head *head)
{
    char created[DATE_TIME_ROOM];
    date_format_utc(head->created, created);
    /* Without object streams, so that every reader and pdf_set_language finds its way. */
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_4);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, head->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "OpenTRM");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, created);
}

err paint(mem *ctx, const struct document_head *head, const struct setting *setting,
          const struct sheets *sheets, struct bytes *out)
{
    MEM_SCOPE(scratch, NULL);
    PangoLayout *space;
    TRY(layout_new(scratch, setting, STYLE_BODY, (struct print_text){" ", NULL}, 100, 0, &space));
    struct buf b;
    buf_init(&b, ctx, DOCUMENT_BYTES_MAX);
    {
        __attribute__((cleanup(surface_end))) cairo_surface_t *surface =
            cairo_pdf_surface_create_for_stream(bytes_write, &b, SHEET_WIDTH, SHEET_HEIGHT);
        metadata_set(surface, head);
        __attribute__((cleanup(cairo_end))) cairo_t *cairo = cairo_create(surface);
        struct painter painter = {cairo, head, setting, space};
        TRY(strokes_paint(&painter, sheets));
        cairo_status_t status = cairo_status(cairo);
        cairo_surface_finish(surface);
        if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
        ENSURE(status != CAIRO_STATUS_NO_MEMORY, ERR_MEMORY, "out of memory");
        ENSURE(status == CAIRO_STATUS_SUCCESS || b.failed != ERR_NONE, ERR_BUG,
               "the PDF could not be drawn");
    }
    struct bytes pdf;
    TRY(buf_done(&b, &pdf));
    return pdf_set_language(ctx, pdf, setting->language, out);
}

err document_pdf(mem *ctx, const struct document *d, struct bytes *out)
{
    TRY(d->failed);
    MEM_SCOPE(scratch, NULL);
    struct setting setting;
    TRY(setting_open(scratch, d->head.language, catalog_right_to_left(d->head.catalog), &setting));
    struct sheets sheets;
    TRY(arrange(scratch, d, &setting, &sheets));
    return paint(ctx, &d->head, &setting, &sheets, out);
}
