/* form.c - commands about forms: check a folder, print a form. */
#include "base/file.h"
#include "base/text.h"
#include "cli/check.h"
#include "cli/command.h"
#include "domain/formbook.h"
#include "form/show.h"
#include "print/form_pdf.h"

static err check(struct cli *cli)
{
    struct form_source source;
    struct form_problems problems;
    const struct form *form = NULL;
    const char *text;
    form_problems_init(&problems, cli->ctx);
    TRY(form_source_read(cli->ctx, cli->arguments[0], &source));
    err e = form_load(cli->ctx, source, &problems, &form);
    TRY(form_problems_show(cli->ctx, &problems, &text));
    if (err_failed(e)) {
        cli->detail = text;
        return e;
    }
    (void)fprintf(cli->out, "%s%s version %s: %zu questions and groups, %zu languages. Good.\n", text, form->id,
                  form->version, form->n_items, form->n_languages);
    return ERR_OK;
}

static err show(struct cli *cli)
{
    const struct formbook *book;
    const struct form *form;
    const char *text;
    TRY(formbook_open(cli->ctx, cli_option(cli, "data"), &book));
    TRY(formbook_find(book, cli->arguments[0], &form));
    const struct form_reading reading = form_reading_of(form, cli_option_or(cli, "lang", "en"));
    TRY(form_show(cli->ctx, form, &reading, &text));
    (void)fputs(text, cli->out);
    return ERR_OK;
}

/* For a place without a computer: the questions of one role's country, or of all. */
static err print_empty(struct cli *cli)
{
    const struct formbook *book;
    const struct form *form;
    struct bytes pdf;
    unsigned parties;
    const char *language = cli_option_or(cli, "lang", "en");
    TRY(party_parse(cli_option_or(cli, "party", "any"), &parties));
    TRY(formbook_open(cli->ctx, cli_option(cli, "data"), &book));
    TRY(formbook_find(book, cli->arguments[0], &form));
    TRY(print_start());
    const struct form_reading reading = form_reading_of(form, language);
    const struct form_pdf what = {.form = form,
                                  .reading = &reading,
                                  .language = language,
                                  .handling = "confidential",
                                  .created = clock_now(cli->clock),
                                  .parties = parties,
                                  .compartments = COMPARTMENT_ALL};
    TRY(form_pdf_empty(cli->ctx, &what, &pdf));
    return file_write(cli_option(cli, "out"), pdf, 0644);
}

const struct command COMMANDS_FORM[] = {
    {.words = "form check",
     .arguments = {"PATH"},
     .help = "checks a form (a folder with survey.csv, choices.csv, settings.csv): file, row and column of each mistake",
     .run = check},
    {.words = "form show",
     .arguments = {"ID"},
     .help = "prints a form as text",
     .options = {{"lang", "CODE", "language of the labels", .check = check_languages}, {"data", "FOLDER", "a node's data folder"}},
     .run = show},
    {.words = "form print",
     .arguments = {"ID"},
     .help = "writes an empty form as PDF, with boxes and lines for pen and paper",
     .options = {{"out", "FILE", "where to write", .required = true},
                 {"lang", "CODE", "language of the labels", .check = check_language},
                 {"party", "ROLE", "only what this country fills: exploitation, transit, origin or third"},
                 {"data", "FOLDER", "a node's data folder"}},
     .run = print_empty},
    {0},
};
