/* deliver.c - one delivery: taken from the queue, sent, its answer judged, the result written. */
#include "exchange/deliver.h"

#include <string.h>

#include "audit/audit.h"
#include "base/log.h"
#include "base/text.h"
#include "db/delivery.h"
#include "db/evidence.h"
#include "db/message.h"
#include "db/partner.h"
#include "exchange/card.h"
#include "exchange/client.h"
#include "exchange/mdn.h"
#include "exchange/queue.h"

#define PROBLEM_ROOM 48

enum verdict { RELAYED, AGAIN, NEVER };

struct attempt {
    struct node *node;
    mem *ctx;
    const char *worker;
    const atomic_bool *stop;
    msec now;
    db_deliveries claimed;
    struct db_delivery *row;
    struct db_partner partner;
    struct card *card;
    struct as2_post post;
    struct as2_post answer;
    enum verdict verdict;
    char problem[PROBLEM_ROOM]; /* a slug */
    struct bytes receipt;       /* a verified one, as it is kept, or empty */
};

static void judge(struct attempt *a, enum verdict verdict, const char *problem)
{
    a->verdict = verdict;
    (void)snprintf(a->problem, sizeof a->problem, "%s", problem);
}

/* ---- taking ---- */

static err read_next(struct tx *tx, void *arg) { return db_delivery_next(tx, arg); }

static err claim(struct tx *tx, void *arg)
{
    struct attempt *a = arg;
    return db_delivery_claim(tx, a->ctx, a->worker, a->now, a->now + DELIVER_LEASE, 1, &a->claimed);
}

/* Looking costs a read; only if something is due it costs a write. */
static err take(struct attempt *a, bool *found)
{
    msec next = 0;
    *found = false;
    TRY(db_read(a->node->records, read_next, &next));
    if (next > a->now) return ERR_OK;
    TRY(db_run(a->node->records, claim, a));
    *found = a->claimed.n > 0;
    if (*found) a->row = &a->claimed.at[0];
    return ERR_OK;
}

/* ---- sending ---- */

static err read_partner(struct tx *tx, void *arg)
{
    struct attempt *a = arg;
    return db_partner_by_id(tx, a->ctx, a->row->partner_id, &a->partner);
}

/* May this partner be written to now? False: it was judged. */
static bool partner_ready(struct attempt *a)
{
    err e = db_read(a->node->records, read_partner, a);
    if (err_failed(e)) {
        log_err(LOG_ERROR, "deliver_partner", e);
        judge(a, AGAIN, "our-fault");
        return false;
    }
    if (!text_same(a->partner.state, "pinned")) {
        judge(a, NEVER, "partner-revoked");
        return false;
    }
    if (a->partner.expires_at <= a->now) {
        judge(a, AGAIN, "card-ended"); /* a new one may come in time */
        return false;
    }
    e = card_read(a->ctx, a->partner.card, a->partner.pinned_at, &a->card);
    if (!err_failed(e)) e = queue_post_read(a->ctx, a->row->body, &a->post);
    if (err_failed(e)) {
        log_err(LOG_ERROR, "deliver_partner", e);
        judge(a, AGAIN, "our-fault");
        return false;
    }
    return true;
}

static const char *send_problem(enum err_kind kind)
{
    switch ((int)kind) {
    case ERR_IO: return "unreachable";
    case ERR_PEER: return "wrong-server";
    case ERR_LIMIT: return "answer-too-large";
    case ERR_INPUT: return "bad-address";
    case ERR_BUSY: return "stopped";
    default: return "our-fault";
    }
}

/* True: there is an answer with a status of success. */
static bool sent(struct attempt *a)
{
    static const struct client_limits limits = {DELIVER_CONNECT, DELIVER_TOTAL, MDN_MOST};
    int status = 0;
    err e = client_post(a->ctx, a->partner.endpoint, a->card->certificate, &a->post, &limits,
                        a->stop, &status, &a->answer);
    if (err_failed(e)) {
        judge(a, AGAIN, send_problem(e.kind));
        return false;
    }
    if (status >= 200 && status < 300) return true;
    char problem[PROBLEM_ROOM];
    (void)snprintf(problem, sizeof problem, "http-%d", status);
    judge(a, AGAIN, problem);
    return false;
}

static err keep_receipt(struct attempt *a)
{
    struct as2_post kept = {.body = a->answer.body};
    TRY(as2_headers_keep(a->ctx, a->answer.headers, &kept.headers));
    return queue_post_write(a->ctx, &kept, &a->receipt);
}

static void weigh_receipt(struct attempt *a)
{
    const struct mdn_expected expected = {.from = a->partner.id,
                                          .to = a->node->settings.id,
                                          .original = mime_find(a->post.headers, "Message-ID"),
                                          .mic = a->row->mic};
    struct mdn mdn = {0};
    err e = mdn_verify(a->ctx, &a->answer, a->card->certificate, &expected, a->now, &mdn);
    if (!err_failed(e)) e = keep_receipt(a);
    if (err_failed(e)) {
        /* A receipt that proves nothing: another attempt brings a better one, or the deadline. */
        log_err(LOG_WARN, "deliver_receipt", e);
        judge(a, AGAIN, e.kind == ERR_PEER ? "receipt-for-something-else" : "bad-receipt");
        return;
    }
    if (mdn.outcome == MDN_PROCESSED)
        judge(a, RELAYED, "");
    else
        judge(a, mdn_worth_retrying(mdn.outcome) ? AGAIN : NEVER, mdn_outcome_name(mdn.outcome));
}

static bool too_late(const struct attempt *a)
{
    return a->row->deadline_at != 0 && a->now >= a->row->deadline_at;
}

static void attempt_make(struct attempt *a)
{
    if (too_late(a)) {
        /* Never delivered after it was, or could have been, shown as not delivered. */
        judge(a, NEVER, a->row->last_problem == NULL ? "deadline" : a->row->last_problem);
        return;
    }
    if (partner_ready(a) && sent(a)) weigh_receipt(a);
}

/* ---- writing ---- */

static bool stopping(const struct attempt *a) { return a->stop != NULL && atomic_load(a->stop); }

/* 30 s, 1 min, 2 min, ... an hour, each a fifth shorter or longer at random; the last one at the
 * deadline. */
static msec next_at(const struct attempt *a)
{
    if (stopping(a)) return a->now; /* it was we who gave up */
    msec wait = DELIVER_FIRST_WAIT;
    for (int64_t i = 1; i < a->row->attempts && wait < DELIVER_LONGEST_WAIT; i++) wait *= 2;
    if (wait > DELIVER_LONGEST_WAIT) wait = DELIVER_LONGEST_WAIT;
    uint32_t random = 0;
    id_fill_random(&random, sizeof random);
    msec at = a->now + wait * 4 / 5 + (msec)(random % (uint32_t)(wait * 2 / 5));
    if (a->row->deadline_at != 0 && at > a->row->deadline_at) at = a->row->deadline_at;
    return at;
}

static err write_state(struct tx *tx, const struct attempt *a, const char *state)
{
    struct db_message message;
    TRY(db_message_by_id(tx, db_scratch(tx), a->row->message_id, &message));
    /* A receipt of the organisation may have been faster than the node's. */
    if (!text_same(message.state, "submitted")) return ERR_OK;
    return db_message_state(tx, a->row->message_id, "submitted", state);
}

static err write_end(struct tx *tx, void *arg)
{
    const struct attempt *a = arg;
    bool relayed = a->verdict == RELAYED;
    const char *state = relayed ? "relayed" : "not_relayed";
    TRY(db_delivery_done(tx, a->row->message_id, a->worker, relayed ? "relayed" : "failed",
                         relayed ? NULL : a->problem));
    TRY(write_state(tx, a, state));
    const struct db_evidence evidence = {.id = id_new(a->now),
                                         .message_id = a->row->message_id,
                                         .kind = state,
                                         .at = a->now,
                                         .by = a->receipt.n > 0 ? a->row->partner_id : NULL,
                                         .body = a->receipt.n > 0 ? a->receipt : bytes_of("", 0)};
    TRY(db_evidence_insert(tx, &evidence));
    struct audit_event event = {.at = a->now,
                                .action = relayed ? AUDIT_MESSAGE_RELAY : AUDIT_MESSAGE_NOT_RELAYED,
                                .result = relayed ? AUDIT_DONE : AUDIT_FAILED,
                                .object = a->row->message_id.text,
                                .detail = relayed ? NULL : a->problem};
    return audit_append(tx, a->node->audit, &event);
}

static err write_again(struct tx *tx, void *arg)
{
    const struct attempt *a = arg;
    return db_delivery_retry(tx, a->row->message_id, a->worker, next_at(a), a->problem);
}

static void note(const struct attempt *a)
{
    LOG(a->verdict == NEVER ? LOG_WARN : LOG_INFO, "deliver",
        log_text("message", a->row->message_id.text), log_text("partner", a->row->partner_id),
        log_number("attempt", a->row->attempts),
        log_text("result", a->verdict == RELAYED ? "relayed" : a->problem));
}

err deliver_once(struct node *node, const char *worker, const atomic_bool *stop, bool *found)
{
    MEM_SCOPE(scope, NULL);
    struct attempt *a = mem_new(scope, struct attempt);
    ENSURE_MEM(a);
    a->node = node;
    a->ctx = a;
    a->worker = worker;
    a->stop = stop;
    a->now = node_now(node);
    TRY(take(a, found));
    if (!*found) return ERR_OK;
    attempt_make(a);
    note(a);
    a->now = node_now(node);
    err e = db_run(node->records, a->verdict == AGAIN ? write_again : write_end, a);
    /* The lease ended meanwhile and another worker has it: its result counts, the partner saw a
     * repeat. */
    return e.kind == ERR_CONFLICT ? ERR_OK : e;
}
