/* address.c - network addresses. */
#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"

static const uint8_t MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
#define IPV4_BITS_BEFORE 96

static bool is_ipv4(const struct address *a) { return memcmp(a->p, MAPPED, sizeof MAPPED) == 0; }

err address_parse(const char *text, struct address *out)
{
    struct address a;
    if (text != NULL && inet_pton(AF_INET6, text, a.p) == 1) {
        *out = a;
        return ERR_OK;
    }
    memcpy(a.p, MAPPED, sizeof MAPPED);
    ENSURE(text != NULL && inet_pton(AF_INET, text, a.p + sizeof MAPPED) == 1, ERR_INPUT,
           "this is no network address");
    *out = a;
    return ERR_OK;
}

void address_print(const struct address *a, char out[static ADDRESS_ROOM])
{
    bool four = is_ipv4(a);
    if (inet_ntop(four ? AF_INET : AF_INET6, a->p + (four ? sizeof MAPPED : 0), out,
                  ADDRESS_ROOM) == NULL)
        out[0] = '\0';
}

bool address_is_loopback(const struct address *a)
{
    static const uint8_t ONE[16] = {[15] = 1};
    return is_ipv4(a) ? a->p[12] == 127 : memcmp(a->p, ONE, sizeof ONE) == 0;
}

struct address address_group(const struct address *a)
{
    struct address group = *a;
    if (!is_ipv4(a)) memset(group.p + 8, 0, 8);
    return group;
}

static err network_parse(const char *text, struct address_network *out)
{
    char address[ADDRESS_ROOM];
    const char *slash = strchr(text, '/');
    size_t n = slash == NULL ? strlen(text) : (size_t)(slash - text);
    ENSURE(n < sizeof address, ERR_INPUT, "this is no network address");
    memcpy(address, text, n);
    address[n] = '\0';
    struct address_network network = {.bits = 128};
    TRY(address_parse(address, &network.address));
    if (slash != NULL) {
        int64_t bits, before = is_ipv4(&network.address) && strchr(address, ':') == NULL
                                   ? IPV4_BITS_BEFORE
                                   : 0;
        TRY(text_number(slash + 1, &bits));
        ENSURE(bits >= 0 && bits <= 128 - before, ERR_INPUT, "a network has no so many bits");
        network.bits = (unsigned)(bits + before);
    }
    *out = network;
    return ERR_OK;
}

err address_networks_parse(const char *text, struct address_networks *out)
{
    MEM_SCOPE(scope, NULL);
    struct address_networks list = {.n = 0};
    const char *rest = text == NULL ? "" : text, *piece;
    for (;;) {
        TRY(text_split(scope, &rest, ' ', &piece));
        if (piece == NULL) break;
        ENSURE(list.n < ADDRESS_NETWORKS_MAX, ERR_LIMIT, "too many addresses in one list");
        TRY(network_parse(piece, &list.at[list.n]));
        list.n++;
    }
    *out = list;
    return ERR_OK;
}

static bool inside(const struct address_network *network, const struct address *a)
{
    size_t whole = network->bits / 8;
    unsigned rest = network->bits % 8;
    if (memcmp(network->address.p, a->p, whole) != 0) return false;
    unsigned mask = 0xffu & ~(0xffu >> rest);
    return rest == 0 || (network->address.p[whole] & mask) == (a->p[whole] & mask);
}

bool address_networks_have(const struct address_networks *networks, const struct address *a)
{
    for (size_t i = 0; i < networks->n; i++)
        if (inside(&networks->at[i], a)) return true;
    return false;
}

static bool blank(char c) { return c == ' ' || c == '\t'; }

bool address_forwarded(const char *value, const struct address_networks *trusted,
                       struct address *out)
{
    size_t end = strlen(value);
    for (;;) {
        size_t from = end;
        while (from > 0 && value[from - 1] != ',') from--;
        size_t first = from, last = end;
        while (first < last && blank(value[first])) first++;
        while (last > first && blank(value[last - 1])) last--;
        char text[ADDRESS_ROOM];
        if (last - first >= sizeof text) return false;
        memcpy(text, value + first, last - first);
        text[last - first] = '\0';
        struct address a;
        if (err_failed(address_parse(text, &a))) return false;
        if (!address_networks_have(trusted, &a)) {
            *out = a;
            return true;
        }
        if (from == 0) return false;
        end = from - 1;
    }
}
