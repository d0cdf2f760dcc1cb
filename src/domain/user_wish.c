/* user_wish.c - what an account may be called, and which roles it may have. */
#include "domain/user_wish.h"

#include <string.h>

#include "base/text.h"

err login_normal(mem *ctx, const char *typed, const char **out)
{
    static const char ALLOWED[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_@";
    static const char WHAT[] = "a sign-in name is 2 to 64 letters (a to z), digits, or . - _ @";
    ENSURE(typed != NULL, ERR_INPUT, WHAT);
    const char *trimmed;
    TRY(text_trim(ctx, typed, &trimmed));
    size_t n = strlen(trimmed);
    ENSURE(n >= 2 && n <= USER_LOGIN_MOST, ERR_INPUT, WHAT);
    char *login = mem_text(ctx, trimmed);
    ENSURE_MEM(login);
    for (char *p = login; *p != '\0'; p++) {
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p - 'A' + 'a');
    }
    ENSURE(strspn(login, ALLOWED) == n, ERR_INPUT, WHAT);
    *out = login;
    return ERR_OK;
}

err user_name_check(const char *display_name)
{
    ENSURE(!text_empty(display_name) &&
               !err_failed(text_check(bytes_text(display_name), USER_NAME_MOST)) &&
               strpbrk(display_name, "\t\r\n") == NULL,
           ERR_INPUT, "a name is one line of up to 200 bytes");
    return ERR_OK;
}

err user_language_check(const char *language)
{
    ENSURE(text_identifier(language) && strlen(language) <= 35, ERR_INPUT,
           "a language is a code like \"sq\" or \"sr-Latn\"");
    return ERR_OK;
}

err user_wish_row(mem *ctx, struct node *node, const struct user_wish *wish, struct db_user *out)
{
    struct db_user row = {
        .id = id_new(node_now(node)), .active = true, .created_at = node_now(node)};
    TRY(login_normal(ctx, wish->login, &row.login));
    TRY(user_name_check(wish->display_name));
    TRY(user_language_check(wish->language));
    TRY(role_set_check(wish->roles));
    row.is_admin = role_in(wish->roles, ROLE_ADMINISTRATOR);
    ENSURE(row.is_admin || id_is_set(wish->organisation_id), ERR_INPUT,
           "a user who is no administrator belongs to an organisation");
    row.display_name = mem_text(ctx, wish->display_name);
    row.language = mem_text(ctx, wish->language);
    ENSURE_MEM(row.display_name);
    ENSURE_MEM(row.language);
    row.organisation_id = wish->organisation_id;
    row.box_public = row.sign_public = bytes_of("", 0);
    *out = row;
    return ERR_OK;
}

err user_roles(struct tx *tx, const struct db_user *row, role_set *out)
{
    MEM_SCOPE(scope, NULL);
    if (row->is_admin) { /* and nothing else: role_set_check */
        *out = role_bit(ROLE_ADMINISTRATOR);
        return ERR_OK;
    }
    db_roles rows;
    role_set set = 0, one = 0;
    TRY(db_role_list(tx, scope, row->id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        TRY(role_parse(rows.at[i].role, &one));
        set |= one;
    }
    *out = set;
    return ERR_OK;
}
