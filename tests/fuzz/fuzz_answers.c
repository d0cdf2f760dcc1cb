/* fuzz_answers.c - answers to a form, as JSON from a message or as fields that a browser posts.
 *
 * The first byte picks: J is JSON; anything else is posted: lines of name=value. Whatever comes in, what was
 * cleaned must be clean: a second check changes nothing; splitting by compartment and merging gives the
 * same; nothing of share=never or without consent is among what is sent.
 */
#include <string.h>

#include "form/input.h"
#include "form/split.h"
#include "form/view.h"
#include "fuzz.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())

static const char SURVEY[] =
    "type,name,label,required,relevant,constraint,calculation,choice_filter,bind::trm:party,"
    "bind::trm:compartment,bind::trm:share\n"
    "begin_group,g,G,,,,,,exploitation,identity,\n"
    "text,t,T,yes,,string-length(.) < 50,,,,,\n"
    "integer,n,N,,${t} != '',. > 3,,,,,\n"
    "decimal,f,F,,,,,,,health,\n"
    "date,d,D,,,. <= today(),,,,,\n"
    "dateTime,dt,D,,,,,,,,never\n"
    "time,tm,T,,,,,,,,\n"
    "select_one l or_other,o,O,,${n} > 5,,,,,,\n"
    "select_multiple l,m,M,,,count-selected(.) < 3,,k = ${o},origin,justice,\n"
    "acknowledge,a,A,yes,,,,,,,\n"
    "file,s,S,,,,,,,,\n"
    "calculate,c,,,,,\"concat(${t}, ${n}, sum(${y}))\",,,,\n"
    "begin_repeat,r,R,,${n} != 7,,,,,,\n"
    "text,x,X,yes,,,,,,,\n"
    "date,b,B,,${x} != 'no',,,,,health,\n"
    "calculate,p,,,,,position(..),,,,\n"
    "begin_repeat,q,Q,,,,,,,,\n"
    "integer,y,Y,,,. < 100,,,,safety,\n"
    "end_repeat,,,,,,,,,,\n"
    "end_repeat,,,,,,,,,,\n"
    "end_group,,,,,,,,,,\n";
static const char CHOICES[] = "list_name,name,label,k\nl,a,A,a\nl,b,B,b\nl,other,O,a\n";

static const struct form *the_form(void)
{
    static const struct form *form;
    if (form != NULL) return form;
    struct form_problems problems;
    static mem *ctx; /* for the life of the process */
    ctx = talloc_new(NULL);
    form_problems_init(&problems, ctx);
    struct form_source source = {bytes_text(SURVEY), bytes_text(CHOICES),
                                 bytes_text("form_id,version\nf,1\n")};
    MUST(!err_failed(form_load(ctx, source, &problems, &form)));
    return form;
}

static void sent(mem *ctx, const json_t *answers)
{
    struct form_rules rules = {.parties = PARTY_EXPLOITATION,
                               .compartments = COMPARTMENT_ALL,
                               .consented = COMPARTMENT_ALL & ~COMPARTMENT_BIT(COMPARTMENT_HEALTH)};
    struct form_parts parts;
    struct form_decisions decisions;
    MUST(!err_failed(form_split_send(ctx, the_form(), answers, &rules, &parts)));
    MUST(!err_failed(form_decide(ctx, the_form(), answers, &rules, &decisions)));
    MUST(parts.at[COMPARTMENT_HEALTH] == NULL && parts.at[COMPARTMENT_JUSTICE] == NULL);
    MUST(json_object_get(parts.at[COMPARTMENT_IDENTITY], "dt") == NULL);
}

static void use(mem *ctx, const json_t *answers, const struct form_eval *eval)
{
    const struct form *form = the_form();
    struct form_reading reading = form_reading_of(form, "en");
    struct form_checked once, twice;
    err e = form_answers_check(ctx, form, answers, eval, &reading, &once);
    if (err_failed(e)) {
        MUST(e.kind == ERR_INPUT || e.kind == ERR_LIMIT);
        return;
    }
    MUST(!err_failed(form_answers_check(ctx, form, once.answers, eval, &reading, &twice)));
    MUST(json_equal(once.answers, twice.answers) && twice.n_dropped == 0);
    for (size_t i = 0; i < twice.n_problems; i++) MUST(twice.problems[i].fault != ANSWER_UNKNOWN);
    struct form_parts parts;
    json_t *merged;
    MUST(!err_failed(form_split(ctx, form, once.answers, &parts)));
    MUST(!err_failed(form_merge(ctx, form, &parts, &merged)));
    struct form_rows rows, again;
    MUST(!err_failed(form_rows_of(ctx, form, once.answers, &reading, &rows)));
    MUST(!err_failed(form_rows_of(ctx, form, merged, &reading, &again)) && rows.n == again.n);
    struct form_view_options options = {"r", once.problems, once.n_problems};
    struct form_fields fields;
    MUST(!err_failed(form_view(ctx, form, form->sections, once.answers, eval, &reading, &options,
                               &fields)));
    sent(ctx, once.answers);
}

static void post(mem *ctx, struct bytes in, const struct form_eval *eval)
{
    struct form_pair pairs[200];
    size_t n = 0;
    while (in.n > 0 && n < COUNT_OF(pairs)) {
        size_t end = bytes_find(in, bytes_text("\n"), 0);
        struct bytes line = bytes_of(in.p, end == SIZE_MAX ? in.n : end);
        in = end == SIZE_MAX ? bytes_of(in.p, 0) : bytes_of(in.p + end + 1, in.n - end - 1);
        size_t equal = bytes_find(line, bytes_text("="), 0);
        const char *name;
        if (equal == SIZE_MAX || err_failed(bytes_string(ctx, bytes_of(line.p, equal), &name))) continue;
        pairs[n++] = (struct form_pair){name, bytes_of(line.p + equal + 1, line.n - equal - 1)};
    }
    struct form_input input;
    json_t *merged;
    JSON_SCOPE(stored) = json_pack("{s:s,s:[{s:s}]}", "t", "stored", "r", "b", "2020-01-01");
    const struct form *form = the_form();
    MUST(!err_failed(form_input_read(ctx, form, form->sections, eval, pairs, n, &input)));
    MUST(!err_failed(form_answers_merge(ctx, form, form->sections, eval, stored, input.answers, &merged)));
    use(ctx, merged, eval);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    MEM_SCOPE(ctx, NULL);
    struct form_eval eval = FORM_EVAL_ALL(1795514400000);
    struct bytes rest = bytes_of(data + 1, size - 1);
    if (data[0] == 'h') eval.compartments = COMPARTMENT_BIT(COMPARTMENT_IDENTITY);
    if (data[0] != 'J') {
        post(ctx, rest, &eval);
        return 0;
    }
    JSON_SCOPE(answers) = NULL;
    if (!err_failed(json_read(rest, 1 << 20, &answers))) use(ctx, answers, &eval);
    return 0;
}
