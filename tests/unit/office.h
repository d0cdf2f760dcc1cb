/* office.h - a node with an agency, its teams and invented people, its data the project's own: for the tests of
 * cases and crossings. Two of them make a border.
 *
 *   worker    case worker of the team "Casework": holds everything, may send
 *   intake    intake officer of the same team
 *   jurist    case worker of the team "Legal": holds identity and justice of the agency
 *   stranger  case worker and intake officer of another agency on the same node
 */
#ifndef OPENTRM_TESTS_OFFICE_H
#define OPENTRM_TESTS_OFFICE_H

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cm.h"
#include "engine_node.h"

#include "base/embed.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "domain/case.h"
#include "domain/consent.h"
#include "domain/facts.h"
#include "domain/formbook.h"
#include "domain/node.h"
#include "domain/organisation.h"
#include "domain/session.h"
#include "domain/team.h"
#include "domain/user.h"
#include "domain/vault.h"
#include "form/input.h"

/* No built-in files: a node's data folder leads to the project's. */
const struct embed_table embed_all = {NULL, 0, ""};

#define T0 ((msec)1790000000000) /* 2026-09-21 */
#define PASSWORD "four unrelated words"
#define FORM_ID "annex-i"

struct office_wish {
    const char *country, *host, *language, *agency;
    bool child_authority;
};
static const struct office_wish ITALY = {"IT", "it.localhost", "it", "Associazione Ponte di Carta", false};
static const struct office_wish ALBANIA = {"AL", "al.localhost", "sq", "Qendra Hap pas Hapi", false};

struct office {
    mem *ctx;
    char folder[64];
    struct clock *clock;
    struct node *node;
    const struct form *form;
    struct id agency, other_agency;
    struct id casework, legal, other_team;
    struct id worker_id, intake_id, jurist_id, stranger_id;
    struct actor *admin, *worker, *intake, *jurist, *stranger;
    int signed_in;
};

static inline struct actor *office_sign_in(struct office *o, const char *login)
{
    char address[32];
    struct session_start start;
    struct actor *actor = NULL;
    (void)snprintf(address, sizeof address, "192.0.2.%d", o->signed_in++);
    const struct session_wish wish = {.login = login, .password = bytes_text(PASSWORD), .address = address};
    OK(session_sign_in(o->node, &wish, &start));
    OK(session_open(o->node, start.cookie, o->ctx, &actor));
    return actor;
}

static inline struct id office_user(struct office *o, const char *login, struct id agency, role_set roles)
{
    struct id id = {""};
    char code[RECOVERY_TEXT_ROOM], recovery[RECOVERY_TEXT_ROOM];
    const struct user_wish wish = {.login = login,
                                   .display_name = login,
                                   .language = o->node->settings.language,
                                   .organisation_id = agency,
                                   .roles = roles};
    OK(user_invite(o->node, o->admin, &wish, &id, code));
    OK(user_activate(o->node, login, code, "", bytes_text(PASSWORD), recovery, &(msec){0}));
    return id;
}

static inline struct id office_team(struct office *o, struct id agency, const char *name, compartment_set compartments,
                                    bool may_send, const struct id *members, size_t n)
{
    struct id id = {""};
    const struct team_wish wish = {agency, name, compartments, may_send, members, n};
    OK(team_create(o->node, o->admin, &wish, &id));
    return id;
}

static inline void office_people(struct office *o)
{
    role_set both = role_bit(ROLE_CASE_WORKER) | role_bit(ROLE_INTAKE_OFFICER);
    o->worker_id = office_user(o, "worker", o->agency, role_bit(ROLE_CASE_WORKER));
    o->intake_id = office_user(o, "intake", o->agency, role_bit(ROLE_INTAKE_OFFICER));
    o->jurist_id = office_user(o, "jurist", o->agency, both);
    o->stranger_id = office_user(o, "stranger", o->other_agency, both);
    const struct id casework[] = {o->worker_id, o->intake_id};
    o->casework = office_team(o, o->agency, "Casework", COMPARTMENT_ALL, true, casework, 2);
    o->legal = office_team(o, o->agency, "Legal",
                           COMPARTMENT_BIT(COMPARTMENT_IDENTITY) | COMPARTMENT_BIT(COMPARTMENT_JUSTICE), true,
                           &o->jurist_id, 1);
    o->other_team = office_team(o, o->other_agency, "Others", COMPARTMENT_ALL, true, &o->stranger_id, 1);
}

/* A folder with nothing but the way to the project's data. */
static inline void office_folder(struct office *o, struct clock *clock)
{
    char link[128];
    *o = (struct office){.ctx = talloc_new(NULL), .clock = clock, .folder = "/tmp/opentrm-test-XXXXXX"};
    assert_non_null(mkdtemp(o->folder));
    (void)snprintf(link, sizeof link, "%s/data", o->folder);
    assert_int_equal(symlink(SOURCE_ROOT "/data", link), 0);
}

static inline void office_start(struct office *o)
{
    OK(node_open(o->ctx, o->folder, o->clock, &o->node));
    if (o->node->forms->problems != NULL) fail_msg("%s", o->node->forms->problems);
    OK(formbook_find(o->node->forms, FORM_ID, &o->form));
    o->admin = office_sign_in(o, "root");
}

static inline void office_begin(struct office *o)
{
    o->worker = office_sign_in(o, "worker");
    o->intake = office_sign_in(o, "intake");
    o->jurist = office_sign_in(o, "jurist");
    o->stranger = office_sign_in(o, "stranger");
}

static inline void office_open(struct office *o, const struct office_wish *wish, struct clock *clock)
{
    OK(crypto_start());
    char recovery[RECOVERY_TEXT_ROOM], address[64], exchange[64];
    office_folder(o, clock);
    (void)snprintf(address, sizeof address, "https://%s:8443", wish->host);
    (void)snprintf(exchange, sizeof exchange, "https://%s:8442/as2", wish->host);
    const char *hosts[] = {wish->host, NULL};
    const struct node_wish node = {.name = wish->agency,
                                   .country = wish->country,
                                   .address = address,
                                   .exchange_address = exchange,
                                   .hosts = hosts,
                                   .stores = engine_stores(o->ctx),
                                   .test_passwords = true,
                                   .login = "root",
                                   .display_name = "Root",
                                   .language = wish->language,
                                   .password = bytes_text(PASSWORD)};
    OK(node_init(o->folder, clock, &node, recovery));
    office_start(o);
    const struct organisation_wish agency = {.name = wish->agency,
                                             .procedures = "return first_assistance",
                                             .languages = wish->language,
                                             .child_authority = wish->child_authority};
    const struct organisation_wish other = {.name = "Another agency", .procedures = "return", .languages = "en"};
    OK(organisation_create(o->node, o->admin, &agency, &o->agency));
    OK(organisation_create(o->node, o->admin, &other, &o->other_agency));
    office_people(o);
    office_begin(o);
}

/* The node ends; its folder stays. */
static inline void office_shut(struct office *o)
{
    talloc_free(o->ctx);
    o->ctx = NULL;
}

/* A node like one that is shut, with stores of its own. */
static inline void office_copy(struct office *o, const struct office *from, struct clock *clock)
{
    office_folder(o, clock);
    DIR *dir = opendir(from->folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct bytes content;
        if (entry->d_type != DT_REG) continue;
        OK(file_read(o->ctx, talloc_asprintf(o->ctx, "%s/%s", from->folder, entry->d_name), (size_t)1 << 30, &content));
        OK(file_write(talloc_asprintf(o->ctx, "%s/%s", o->folder, entry->d_name), content, 0600));
    }
    (void)closedir(dir);
    engine_stores_copy(o->ctx, from->folder, o->folder);
    o->agency = from->agency;
    o->other_agency = from->other_agency;
    o->casework = from->casework;
    o->legal = from->legal;
    o->other_team = from->other_team;
    o->worker_id = from->worker_id;
    o->intake_id = from->intake_id;
    o->jurist_id = from->jurist_id;
    o->stranger_id = from->stranger_id;
    office_start(o);
    office_begin(o);
}

static inline void office_close(struct office *o)
{
    talloc_free(o->ctx);
    engine_stores_give_back(o->folder);
    DIR *dir = opendir(o->folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.') (void)unlinkat(dirfd(dir), entry->d_name, 0);
    (void)closedir(dir);
    assert_int_equal(rmdir(o->folder), 0);
}

/* ---- what the store holds ---- */

/* The first column of the first row of a statement, as a number. */
static inline int64_t office_number(const struct office *o, const char *file, const char *sql)
{
    const struct engine_answer answer = engine_node(o->folder, file, sql);
    return answer.row ? answer.number : -1;
}
#define RECORDS(o, sql) office_number((o), "opentrm.db", (sql))
#define KEYS(o, sql) office_number((o), "keys.db", (sql))

/* What somebody with write access to the store does. */
static inline void office_sql(const struct office *o, const char *file, const char *sql)
{
    (void)engine_node(o->folder, file, sql);
}

/* Audit lines of an action. Openings hold the event as text. */
static inline int64_t audited(const struct office *o, const char *action)
{
    char sql[200];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM audit_event WHERE opening LIKE '%%%s%%'", action);
    return RECORDS(o, sql);
}

/* How many files of the node's folder, or tables of its stores, hold these bytes; its log is elsewhere. */
static inline int office_grep(const struct office *o, const char *needle)
{
    int hits = 0;
    DIR *dir = opendir(o->folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        MEM_SCOPE(scope, NULL);
        struct bytes content;
        if (entry->d_type != DT_REG) continue;
        OK(file_read(scope, talloc_asprintf(scope, "%s/%s", o->folder, entry->d_name), (size_t)1 << 30, &content));
        if (bytes_find(content, bytes_text(needle), 0) != SIZE_MAX) hits++;
    }
    (void)closedir(dir);
    return hits + engine_node_grep(o->folder, needle);
}

/* ---- cases ---- */

static inline struct casefile *office_case(struct office *o, const char *label)
{
    struct casefile *c = NULL;
    OK(case_open(o->node, o->worker, o->casework, label, o->ctx, &c));
    return c;
}

static inline struct casefile *office_find(struct office *o, struct actor *actor, const char *code)
{
    struct casefile *c = NULL;
    OK(case_find(o->node, actor, code, o->ctx, &c));
    return c;
}

static inline json_t *json_text_of(mem *ctx, const char *text)
{
    json_t *value = json_loads(text, 0, NULL);
    if (value == NULL) fail_msg("not JSON: %s", text);
    OK(json_keep(ctx, value));
    return value;
}

static inline json_t *demo(mem *ctx, const char *name)
{
    struct bytes content;
    json_t *value = NULL;
    OK(file_read(ctx, talloc_asprintf(ctx, SOURCE_ROOT "/data/demo/%s", name), (size_t)1 << 20, &content));
    OK(json_read(content, (size_t)1 << 20, &value));
    OK(json_keep(ctx, value));
    return value;
}

/* office_answer: one section's answers replaced, as a page would. */
static inline err office_answer_try(struct office *o, struct actor *actor, struct casefile *c, const char *section,
                                    const char *answers)
{
    return case_save_section(o->node, actor, c, o->form, section, json_text_of(o->ctx, answers),
                             case_revision(c, FORM_ID));
}
static inline void office_answer(struct office *o, struct casefile *c, const char *section, const char *answers)
{
    OK(office_answer_try(o, o->worker, c, section, answers));
}

/* The answers of a case as a text, keys sorted. */
static inline const char *answers_text(struct office *o, const struct casefile *c)
{
    json_t *answers = NULL;
    struct bytes text;
    OK(case_answers(c, o->form, &answers));
    OK(json_write(o->ctx, answers, &text));
    return (const char *)text.p;
}

static inline struct consent consent_of(enum consent_kind kind, bool yes, const char *country)
{
    struct consent c = {.kind = kind,
                        .yes = yes,
                        .compartments = kind == CONSENT_SHARE ? COMPARTMENT_ALL : 0,
                        .purpose = "Assisted return",
                        .until = "",
                        .language = "sq",
                        .interpreter = "",
                        .explained_by = "Giulia Serravento",
                        .how = CONSENT_WRITTEN,
                        .comments = "",
                        .received_from = "",
                        .withdrawn_how = ""};
    if (kind == CONSENT_SHARE && country != NULL) memcpy(c.countries[c.n_countries++], country, 3);
    return c;
}

static inline struct id office_consent(struct office *o, struct casefile *c, struct consent consent)
{
    OK(consent_record(o->node, o->worker, c, &consent));
    return consent.id;
}

#endif
