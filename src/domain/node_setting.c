/* node_setting.c - settings: one table. */
#include "domain/node_setting.h"

#include <string.h>

#include "base/address.h"
#include "base/encode.h"
#include "base/limit.h"
#include "base/locale.h"
#include "base/text.h"
#include "db/setting.h"
#include "domain/user_wish.h"

static const char ROOT_SIGNER[] = "node.root_signer";
#define PROXIES "limit.proxies"

enum setting_type {
    SETTING_ID,
    SETTING_TEXT,
    SETTING_COUNTRY,
    SETTING_ADDRESS,
    SETTING_ENDPOINT,
    SETTING_LANGUAGE,
    SETTING_COST,
    SETTING_NUMBER,
    SETTING_ZONE,
    SETTING_LINK,
    SETTING_NETWORKS
};

struct setting_row {
    const char *name;
    enum setting_type type;
    bool init_only;
    const char *otherwise; /* NULL: must be there */
    int64_t least, most;   /* of a number */
};

static const struct setting_row TABLE[] = {
    {"node.id", SETTING_ID, true, NULL, 0, 0},
    {"node.name", SETTING_TEXT, false, NULL, 0, 0},
    {"node.country", SETTING_COUNTRY, true, NULL, 0, 0},
    {"node.address", SETTING_ADDRESS, false, NULL, 0, 0},
    {"node.exchange_address", SETTING_ENDPOINT, false, NULL, 0, 0},
    {"node.language", SETTING_LANGUAGE, false, NULL, 0, 0},
    {"password.cost", SETTING_COST, true, "standard", 0, 0},
    {"session.idle_minutes", SETTING_NUMBER, false, "30", 5, 24 * 60},
    {"session.most_hours", SETTING_NUMBER, false, "12", 1, 7 * 24},
    {"page.site_name", SETTING_TEXT, false, "OpenTRM", 0, 0},
    {"page.time_zone", SETTING_ZONE, false, "Etc/UTC", 0, 0},
    {"page.exit_address", SETTING_LINK, false, "https://www.wikipedia.org/", 0, 0},
    {PROXIES, SETTING_NETWORKS, false, "", 0, 0},
};

/* What is known of a setting: a row above, or of the table of limits. */
static bool row_find(const char *name, struct setting_row *out)
{
    for (size_t i = 0; i < COUNT_OF(TABLE); i++) {
        if (!text_same(TABLE[i].name, name)) continue;
        *out = TABLE[i];
        return true;
    }
    for (size_t i = 0; i < LIMITS_N; i++) {
        const struct limit_row *limit = &LIMITS[i];
        if (!text_same(limit->setting, name)) continue;
        *out = (struct setting_row){.name = limit->setting, .type = SETTING_NUMBER, .otherwise = limit->otherwise_text,
                                    .least = limit->least, .most = limit->most};
        return true;
    }
    return false;
}

static bool is_country(const char *s)
{
    return strlen(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z';
}

/* A web address without a path: what partners and browsers call. */
static bool is_address(const char *s)
{
    size_t head = text_starts(s, "https://") ? 8 : text_starts(s, "http://") ? 7 : 0;
    size_t n = strlen(s);
    if (head == 0 || n <= head || n > NODE_ADDRESS_MOST) return false;
    static const char ALLOWED[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";
    return strspn(s + head, ALLOWED) == n - head;
}

/* Where partners' nodes post: over TLS only, with a path. */
static bool is_endpoint(const char *s)
{
    static const char HEAD[] = "https://", NAME[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]",
                      PATH[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~/";
    if (!text_starts(s, HEAD) || strlen(s) > NODE_ADDRESS_MOST) return false;
    const char *host = s + strlen(HEAD);
    const char *path = host + strspn(host, NAME);
    return path > host && *path == '/' && path[strspn(path, PATH)] == '\0';
}

static bool is_name(const char *s)
{
    return !text_empty(s) && !err_failed(text_check(bytes_text(s), 200)) &&
           strpbrk(s, "\t\r\n") == NULL;
}

/* ICU says which time zones there are. */
static err zone_check(const char *zone)
{
    MEM_SCOPE(scope, NULL);
    struct locale *locale;
    return locale_open(scope, "en", zone, &locale);
}

static err value_check(const struct setting_row *row, const char *value)
{
    struct id id;
    struct address_networks networks;
    int64_t number;
    switch (row->type) {
    case SETTING_ID: return id_parse(value, &id);
    case SETTING_TEXT:
        ENSURE(is_name(value), ERR_INPUT, "a name is one line of up to 200 bytes");
        return ERR_OK;
    case SETTING_COUNTRY:
        ENSURE(is_country(value), ERR_INPUT, "a country is two capital letters (ISO 3166)");
        return ERR_OK;
    case SETTING_ADDRESS:
        ENSURE(is_address(value), ERR_INPUT,
               "an address looks like https://node.example:8443, in small letters, without a path");
        return ERR_OK;
    case SETTING_ENDPOINT:
        ENSURE(is_endpoint(value), ERR_INPUT,
               "the address for partners' nodes looks like https://node.example:8442/as2");
        return ERR_OK;
    case SETTING_LANGUAGE: return user_language_check(value);
    case SETTING_COST:
        ENSURE(text_same(value, "standard") || text_same(value, "test"), ERR_INPUT,
               "the cost of passwords is \"standard\"; tests may have \"test\"");
        return ERR_OK;
    case SETTING_ZONE: return zone_check(value);
    case SETTING_LINK:
        ENSURE(is_endpoint(value), ERR_INPUT, "this address looks like https://www.example.org/");
        return ERR_OK;
    case SETTING_NETWORKS: return address_networks_parse(value, &networks);
    case SETTING_NUMBER: break;
    }
    TRY(text_number(value, &number));
    ENSURE(number >= row->least && number <= row->most, ERR_INPUT,
           "this number is out of its range");
    return ERR_OK;
}

err setting_check(const char *name, const char *value, bool by_init)
{
    struct setting_row row;
    ENSURE(row_find(name, &row), ERR_INPUT, "there is no such setting");
    ENSURE(by_init || !row.init_only, ERR_INPUT,
           "this setting is made by init and can't be changed");
    ENSURE(value != NULL, ERR_INPUT, "a setting needs a value");
    return value_check(&row, value);
}

static err read_one(mem *ctx, struct tx *tx, const char *name, const char **out)
{
    struct setting_row row;
    ENSURE(row_find(name, &row), ERR_BUG, "there is no such setting");
    const char *value = NULL;
    err e = db_setting_get(tx, ctx, name, &value);
    if (e.kind == ERR_NOT_FOUND)
        value = row.otherwise;
    else
        TRY(e);
    ENSURE(value != NULL && !err_failed(value_check(&row, value)), ERR_STORE,
           "a setting of the node is missing or malformed");
    *out = value;
    return ERR_OK;
}

err settings_read(mem *ctx, struct tx *tx, struct node_settings *out)
{
    struct node_settings s = {0};
    const char *cost, *idle, *most;
    int64_t minutes, hours;
    TRY(read_one(ctx, tx, "node.id", &s.id));
    TRY(read_one(ctx, tx, "node.name", &s.name));
    TRY(read_one(ctx, tx, "node.country", &s.country));
    TRY(read_one(ctx, tx, "node.address", &s.address));
    TRY(read_one(ctx, tx, "node.exchange_address", &s.exchange_address));
    TRY(read_one(ctx, tx, "node.language", &s.language));
    TRY(read_one(ctx, tx, "password.cost", &cost));
    TRY(read_one(ctx, tx, "session.idle_minutes", &idle));
    TRY(read_one(ctx, tx, "session.most_hours", &most));
    TRY(text_number(idle, &minutes));
    TRY(text_number(most, &hours));
    s.password_cost = text_same(cost, "test") ? PASSWORD_COST_TEST : PASSWORD_COST_STANDARD;
    s.session_idle = minutes * MSEC_MINUTE;
    s.session_most = hours * MSEC_HOUR;
    *out = s;
    return ERR_OK;
}

err root_signer_read(struct tx *tx, struct sign_public *out)
{
    MEM_SCOPE(scope, NULL);
    const char *text;
    struct bytes b;
    TRY(db_setting_get(tx, scope, ROOT_SIGNER, &text));
    static const char WHAT[] = "the node's root signer is malformed";
    TRY_AS(decode_base64url(scope, text, &b), ERR_STORE, WHAT);
    ENSURE(b.n == SIGN_PUBLIC_SIZE, ERR_STORE, WHAT);
    memcpy(out->p, b.p, SIGN_PUBLIC_SIZE);
    return ERR_OK;
}

err root_signer_put(struct tx *tx, const struct sign_public *root)
{
    MEM_SCOPE(scope, NULL);
    const char *text;
    TRY(encode_base64url(scope, bytes_of(root->p, SIGN_PUBLIC_SIZE), &text));
    return db_setting_put(tx, ROOT_SIGNER, text);
}

struct setting_call {
    const char *name;
    const char *value;
    mem *ctx;
    struct audit_event event;
    const struct audit *audit;
};

static err setting_get(struct tx *tx, void *arg)
{
    struct setting_call *call = arg;
    return read_one(call->ctx, tx, call->name, &call->value);
}

err node_setting(struct node *node, const char *name, mem *ctx, const char **value)
{
    struct setting_row row;
    ENSURE(row_find(name, &row), ERR_INPUT, "there is no such setting");
    struct setting_call call = {.name = name, .ctx = ctx};
    TRY(db_read(node->records, setting_get, &call));
    *value = call.value;
    return ERR_OK;
}

static err setting_put(struct tx *tx, void *arg)
{
    const struct setting_call *call = arg;
    TRY(db_setting_put(tx, call->name, call->value));
    return audit_append(tx, call->audit, &call->event);
}

err node_setting_put(struct node *node, const char *name, const char *value)
{
    TRY(setting_check(name, value, false));
    struct setting_call call = {
        .name = name,
        .value = value,
        .audit = node->audit,
        .event = {.at = node_now(node), .action = AUDIT_SETTING_CHANGE, .object = name},
    };
    return db_run(node->records, setting_put, &call);
}

struct limits_call {
    struct limits limits;
    struct address_networks proxies;
};

static err limits_get(struct tx *tx, void *arg)
{
    struct limits_call *call = arg;
    const char *value;
    for (size_t i = 0; i < LIMITS_N; i++) {
        TRY(read_one(db_scratch(tx), tx, LIMITS[i].setting, &value));
        TRY(text_number(value, &call->limits.at[i]));
    }
    TRY(read_one(db_scratch(tx), tx, PROXIES, &value));
    return address_networks_parse(value, &call->proxies);
}

err node_limits(struct node *node, struct limits *limits, struct address_networks *proxies)
{
    struct limits_call call;
    TRY(db_read(node->records, limits_get, &call));
    *limits = call.limits;
    *proxies = call.proxies;
    return ERR_OK;
}

const char *node_setting_name(size_t i)
{
    if (i < COUNT_OF(TABLE)) return TABLE[i].name;
    return i - COUNT_OF(TABLE) < LIMITS_N ? LIMITS[i - COUNT_OF(TABLE)].setting : NULL;
}
