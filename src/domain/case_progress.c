/* case_progress.c - counts, and the table that remembers them. */
#include "domain/case_progress.h"

#include <pthread.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "crypto/digest.h"
#include "domain/case_content.h"
#include "domain/node.h"

/* A key may stand in any place of its row; when all are taken, one goes. */
enum { ROWS = 256, PLACES = 4, KEY_MOST = 512 };

struct place {
    struct digest key;
    bool taken, answered, others;
    struct {
        uint8_t state;
        uint16_t asked, answered, missing, invalid; /* more is not remembered */
    } sections[PROGRESS_SECTIONS_MOST];
};

static void place_read(const struct place *at, struct case_progress *out)
{
    *out = (struct case_progress){.answered = at->answered, .others = at->others};
    for (size_t i = 0; i < PROGRESS_SECTIONS_MOST; i++)
        out->sections[i] = (struct form_section_count){(enum form_state)at->sections[i].state, at->sections[i].asked,
                                                       at->sections[i].answered, at->sections[i].missing, at->sections[i].invalid};
}

static bool place_write(struct place *at, const struct digest *key, const struct case_progress *value)
{
    struct place made = {.key = *key, .taken = true, .answered = value->answered, .others = value->others};
    for (size_t i = 0; i < PROGRESS_SECTIONS_MOST; i++) {
        const struct form_section_count *s = &value->sections[i];
        if (s->asked > UINT16_MAX || s->answered > UINT16_MAX || s->missing > UINT16_MAX || s->invalid > UINT16_MAX) return false;
        made.sections[i].state = (uint8_t)s->state;
        made.sections[i].asked = (uint16_t)s->asked;
        made.sections[i].answered = (uint16_t)s->answered;
        made.sections[i].missing = (uint16_t)s->missing;
        made.sections[i].invalid = (uint16_t)s->invalid;
    }
    *at = made;
    return true;
}

struct progress_table {
    pthread_mutex_t lock;
    uint8_t secret[DIGEST_SIZE]; /* keyed, so that the table names no case */
    unsigned next;               /* which place of a full row goes */
    struct place rows[ROWS][PLACES];
};

static int table_end(struct progress_table *t)
{
    (void)pthread_mutex_destroy(&t->lock);
    return 0;
}

err progress_table_new(mem *ctx, struct progress_table **out)
{
    struct progress_table *t = mem_new(ctx, struct progress_table);
    ENSURE_MEM(t);
    ENSURE(pthread_mutex_init(&t->lock, NULL) == 0, ERR_MEMORY, "out of memory");
    talloc_set_destructor(t, table_end);
    id_fill_random(t->secret, sizeof t->secret);
    *out = t;
    return ERR_OK;
}

/* Everything that the counts depend on. */
static err key_of(const struct node *node, const struct casefile *c, const struct form *form, struct digest *out)
{
    MEM_SCOPE(scope, NULL);
    struct buf b;
    struct bytes all;
    char day[DATE_TIME_ROOM];
    date_format_day(date_of(node_now(node)), day);
    buf_init(&b, scope, KEY_MOST);
    buf_addf(&b, "%s %s %u %u %s", c->id.text, form->hash, case_party(node, c), c->held, day);
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        buf_addf(&b, " %lld", (long long)case_revision_of(c, "form", form->id, (enum compartment)i));
    TRY(buf_done(&b, &all));
    return digest_of("opentrm progress", bytes_of(node->progress->secret, DIGEST_SIZE), all, out);
}

static struct place *row_of(struct progress_table *t, const struct digest *key) { return t->rows[key->p[0] % ROWS]; }

static bool recall(struct progress_table *t, const struct digest *key, struct case_progress *out)
{
    bool found = false;
    (void)pthread_mutex_lock(&t->lock);
    struct place *row = row_of(t, key);
    for (size_t i = 0; i < PLACES && !found; i++)
        if (row[i].taken && memcmp(row[i].key.p, key->p, DIGEST_SIZE) == 0) {
            place_read(&row[i], out);
            found = true;
        }
    (void)pthread_mutex_unlock(&t->lock);
    return found;
}

static void remember(struct progress_table *t, const struct digest *key, const struct case_progress *value)
{
    (void)pthread_mutex_lock(&t->lock);
    struct place *row = row_of(t, key), *at = &row[t->next++ % PLACES];
    for (size_t i = 0; i < PLACES; i++)
        if (!row[i].taken) at = &row[i];
    (void)place_write(at, key, value);
    (void)pthread_mutex_unlock(&t->lock);
}

/* Is there an answer to a question that is none of ours? */
static bool others_wrote(const struct form *form, const json_t *answers, unsigned party)
{
    for (size_t i = 0; i < form->n_items; i++)
        if (form->items[i].scope == NULL && (form->items[i].parties & party) == 0 &&
            json_object_get(answers, form->items[i].name) != NULL)
            return true;
    return false;
}

static err count(struct node *node, const struct casefile *c, const struct form *form, struct case_progress *out)
{
    struct form_checked checked;
    json_t *answers;
    struct form_eval eval = case_eval(node, c);
    const struct form_reading reading = form_reading_of(form, NULL); /* messages are not looked at */
    TRY(case_answers(c, form, &answers));
    TRY(form_answers_check(c->ctx, form, answers, &eval, &reading, &checked));
    struct case_progress p = {.answered = json_object_size(answers) > 0,
                              .others = others_wrote(form, answers, case_party(node, c))};
    for (size_t i = 0; i < PROGRESS_SECTIONS_MOST; i++)
        p.sections[i] = i < form->n_sections ? checked.sections[i]
                                             : (struct form_section_count){.state = FORM_NOT_ASKED};
    *out = p;
    return ERR_OK;
}

err case_progress(struct node *node, const struct casefile *c, const struct form *form, struct case_progress *out)
{
    struct digest key;
    TRY(key_of(node, c, form, &key));
    if (recall(node->progress, &key, out)) return ERR_OK;
    TRY(count(node, c, form, out));
    remember(node->progress, &key, out);
    return ERR_OK;
}
