/* pdf.h - a PDF read back by poppler's tools, as a stranger would. For test_print.c,
 * test_form_pdf.c. */
#ifndef OPENTRM_TESTS_PDF_H
#define OPENTRM_TESTS_PDF_H

#include "cm.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

/* What a poppler tool says of the PDF. `options` is a literal of the test. */
static inline const char *ask(mem *ctx, struct bytes pdf, const char *tool, const char *options)
{
    char folder[] = "/tmp/opentrm-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *path = talloc_asprintf(ctx, "%s/x.pdf", folder);
    OK(file_write(path, pdf, 0600));
    const char *command = talloc_asprintf(ctx, "%s %s %s %s 2>&1", tool, options, path,
                                          strcmp(tool, "pdftotext") == 0 ? "-" : "");
    FILE *out = popen(command, "r");
    assert_non_null(out);
    struct buf b;
    buf_init(&b, ctx, 8 << 20);
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, out)) > 0;) buf_add(&b, piece, n);
    int status = pclose(out);
    (void)unlink(path);
    (void)rmdir(folder);
    const char *text;
    OK(buf_text(&b, &text));
    if (status != 0) fail_msg("%s failed: %s", tool, text);
    return text;
}

/* One run of white space is one space, so that line ends don't matter; the marks of direction that
 * poppler adds are left out. */
static inline char *squeeze(mem *ctx, const char *s)
{
    char *out = talloc_strdup(ctx, s), *p = out;
    for (; *s != '\0'; s++) {
        if (strncmp(s, "\u202a", 3) == 0 || strncmp(s, "\u202b", 3) == 0 ||
            strncmp(s, "\u202c", 3) == 0) {
            s += 2;
            continue;
        }
        bool blank = *s == ' ' || *s == '\n' || *s == '\f' || *s == '\r';
        if (!blank) *p++ = *s;
        if (blank && p > out && p[-1] != ' ') *p++ = ' ';
    }
    *p = '\0';
    return out;
}

static inline void assert_holds(const char *text, const char *piece)
{
    assert_non_null(piece);
    if (strstr(text, piece) == NULL)
        fail_msg("\"%s\" is not in:\n%s", piece == NULL ? "" : piece, text == NULL ? "" : text);
}

static inline size_t count(const char *text, const char *piece)
{
    size_t n = 0;
    for (; (text = strstr(text, piece)) != NULL; text += strlen(piece)) n++;
    return n;
}

#endif
