/* fuzz_expression.c - the text of an expression, compiled for each place where one may stand, and evaluated
 * over answers and over none. What compiles must give a value, or be given up for its work.
 */
#include <string.h>

#include "base/text.h"
#include "form/expression.h"
#include "fuzz.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())

static const char SURVEY[] = "type,name,label,bind::trm:compartment\n"
                             "text,t,T,identity\n"
                             "integer,n,N,identity\n"
                             "decimal,f,F,identity\n"
                             "date,d,D,identity\n"
                             "dateTime,dt,D,identity\n"
                             "time,tm,T,identity\n"
                             "select_one l,o,O,identity\n"
                             "select_multiple l,m,M,identity\n"
                             "begin_repeat,r,R,identity\n"
                             "text,x,X,\n"
                             "begin_repeat,q,Q,\n"
                             "integer,y,Y,\n"
                             "end_repeat,,,\n"
                             "end_repeat,,,\n";
static const char CHOICES[] = "list_name,name,label,k\nl,a,A,1\nl,b,B,2\n";
static const char ANSWERS[] =
    "{\"t\":\"\xc3\x8b 12\",\"n\":7,\"f\":-2.5,\"d\":\"2024-02-29\",\"dt\":\"2026-11-24T05:57\",\"tm\":\"05:57\","
    "\"o\":\"a\",\"m\":[\"a\",\"b\"],\"r\":[{\"x\":\"1\",\"q\":[{\"y\":1},{\"y\":2}]},{\"x\":\"\xf0\x9f\x98\x80\"}]}";

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

static void evaluate(mem *ctx, const struct form_item *item, const struct expression *e,
                     const char *answers)
{
    JSON_SCOPE(all) = NULL;
    MUST(!err_failed(json_read(bytes_text(answers), 4096, &all)));
    struct form_eval eval = FORM_EVAL_ALL(1795514400000);
    struct expression_entry entry = {.repeat = item->scope, .index = 0};
    if (item->scope != NULL)
        entry.object = json_array_get(json_object_get(all, item->scope->name), 0);
    if (item->scope != NULL && entry.object == NULL) return;
    struct expression_run run = {.ctx = ctx,
                                 .form = the_form(),
                                 .answers = all,
                                 .eval = &eval,
                                 .entry = item->scope == NULL ? NULL : &entry,
                                 .item = item,
                                 .choices = item->choices,
                                 .choice = item->choices == NULL ? NULL : item->choices->at,
                                 .steps = EXPRESSION_STEPS_MAX};
    const char *text = NULL;
    bool truth;
    json_t *json = NULL;
    err first = expression_string(&run, e, &text);
    MUST(!err_failed(first) || first.kind == ERR_LIMIT);
    if (!err_failed(first)) MUST(text_valid_utf8(bytes_text(text)));
    run.steps = EXPRESSION_STEPS_MAX;
    err second = expression_true(&run, e, &truth);
    MUST(!err_failed(second) || second.kind == ERR_LIMIT);
    run.steps = EXPRESSION_STEPS_MAX;
    err third = expression_json(&run, e, &json);
    MUST(!err_failed(third) || third.kind == ERR_LIMIT);
    if (!err_failed(third)) json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        const char *item;
        enum expression_use use;
    } PLACES[] = {{"t", EXPRESSION_RELEVANT}, {"n", EXPRESSION_CONSTRAINT}, {"o", EXPRESSION_FILTER},
                  {"r[0].x", EXPRESSION_CALCULATION}};
    MEM_SCOPE(ctx, NULL);
    const char *text;
    /* the loader lets through clean text only */
    struct bytes in = bytes_of(data, size);
    if (err_failed(text_check(in, FORM_CELL_MAX)) || err_failed(bytes_string(ctx, in, &text))) return 0;
    for (size_t i = 0; i < COUNT_OF(PLACES); i++) {
        const struct form_item *item = form_item_at(the_form(), PLACES[i].item);
        struct expression_place place = {the_form(), item, PLACES[i].use};
        struct expression_fault fault = {.message = ""};
        const struct expression *e = NULL;
        err failed = expression_compile(ctx, &place, text, &e, &fault);
        if (err_failed(failed)) {
            MUST(failed.kind == ERR_INPUT && fault.message[0] != '\0');
            MUST(text_valid_utf8(bytes_text(fault.message)));
            continue;
        }
        evaluate(ctx, item, e, ANSWERS);
        evaluate(ctx, item, e, "{}");
    }
    return 0;
}
