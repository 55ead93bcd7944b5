/* Examining one zone's link in the chain of trust with ldns: DS against DNSKEY, then the signatures, their dates before their cryptography (RFC 4035 section
 * 5.3). It says why a validator refuses; whether one does is for the resolver to say. No sockets, no clock. */
#include "chain.h"

#include <mailwhy/text.h>

#include <ldns/ldns.h>
#include <string.h>

#define SHOWN 4u /* records of a kind */

static ldns_pkt *packet(const struct mw_dns_answer *answer)
{
    ldns_pkt *pkt = NULL;
    if (!answer->wire || ldns_wire2pkt(&pkt, answer->wire, answer->wire_bytes) != LDNS_STATUS_OK)
        return ldns_pkt_new();
    return pkt;
}

static const char *rr_text(struct mw_arena *arena, const ldns_rr *rr)
{
    char *text = ldns_rr2str(rr);
    struct mw_list words = mw_text_split(arena, text ? text : "", " \t\n"); /* ldns parts fields by tabs and ends the line */
    free(text);
    const char *line = mw_list_join(arena, &words, " ");
    return mw_text_safe(arena, line, strlen(line), 300);
}

/* Has the record all its fields? ldns reads one that ends early, and aborts when a field is used that is not there. */
static bool is_whole(const ldns_rr *rr)
{
    size_t fields = ldns_rr_rd_count(rr);
    if (fields < ldns_rr_descriptor_minimum(ldns_rr_descript((uint16_t)ldns_rr_get_type(rr))))
        return false;
    for (size_t i = 0; i < fields; i++)
        if (!ldns_rr_rdf(rr, i))
            return false;
    return true;
}

/* Records of a type in a section, of that owner (NULL: any); the list and its records belong to the caller. */
static ldns_rr_list *pick(const ldns_rr_list *from, ldns_rr_type type, const ldns_rdf *owner)
{
    ldns_rr_list *picked = ldns_rr_list_new();
    for (size_t i = 0; i < ldns_rr_list_rr_count(from); i++) {
        ldns_rr *rr = ldns_rr_list_rr(from, i);
        if (ldns_rr_get_type(rr) == type && is_whole(rr) && (!owner || ldns_dname_compare(ldns_rr_owner(rr), owner) == 0))
            ldns_rr_list_push_rr(picked, ldns_rr_clone(rr));
    }
    return picked;
}

/* --- DS and DNSKEY --- */

static bool is_known_digest(const ldns_rr *ds)
{
    uint8_t digest = ldns_rdf2native_int8(ldns_rr_rdf(ds, 2));
    return digest == LDNS_SHA1 || digest == LDNS_SHA256 || digest == LDNS_SHA384;
}

static bool ds_matches(const ldns_rr *ds, const ldns_rr_list *keys)
{
    bool matches = false;
    for (size_t i = 0; !matches && i < ldns_rr_list_rr_count(keys); i++) {
        ldns_rr *made = ldns_key_rr2ds(ldns_rr_list_rr(keys, i), (ldns_hash)ldns_rdf2native_int8(ldns_rr_rdf(ds, 2)));
        matches = made && ldns_rdf_compare(ldns_rr_rdf(made, 0), ldns_rr_rdf(ds, 0)) == 0 && ldns_rdf_compare(ldns_rr_rdf(made, 3), ldns_rr_rdf(ds, 3)) == 0;
        ldns_rr_free(made);
    }
    return matches;
}

/* Those that validators know today: RSAMD5, DSA and GOST are given up (RFC 8624 section 3.1), others are not assigned. */
static bool is_known_algorithm(uint8_t algorithm)
{
    static const uint8_t known[] = {5, 7, 8, 10, 13, 14, 15, 16};
    return memchr(known, algorithm, sizeof known) != NULL;
}

static uint8_t number_of(const ldns_rr *rr, size_t field)
{
    return ldns_rdf2native_int8(ldns_rr_rdf(rr, field));
}

/* What nobody can check makes the zone insecure, never bogus (RFC 4035 section 5.2). */
static bool is_usable(const ldns_rr *ds)
{
    return is_known_digest(ds) && is_known_algorithm(number_of(ds, 1));
}

static const ldns_rr *first_usable(const ldns_rr_list *dss)
{
    for (size_t i = 0; i < ldns_rr_list_rr_count(dss); i++)
        if (is_usable(ldns_rr_list_rr(dss, i)))
            return ldns_rr_list_rr(dss, i);
    return NULL;
}

static struct mw_chain_flaw examine_ds(struct mw_arena *arena, const ldns_rr_list *dss, const ldns_rr_list *keys)
{
    const ldns_rr *usable = first_usable(dss);
    if (!usable)
        return (struct mw_chain_flaw){0};
    if (ldns_rr_list_rr_count(keys) == 0)
        return (struct mw_chain_flaw){"unsigned child", rr_text(arena, usable)};
    for (size_t i = 0; i < ldns_rr_list_rr_count(dss); i++)
        if (is_usable(ldns_rr_list_rr(dss, i)) && ds_matches(ldns_rr_list_rr(dss, i), keys))
            return (struct mw_chain_flaw){0};
    return (struct mw_chain_flaw){"ds mismatch", rr_text(arena, usable)};
}

/* --- signatures --- */

struct signatures {
    struct mw_arena *arena;
    const ldns_rr_list *keys;
    int64_t now;
};

/* Serial arithmetic, as the dates of signatures wrap (RFC 4034 section 3.1.5). */
static bool is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static const char *date_flaw(const ldns_rr *signature, int64_t now)
{
    uint32_t starts = ldns_rdf2native_int32(ldns_rr_rrsig_inception(signature)), ends = ldns_rdf2native_int32(ldns_rr_rrsig_expiration(signature));
    if (is_before(ends, (uint32_t)now))
        return "signature expired";
    return is_before((uint32_t)now, starts) ? "signature not yet valid" : NULL;
}

/* An algorithm that is not built in here says nothing of the signature (RFC 4035 section 5.2: as if it were not signed). */
static bool is_bogus(ldns_status status)
{
    return status == LDNS_STATUS_CRYPTO_BOGUS || status == LDNS_STATUS_CRYPTO_NO_MATCHING_KEYTAG_DNSKEY || status == LDNS_STATUS_CRYPTO_TYPE_COVERED_ERR;
}

/* The signatures over one set: NULL as `what` where one of them is in time and verifies. */
static struct mw_chain_flaw examine_set(const struct signatures *by, ldns_rr_list *set, ldns_rr_list *over)
{
    struct mw_chain_flaw flaw = {0};
    ldns_rr_list *in_time = ldns_rr_list_new(), *good = ldns_rr_list_new();
    for (size_t i = 0; i < ldns_rr_list_rr_count(over); i++) {
        ldns_rr *signature = ldns_rr_list_rr(over, i);
        const char *what = date_flaw(signature, by->now);
        if (what)
            flaw = (struct mw_chain_flaw){what, rr_text(by->arena, signature)};
        else
            ldns_rr_list_push_rr(in_time, signature);
    }
    if (ldns_rr_list_rr_count(over) == 0)
        flaw = (struct mw_chain_flaw){"bogus signature", mw_printf(by->arena, "no signature over %s", rr_text(by->arena, ldns_rr_list_rr(set, 0)))};
    if (ldns_rr_list_rr_count(in_time)) {
        bool bogus = is_bogus(ldns_verify_notime(set, in_time, by->keys, good));
        flaw = bogus ? (struct mw_chain_flaw){"bogus signature", rr_text(by->arena, ldns_rr_list_rr(in_time, 0))} : (struct mw_chain_flaw){0};
    }
    ldns_rr_list_free(in_time);
    ldns_rr_list_free(good);
    return flaw;
}

/* Signatures that cover a type, made by the zone itself: those of another zone are that zone's matter. */
static ldns_rr_list *covering(const ldns_rr_list *section, const ldns_rr *first)
{
    ldns_rr_list *all = pick(section, LDNS_RR_TYPE_RRSIG, ldns_rr_owner(first)), *over = ldns_rr_list_new();
    for (size_t i = 0; i < ldns_rr_list_rr_count(all); i++) {
        ldns_rr *signature = ldns_rr_list_rr(all, i);
        if (ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(signature)) == ldns_rr_get_type(first))
            ldns_rr_list_push_rr(over, ldns_rr_clone(signature));
    }
    ldns_rr_list_deep_free(all);
    return over;
}

static struct mw_chain_flaw examine_type(const struct signatures *by, const ldns_rr_list *section, const char *name, ldns_rr_type type)
{
    ldns_rdf *owner = ldns_dname_new_frm_str(name);
    ldns_rr_list *set = pick(section, type, owner);
    struct mw_chain_flaw flaw = {0};
    if (ldns_rr_list_rr_count(set)) {
        ldns_rr_list *over = covering(section, ldns_rr_list_rr(set, 0));
        flaw = examine_set(by, set, over);
        ldns_rr_list_deep_free(over);
    }
    ldns_rr_list_deep_free(set);
    ldns_rdf_deep_free(owner);
    return flaw;
}

static const ldns_rr_type data_types[] = {LDNS_RR_TYPE_SOA, LDNS_RR_TYPE_NS, LDNS_RR_TYPE_MX, LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA};

static struct mw_chain_flaw examine_data(const struct signatures *by, const ldns_pkt *data, const struct mw_chain *chain)
{
    struct mw_chain_flaw flaw = {0};
    for (size_t i = 0; !flaw.what && i < MW_COUNT(data_types); i++)
        flaw = examine_type(by, ldns_pkt_answer(data), chain->name, data_types[i]);
    return flaw.what ? flaw : examine_type(by, ldns_pkt_authority(data), chain->zone, LDNS_RR_TYPE_SOA);
}

struct mw_chain_flaw mw_chain_examine(struct mw_arena *arena, const struct mw_chain *chain)
{
    ldns_pkt *ds = packet(chain->ds), *dnskey = packet(chain->dnskey), *data = packet(chain->data);
    ldns_rr_list *dss = pick(ldns_pkt_answer(ds), LDNS_RR_TYPE_DS, NULL), *keys = pick(ldns_pkt_answer(dnskey), LDNS_RR_TYPE_DNSKEY, NULL);
    struct mw_chain_flaw flaw = {0};
    bool is_answered = chain->dnskey->status == MW_DNS_OK || chain->dnskey->status == MW_DNS_NODATA;
    bool is_root = strcmp(chain->zone, ".") == 0; /* its key is the trust anchor's matter */
    if ((first_usable(dss) || is_root) && is_answered) {
        struct signatures by = {arena, keys, chain->now};
        flaw = examine_ds(arena, dss, keys);
        if (!flaw.what)
            flaw = examine_type(&by, ldns_pkt_answer(dnskey), chain->zone, LDNS_RR_TYPE_DNSKEY);
        if (!flaw.what)
            flaw = examine_data(&by, data, chain);
    }
    ldns_rr_list_deep_free(dss);
    ldns_rr_list_deep_free(keys);
    ldns_pkt_free(ds);
    ldns_pkt_free(dnskey);
    ldns_pkt_free(data);
    return flaw;
}

/* --- what a link looks like ------------------------------------------------------------------------------------------------------------------------ */

static const char *with(struct mw_arena *arena, const char *text, const char *more)
{
    return mw_printf(arena, "%s%s%s", text, *text ? "; " : "", more);
}

/* RSA with SHA-1 is on its way out (RFC 8624 section 3.1). */
static const char *age_of(uint8_t algorithm)
{
    return algorithm == 5 || algorithm == 7 ? " (SHA-1, to be replaced)" : !is_known_algorithm(algorithm) ? " (not supported)" : "";
}

static const char *show_ds(struct mw_arena *arena, const ldns_rr_list *dss, const char *text)
{
    for (size_t i = 0; i < ldns_rr_list_rr_count(dss) && i < SHOWN; i++) {
        const ldns_rr *ds = ldns_rr_list_rr(dss, i);
        uint8_t algorithm = number_of(ds, 1);
        text = with(arena, text,
                    mw_printf(arena, "DS of key %u, algorithm %u%s, digest %u", (unsigned)ldns_rdf2native_int16(ldns_rr_rdf(ds, 0)), algorithm,
                              age_of(algorithm), number_of(ds, 2)));
    }
    return text;
}

static const char *show_keys(struct mw_arena *arena, const ldns_rr_list *keys, const char *text)
{
    for (size_t i = 0; i < ldns_rr_list_rr_count(keys) && i < SHOWN; i++) {
        const ldns_rr *key = ldns_rr_list_rr(keys, i);
        const char *role = ldns_rdf2native_int16(ldns_rr_rdf(key, 0)) & LDNS_KEY_SEP_KEY ? "KSK" : "ZSK";
        uint8_t algorithm = number_of(key, 2);
        text = with(arena, text, mw_printf(arena, "%s %u, algorithm %u%s", role, (unsigned)ldns_calc_keytag(key), algorithm, age_of(algorithm)));
    }
    return text;
}

static const char *show_signatures(struct mw_arena *arena, const ldns_rr_list *signatures, const char *text)
{
    for (size_t i = 0; i < ldns_rr_list_rr_count(signatures) && i < SHOWN; i++) {
        const ldns_rr *signature = ldns_rr_list_rr(signatures, i);
        text = with(arena, text,
                    mw_printf(arena, "keys signed by %u from %s to %s", (unsigned)ldns_rdf2native_int16(ldns_rr_rrsig_keytag(signature)),
                              mw_time_text(arena, ldns_rdf2native_int32(ldns_rr_rrsig_inception(signature))),
                              mw_time_text(arena, ldns_rdf2native_int32(ldns_rr_rrsig_expiration(signature)))));
    }
    return text;
}

static const char *state_of(const struct mw_chain *chain, const ldns_rr_list *dss, const ldns_rr_list *keys, const struct mw_chain_flaw *flaw)
{
    if (flaw->what)
        return flaw->what;
    if (ldns_rr_list_rr_count(dss) == 0 && strcmp(chain->zone, ".") != 0)
        return ldns_rr_list_rr_count(keys) ? "signed without DS" : "unsigned";
    if (ldns_rr_list_rr_count(dss) && !first_usable(dss))
        return "unsupported algorithm";
    return ldns_rr_list_rr_count(keys) ? "holds" : "unknown";
}

struct mw_chain_link mw_chain_look(struct mw_arena *arena, const struct mw_chain *chain)
{
    ldns_pkt *ds = packet(chain->ds), *dnskey = packet(chain->dnskey);
    ldns_rr_list *dss = pick(ldns_pkt_answer(ds), LDNS_RR_TYPE_DS, NULL), *keys = pick(ldns_pkt_answer(dnskey), LDNS_RR_TYPE_DNSKEY, NULL);
    ldns_rr_list *signatures = pick(ldns_pkt_answer(dnskey), LDNS_RR_TYPE_RRSIG, NULL);
    struct mw_chain_flaw flaw = mw_chain_examine(arena, chain);
    struct mw_chain_link link = {state_of(chain, dss, keys, &flaw), show_signatures(arena, signatures, show_keys(arena, keys, show_ds(arena, dss, "")))};
    ldns_rr_list_deep_free(signatures);
    ldns_rr_list_deep_free(dss);
    ldns_rr_list_deep_free(keys);
    ldns_pkt_free(ds);
    ldns_pkt_free(dnskey);
    return link;
}
