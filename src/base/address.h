/* address.h - network addresses as limits count them: a whole IPv4 address, an IPv6 network of /64.
 *
 * One household or server gets a /64 (RFC 6177), so whoever has one has 2^64 addresses: they are
 * one. An IPv4 address inside IPv6 (::ffff:192.0.2.1) is the IPv4 address. Called by http (limits,
 * trusted proxies), domain (slowing down of sign-ins, checking the setting). Never resolves a name.
 */
#ifndef OPENTRM_BASE_ADDRESS_H
#define OPENTRM_BASE_ADDRESS_H

#include "base/bytes.h"

#define ADDRESS_ROOM 46        /* text of an address, with its NUL */
#define ADDRESS_NETWORKS_MAX 32 /* in one list */

struct address {
    uint8_t p[16]; /* IPv4 as ::ffff:a.b.c.d */
};

/* address_parse: "192.0.2.7", "2001:db8::7". ERR_INPUT for anything else. */
err address_parse(const char *text, struct address *out);
/* address_print: as address_parse reads it. */
void address_print(const struct address *address, char out[static ADDRESS_ROOM]);
bool address_is_loopback(const struct address *address);
/* address_group: what counts as one: IPv4 as it is, IPv6 with its last 64 bits zero. */
struct address address_group(const struct address *address);

struct address_network {
    struct address address;
    unsigned bits; /* of the 128 */
};
struct address_networks {
    struct address_network at[ADDRESS_NETWORKS_MAX];
    size_t n;
};

/* address_networks_parse: addresses and networks ("192.0.2.7 10.1.0.0/16 2001:db8::/32"), apart by
 * spaces. "" and NULL are none. ERR_INPUT, ERR_LIMIT. */
err address_networks_parse(const char *text, struct address_networks *out);
bool address_networks_have(const struct address_networks *networks, const struct address *address);

/* address_forwarded: whom a request came from, by the value of one X-Forwarded-For header: read from
 * the right, the first address that is none of `trusted`. False if something that is no address
 * comes before it, or only trusted ones are there. */
bool address_forwarded(const char *value, const struct address_networks *trusted,
                       struct address *out);

#endif
