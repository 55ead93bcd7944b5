/* The chain of trust of one zone, signed in the test: each way to break a link is told by its name, and a whole link has no flaw. */
#include "../../lib/probe/chain.h"

#include <ldns/ldns.h>
#include <stdlib.h>

#include "unit.h"

#define NOW 1800000000
#define DAY 86400

struct zone {
    struct mw_arena *arena;
    ldns_key_list *keys;
    ldns_rr *dnskey;
};

static ldns_key *new_key(uint32_t starts, uint32_t ends)
{
    ldns_key *key = ldns_key_new_frm_algorithm(LDNS_SIGN_ECDSAP256SHA256, 256);
    ldns_key_set_pubkey_owner(key, ldns_dname_new_frm_str("example.org"));
    ldns_key_set_origttl(key, 300);
    ldns_key_set_inception(key, starts);
    ldns_key_set_expiration(key, ends);
    ldns_key_set_flags(key, 257);
    ldns_rr *rr = ldns_key2rr(key);
    ldns_key_set_keytag(key, ldns_calc_keytag(rr));
    ldns_rr_free(rr);
    return key;
}

static struct zone new_zone(struct mw_arena *arena, uint32_t starts, uint32_t ends)
{
    struct zone zone = {.arena = arena, .keys = ldns_key_list_new()};
    ldns_key *key = new_key(starts, ends);
    ldns_key_list_push_key(zone.keys, key);
    zone.dnskey = ldns_key2rr(key);
    return zone;
}

static void free_zone(struct zone *zone)
{
    ldns_key_list_free(zone->keys);
    ldns_rr_free(zone->dnskey);
}

/* An answer with these records (owned by it from now on) and, where there are keys, signatures over them. */
static const struct mw_dns_answer *answer(const struct zone *zone, ldns_rr *rr, bool sign, int type)
{
    ldns_pkt *packet = ldns_pkt_query_new(ldns_dname_new_frm_str("example.org"), (ldns_rr_type)type, LDNS_RR_CLASS_IN, 0);
    ldns_rr_list *set = ldns_rr_list_new(), *signatures = NULL;
    ldns_pkt_set_qr(packet, true);
    if (rr) {
        ldns_rr_list_push_rr(set, rr);
        ldns_pkt_push_rr(packet, LDNS_SECTION_ANSWER, ldns_rr_clone(rr));
    }
    if (sign)
        signatures = ldns_sign_public(set, zone->keys);
    for (size_t i = 0; signatures && i < ldns_rr_list_rr_count(signatures); i++)
        ldns_pkt_push_rr(packet, LDNS_SECTION_ANSWER, ldns_rr_clone(ldns_rr_list_rr(signatures, i)));
    uint8_t *wire = NULL;
    size_t bytes = 0;
    assert_int_equal(ldns_pkt2wire(&wire, packet, &bytes), LDNS_STATUS_OK);
    const uint8_t *kept = mw_memdup(zone->arena, wire, bytes);
    free(wire);
    ldns_pkt_free(packet);
    ldns_rr_list_deep_free(set);
    ldns_rr_list_deep_free(signatures);
    return mw_dns_read(zone->arena, kept, bytes, "example.org", type);
}

static ldns_rr *record(const char *text)
{
    ldns_rr *rr = NULL;
    assert_int_equal(ldns_rr_new_frm_str(&rr, text, 300, NULL, NULL), LDNS_STATUS_OK);
    return rr;
}

static ldns_rr *ds_of(const ldns_rr *dnskey)
{
    return ldns_key_rr2ds(dnskey, LDNS_SHA256);
}

static const char *examine(const struct zone *zone, const struct mw_dns_answer *ds, const struct mw_dns_answer *dnskey, const struct mw_dns_answer *data)
{
    struct mw_chain chain = {.zone = "example.org", .name = "example.org", .ds = ds, .dnskey = dnskey, .data = data, .now = NOW};
    return mw_chain_examine(zone->arena, &chain).what;
}

static void test_dates(void **state)
{
    static const struct {
        int64_t starts, ends;
        const char *flaw;
    } cases[] = {
        {NOW - DAY, NOW + DAY, NULL},
        {NOW - 9 * DAY, NOW - 2 * DAY, "signature expired"},
        {NOW + DAY, NOW + 9 * DAY, "signature not yet valid"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct zone zone = new_zone(*state, (uint32_t)cases[i].starts, (uint32_t)cases[i].ends);
        const struct mw_dns_answer *dnskey = answer(&zone, ldns_rr_clone(zone.dnskey), true, MW_DNSKEY), *ds = answer(&zone, ds_of(zone.dnskey), false, MW_DS);
        unit_same(examine(&zone, ds, dnskey, answer(&zone, record("example.org. 300 IN MX 1 mx.example.org."), true, MW_MX)), cases[i].flaw, "dates");
        free_zone(&zone);
    }
}

static void test_links(void **state)
{
    struct zone zone = new_zone(*state, NOW - DAY, NOW + DAY), other = new_zone(*state, NOW - DAY, NOW + DAY);
    const char *mx = "example.org. 300 IN MX 1 mx.example.org.";
    const struct mw_dns_answer *ds = answer(&zone, ds_of(zone.dnskey), false, MW_DS), *dnskey = answer(&zone, ldns_rr_clone(zone.dnskey), true, MW_DNSKEY);
    const struct mw_dns_answer *good = answer(&zone, record(mx), true, MW_MX), *none = answer(&zone, NULL, false, MW_DS);
    unit_same(examine(&zone, ds, dnskey, good), NULL, "a whole chain");
    unit_same(examine(&zone, answer(&zone, ds_of(other.dnskey), false, MW_DS), dnskey, good), "ds mismatch", "DS of another key");
    unit_same(examine(&zone, ds, none, good), "unsigned child", "no DNSKEY");
    unit_same(examine(&zone, none, dnskey, good), NULL, "no DS: not part of a chain");
    unit_same(examine(&zone, ds, dnskey, answer(&other, record(mx), true, MW_MX)), "bogus signature", "signed by another key");
    unit_same(examine(&zone, ds, dnskey, answer(&zone, record(mx), false, MW_MX)), "bogus signature", "not signed at all");
    unit_same(examine(&zone, ds, answer(&zone, ldns_rr_clone(zone.dnskey), false, MW_DNSKEY), good), "bogus signature", "DNSKEY not signed");
    unit_same(examine(&zone, answer(&zone, record("example.org. 300 IN DS 1 13 99 00"), false, MW_DS), dnskey, good), NULL,
              "a digest that nobody knows: as without DS");
    free_zone(&zone);
    free_zone(&other);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {UNIT(test_dates), UNIT(test_links)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
