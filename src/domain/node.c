/* node.c - making a node's folder, opening and closing it. */
#include "domain/node.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/file_lock.h"
#include "base/text.h"
#include "crypto/certificate.h"
#include "db/setting.h"
#include "domain/attempts.h"
#include "domain/case_progress.h"
#include "domain/ready.h"
#include "domain/verified.h"
#include "domain/formbook.h"
#include "domain/node_closed.h"
#include "domain/node_setting.h"
#include "domain/node_stores.h"
#include "domain/user_root.h"

enum {
    PEM_MOST = 64 * 1024,
    SECRETS_IDLE = 64,     /* wiped regions kept: one for each request at a time */
    PASSWORDS_RUNNING = 2, /* at 256 MiB each */
    PASSWORDS_WAITING = 16,
};
#define CERTIFICATE_DAYS 1095
#define CLOCKS_APART MSEC_DAY /* a partner's clock may be so much behind ours */

static err open_store(mem *ctx, const char *folder, enum db_store store, bool create,
                      struct db **out)
{
    struct db_settings settings;
    TRY(node_store(ctx, folder, store, &settings));
    settings.create = create;
    return db_open(ctx, &settings, out);
}

/* Whoever reads node.key signs as this node. */
static err key_file_check(const char *path)
{
    struct stat st;
    ENSURE(stat(path, &st) == 0, ERR_NOT_FOUND,
           "there is no node in this folder: node.key is missing");
    ENSURE((st.st_mode & 077) == 0, ERR_STATE,
           "node.key can be read by others than its owner: take their rights away (chmod 600)");
    return ERR_OK;
}

static err key_read(struct node *node)
{
    MEM_SCOPE(scope, NULL);
    struct secret_arena *arena;
    struct bytes pem;
    struct secret der;
    struct private_key *key;
    struct certificate *certificate;
    const char *path;
    TRY(secret_arena_new(scope, NULL, &arena));
    TRY(file_join(scope, node->folder, NODE_KEY, &path));
    TRY(key_file_check(path));
    TRY(file_read(scope, path, PEM_MOST, &pem));
    err e = private_key_read_pem(node, pem, &key);
    wipe((void *)(uintptr_t)pem.p, pem.n);
    TRY(e);
    TRY(private_key_write(key, arena, &der));
    TRY(digest_of("opentrm signin", bytes_of(NULL, 0), secret_bytes(der), &node->signin_key));
    TRY(file_join(scope, node->folder, NODE_CERTIFICATE, &path));
    ENSURE(file_exists(path), ERR_STATE,
           "this folder is half made: init was interrupted. Remove the folder and run init again");
    TRY(file_read(scope, path, PEM_MOST, &pem));
    TRY(certificate_read_pem(node, pem, &certificate));
    ENSURE(certificate_fits(certificate, key), ERR_STATE, "node.crt does not belong to node.key");
    node->key = key;
    node->certificate = certificate;
    return ERR_OK;
}

static err settings_load(struct tx *tx, void *arg)
{
    struct node *node = arg;
    TRY(node_closed_in(tx));
    return settings_read(node, tx, &node->settings);
}

static int node_end(struct node *node)
{
    node_close(node);
    return 0;
}

static err node_new(mem *ctx, const char *folder, const struct clock *clock, struct node **out)
{
    TRY(crypto_start());
    struct node *node = mem_new(ctx, struct node);
    ENSURE_MEM(node);
    node->clock = clock;
    node->folder = mem_text(node, folder);
    ENSURE_MEM(node->folder);
    TRY(file_join(node, folder, "data", &node->data_folder));
    TRY(secret_pool_new(node, SECRETS_IDLE, &node->secrets));
    TRY(password_queue_new(node, PASSWORDS_RUNNING, PASSWORDS_WAITING, &node->passwords));
    TRY(audit_open(node, node_now(node), &node->audit));
    TRY(attempts_new(node, &node->attempts));
    TRY(readiness_new(node, node, &node->readiness));
    talloc_set_destructor(node, node_end);
    *out = node;
    return ERR_OK;
}

static err stores_open(struct node *node, bool create)
{
    TRY(open_store(node, node->folder, DB_RECORDS, create, &node->records));
    return open_store(node, node->folder, DB_KEYS, create, &node->keys);
}

/* For as long as the node is open: a move waits for nobody, it refuses. */
static err lock_share(struct node *node)
{
    const char *path;
    TRY(file_join(node, node->folder, NODE_LOCK, &path));
    err e = file_lock_take(node, path, false, &node->lock);
    if (e.kind == ERR_BUSY) FAIL(ERR_BUSY, "this node is being moved to other stores at this moment");
    return e;
}

static err open_into(struct node *node)
{
    TRY(key_read(node)); /* first: a folder that is no node is left as it is */
    TRY(lock_share(node));
    TRY(stores_open(node, false));
    TRY(db_read(node->records, settings_load, node));
    TRY(progress_table_new(node, &node->progress));
    TRY(verified_table_new(node, &node->verified));
    return formbook_open(node, node->data_folder, &node->forms);
}

err node_open(mem *ctx, const char *folder, const struct clock *clock, struct node **out)
{
    MEM_SCOPE(scope, NULL);
    struct node *node;
    TRY(node_new(scope, folder, clock, &node));
    TRY(open_into(node));
    *out = talloc_steal(ctx, node);
    return ERR_OK;
}

void node_close(struct node *node)
{
    (void)talloc_free(node->readiness); /* it may be asking them */
    node->readiness = NULL;
    if (node->records != NULL) db_close(node->records);
    if (node->keys != NULL) db_close(node->keys);
    node->records = NULL;
    node->keys = NULL;
    talloc_free(node->lock);
    node->lock = NULL;
}

struct setting_pair {
    const char *name;
    const char *value;
};

struct init {
    struct node *node;
    struct setting_pair settings[7];
    struct user_root root;
};

static err init_records(struct tx *tx, void *arg)
{
    const struct init *init = arg;
    for (size_t i = 0; i < COUNT_OF(init->settings); i++)
        TRY(db_setting_put(tx, init->settings[i].name, init->settings[i].value));
    TRY(user_root_records(tx, &init->root));
    struct audit_event event = {
        .at = node_now(init->node), .actor_id = init->root.user.id, .action = AUDIT_NODE_INIT};
    return audit_append(tx, init->node->audit, &event);
}

static err init_keys(struct tx *tx, void *arg)
{
    const struct init *init = arg;
    return user_root_keys(tx, &init->root);
}

/* The transport key and its certificate. The certificate is only returned: it is written last. */
static err transport_make(struct node *node, const struct node_wish *wish,
                          const char **certificate_pem)
{
    MEM_SCOPE(scope, NULL);
    struct secret_arena *arena;
    struct private_key *key;
    struct certificate *certificate;
    struct secret pem;
    const char *path;
    TRY(secret_arena_new(scope, NULL, &arena));
    TRY(private_key_generate(scope, &key));
    struct certificate_wish certificate_wish = {
        .purpose = CERTIFICATE_NODE,
        .name = wish->hosts[0],
        .country = wish->country,
        .hosts = wish->hosts,
        .from = node_now(node) - CLOCKS_APART,
        .until = node_now(node) + CERTIFICATE_DAYS * MSEC_DAY,
    };
    TRY(certificate_make(scope, &certificate_wish, key, &certificate));
    TRY(private_key_write_pem(key, arena, &pem));
    TRY(certificate_write_pem(node, certificate, certificate_pem));
    TRY(file_join(scope, node->folder, NODE_KEY, &path));
    return file_write(path, secret_bytes(pem), 0600);
}

static err wish_check(const struct node_wish *wish, const struct init *init)
{
    for (size_t i = 0; i < COUNT_OF(init->settings); i++)
        TRY(setting_check(init->settings[i].name, init->settings[i].value, true));
    ENSURE(wish->hosts != NULL && wish->hosts[0] != NULL, ERR_INPUT,
           "a node has at least one host name");
    return ERR_OK;
}

static err folder_check(const char *folder)
{
    bool taken;
    TRY(file_make_folder(folder));
    TRY(node_folder_taken(folder, &taken));
    ENSURE(!taken, ERR_CONFLICT, "there is a node in this folder already, or half of one");
    return ERR_OK;
}

/* A database may have been somebody's before; a file of ours was not there a moment ago. */
static err store_empty(struct tx *tx, void *arg)
{
    (void)arg;
    const char *value;
    err e = db_setting_get(tx, db_scratch(tx), "node.id", &value);
    if (e.kind == ERR_NOT_FOUND) return ERR_OK;
    if (err_failed(e)) return e;
    FAIL(ERR_CONFLICT, "there is a node in this database already");
}

err node_init(const char *folder, const struct clock *clock, const struct node_wish *wish,
              char recovery[static RECOVERY_TEXT_ROOM])
{
    MEM_SCOPE(scope, NULL);
    struct node *node;
    const char *certificate_pem, *path;
    struct id id = id_random();
    TRY(node_new(scope, folder, clock, &node));
    struct init init = {
        .node = node,
        .settings = {{"node.id", id.text},
                     {"node.name", wish->name},
                     {"node.country", wish->country},
                     {"node.address", wish->address},
                     {"node.exchange_address", wish->exchange_address},
                     {"node.language", wish->language},
                     {"password.cost", wish->test_passwords ? "test" : "standard"}},
    };
    TRY(wish_check(wish, &init));
    node->settings = (struct node_settings){
        .id = id.text,
        .password_cost = wish->test_passwords ? PASSWORD_COST_TEST : PASSWORD_COST_STANDARD,
    };
    TRY(user_root_make(scope, node, wish, &init.root));
    TRY(node_stores_check(&wish->stores));
    TRY(folder_check(folder));
    TRY(node_stores_write(folder, &wish->stores));
    TRY(transport_make(node, wish, &certificate_pem));
    TRY(stores_open(node, true));
    TRY(db_read(node->records, store_empty, NULL));
    TRY(db_run(node->keys, init_keys, &init));
    TRY(db_run(node->records, init_records, &init));
    TRY(file_join(scope, folder, NODE_CERTIFICATE, &path));
    TRY(file_write(path, bytes_text(certificate_pem), 0644));
    memcpy(recovery, init.root.recovery, RECOVERY_TEXT_ROOM);
    return ERR_OK;
}
