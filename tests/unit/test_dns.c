/* DNS messages: answers built by hand here, byte by byte. */
#include "unit.h"

#include <mailwhy/dns.h>

struct message {
    uint8_t wire[4096];
    size_t bytes;
};

static void put(struct message *m, unsigned value, int octets)
{
    while (octets--)
        m->wire[m->bytes++] = (uint8_t)(value >> 8 * octets);
}

/* "a.b." as labels; "" is the root. */
static void put_name(struct message *m, const char *name)
{
    while (*name) {
        size_t length = strcspn(name, ".");
        put(m, (unsigned)length, 1);
        memcpy(m->wire + m->bytes, name, length);
        m->bytes += length;
        name += length + (name[length] == '.');
    }
    put(m, 0, 1);
}

static struct message answer_to(const char *name, int type, unsigned flags)
{
    struct message m = {.bytes = 0};
    put(&m, 7, 2);
    put(&m, 0x8000 | flags, 2);
    put(&m, 1, 2);
    m.bytes = 12;
    put_name(&m, name);
    put(&m, (unsigned)type, 2);
    put(&m, 1, 2);
    return m;
}

enum { AN = 7, NS = 9, AR = 11 };

static void put_record(struct message *m, int section, const char *owner, int type, const void *rdata, size_t bytes)
{
    m->wire[section]++;
    put_name(m, owner);
    put(m, (unsigned)type, 2);
    put(m, 1, 2);
    put(m, 300, 4);
    put(m, (unsigned)bytes, 2);
    memcpy(m->wire + m->bytes, rdata, bytes);
    m->bytes += bytes;
}

static const struct mw_dns_answer *read(void **state, const struct message *m, const char *name, int type)
{
    return mw_dns_read(*state, m->wire, m->bytes, name, type);
}

static void mx_is_read(void **state)
{
    struct message m = answer_to("Example.ORG", MW_MX, 0x0420);
    put_record(&m, AN, "example.org", MW_MX, "\0\12\3MX1\7example\3org", 19);
    const struct mw_dns_answer *a = read(state, &m, "example.org", MW_MX);
    size_t i = 0;
    const struct mw_record *r = mw_dns_next(a, MW_MX, &i);
    assert_int_equal(a->status, MW_DNS_OK);
    assert_true(a->authoritative && a->authentic && !a->truncated);
    assert_non_null(r);
    unit_same(r->owner, "example.org", "owner");
    unit_same(r->name, "mx1.example.org", "exchange");
    unit_same(r->text, "10 mx1.example.org", "text");
    assert_int_equal(r->preference, 10);
    assert_int_equal(r->ttl, 300);
    assert_null(mw_dns_next(a, MW_MX, &i));
}

static void null_mx_is_read(void **state)
{
    struct message m = answer_to("example.org", MW_MX, 0);
    put_record(&m, AN, "example.org", MW_MX, "\0\0\0", 3);
    const struct mw_dns_answer *a = read(state, &m, "example.org.", MW_MX);
    assert_int_equal(a->status, MW_DNS_OK);
    unit_same(a->records[0].text, "0 .", "null MX");
}

static void txt_strings_are_joined(void **state)
{
    struct message m = answer_to("example.org", MW_TXT, 0);
    put_record(&m, AN, "example.org", MW_TXT, "\7v=spf1 \4-all", 13);
    put_record(&m, AN, "example.org", MW_TXT, "\3a\033b\0", 5);
    const struct mw_dns_answer *a = read(state, &m, "example.org", MW_TXT);
    unit_same(a->records[0].joined, "v=spf1 -all", "joined");
    assert_int_equal(a->records[0].strings, 2);
    unit_same(a->records[0].text, "\"v=spf1 \" \"-all\"", "text");
    unit_same(a->records[1].joined, "a\\x1Bb", "made safe");
}

static void aliases_are_followed(void **state)
{
    struct message m = answer_to("www.example.org", MW_A, 0);
    put_record(&m, AN, "b.example", MW_A, "\300\0\2\1", 4);
    put_record(&m, AN, "www.example.org", MW_CNAME, "\1a\7example", 11);
    put_record(&m, AN, "a.example", MW_CNAME, "\1b\7example", 11);
    put_record(&m, AN, "stranger.example", MW_A, "\300\0\2\2", 4);
    const struct mw_dns_answer *a = read(state, &m, "www.example.org", MW_A);
    assert_int_equal(a->status, MW_DNS_OK);
    unit_same(a->cname, "b.example", "end of the chain");
    size_t i = 0;
    unit_same(mw_dns_next(a, MW_A, &i)->address, "192.0.2.1", "address");
    assert_null(mw_dns_next(a, MW_A, &i));
}

static void an_alias_circle_ends(void **state)
{
    struct message m = answer_to("a", MW_A, 0);
    put_record(&m, AN, "a", MW_CNAME, "\1b", 3);
    put_record(&m, AN, "b", MW_CNAME, "\1a", 3);
    const struct mw_dns_answer *a = read(state, &m, "a", MW_A);
    assert_int_equal(a->status, MW_DNS_OTHER);
    unit_same(a->cname, "b", "cname");
}

static void statuses_are_told_apart(void **state)
{
    static const struct { unsigned flags; enum mw_dns_status status; const char *name; } cases[] = {
        {0, MW_DNS_NODATA, "nodata"}, {3, MW_DNS_NXDOMAIN, "nxdomain"}, {2, MW_DNS_SERVFAIL, "servfail"}, {5, MW_DNS_REFUSED, "refused"},
        {4, MW_DNS_OTHER, "other"}, {0x0200, MW_DNS_OTHER, "other"}};
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct message m = answer_to("example.org", MW_MX, cases[i].flags);
        const struct mw_dns_answer *a = read(state, &m, "example.org", MW_MX);
        assert_int_equal(a->status, cases[i].status);
        unit_same(mw_dns_status_name(a->status), cases[i].name, "name");
    }
}

static void what_is_no_answer_is_garbled(void **state)
{
    struct message m = answer_to("example.org", MW_MX, 0), query = m, short_answer = m, bad_rdata = m;
    assert_int_equal(read(state, &m, "example.net", MW_MX)->status, MW_DNS_GARBLED);
    assert_int_equal(read(state, &m, "example.org", MW_TXT)->status, MW_DNS_GARBLED);
    query.wire[2] = 0;
    assert_int_equal(read(state, &query, "example.org", MW_MX)->status, MW_DNS_GARBLED);
    short_answer.wire[AN] = 1;
    assert_int_equal(read(state, &short_answer, "example.org", MW_MX)->status, MW_DNS_GARBLED);
    put_record(&bad_rdata, AN, "example.org", MW_A, "\1\2\3", 3);
    assert_int_equal(read(state, &bad_rdata, "example.org", MW_MX)->status, MW_DNS_GARBLED);
    for (size_t cut = 0; cut < m.bytes; cut++)
        assert_int_equal(mw_dns_read(*state, m.wire, cut, "example.org", MW_MX)->status, MW_DNS_GARBLED);
}

static void refusals_may_lack_the_question(void **state)
{
    static const uint8_t wire[12] = {0, 7, 0x80, 5};
    assert_int_equal(mw_dns_read(*state, wire, sizeof wire, "example.org", MW_MX)->status, MW_DNS_REFUSED);
    static const uint8_t fine[12] = {0, 7, 0x80, 0};
    assert_int_equal(mw_dns_read(*state, fine, sizeof fine, "example.org", MW_MX)->status, MW_DNS_GARBLED);
}

static void extended_errors_are_read(void **state)
{
    struct message m = answer_to("example.org", MW_MX, 2);
    m.wire[AR]++;
    put(&m, 0, 1);
    put(&m, 41, 2);
    put(&m, 1232, 2);
    put(&m, 0, 4);
    put(&m, 4 + 4 + 4 + 2 + 5, 2);
    memcpy(m.wire + m.bytes, "\0\12\0\4cook\0\17\0\7\0\6bogus", 19);
    m.bytes += 19;
    const struct mw_dns_answer *a = read(state, &m, "example.org", MW_MX);
    assert_int_equal(a->status, MW_DNS_SERVFAIL);
    assert_int_equal(a->ede, 6);
    unit_same(a->ede_text, "bogus", "text");
    assert_true(a->edns && a->edns_version == 0 && a->udp_bytes == 1232);
}

static void put_opt(struct message *m, int section, unsigned size, unsigned ttl)
{
    m->wire[section]++;
    put(m, 0, 1);
    put(m, 41, 2);
    put(m, size, 2);
    put(m, ttl, 4);
    put(m, 0, 2);
}

static void edns_is_told(void **state)
{
    struct message m = answer_to("example.org", MW_MX, 0x0080), none = m, misplaced = m, twice = m;
    put_opt(&m, AR, 4096, 0x01010000); /* BADVERS of a server that speaks version 1 */
    const struct mw_dns_answer *a = read(state, &m, "example.org", MW_MX);
    assert_int_equal(a->status, MW_DNS_OTHER);
    assert_int_equal(a->rcode, 16);
    assert_true(a->edns && a->edns_version == 1 && a->udp_bytes == 4096 && a->recursion_available);
    assert_false(read(state, &none, "example.org", MW_MX)->edns);
    put_opt(&misplaced, AN, 4096, 0x01000000);
    a = read(state, &misplaced, "example.org", MW_MX);
    assert_true(!a->edns && a->rcode == 0 && a->status == MW_DNS_GARBLED); /* an answer, but to what? */
    put_opt(&twice, AR, 1232, 0);
    put_opt(&twice, AR, 512, 0x02000000);
    a = read(state, &twice, "example.org", MW_MX);
    assert_true(a->udp_bytes == 1232 && a->rcode == 0);
}

static void other_types_are_read(void **state)
{
    struct message m = answer_to("_25._tcp.mx.example", MW_TLSA, 0);
    put_record(&m, AN, "_25._tcp.mx.example", MW_TLSA, "\3\1\1\xab\xcd", 5);
    put_record(&m, NS, "example", MW_SOA, "\2ns\0\1h\0\0\0\0\5\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 27);
    put_record(&m, AR, "x.example", MW_SRV, "\0\1\0\2\3\341\4imap\0", 12);
    const struct mw_dns_answer *a = read(state, &m, "_25._tcp.mx.example", MW_TLSA);
    assert_int_equal(a->count, 3);
    unit_same(a->records[0].text, "3 1 1 abcd", "TLSA");
    assert_int_equal(a->records[0].rdata_bytes, 5);
    assert_int_equal(a->records[1].serial, 5);
    assert_int_equal(a->records[1].minimum, 4);
    assert_int_equal(a->records[1].section, MW_AUTHORITY);
    assert_int_equal(a->records[2].port, 993);
    unit_same(a->records[2].name, "imap", "SRV target");
    unit_same(mw_dns_type_name(MW_TLSA), "TLSA", "type");
}

/* An answer beside an error, trailing bytes, or records of other names alone: nothing is denied on their word. */
static void contradictions_prove_nothing(void **state)
{
    struct message m = answer_to("example.org", MW_MX, 3), longer = answer_to("example.org", MW_MX, 0), strange = longer, failed = answer_to("example.org", MW_MX, 2);
    put_record(&m, AN, "example.org", MW_MX, "\0\12\1a\0", 5);
    put_record(&failed, AN, "example.org", MW_MX, "\0\12\1a\0", 5);
    put_record(&strange, AN, "example.net", MW_MX, "\0\12\1a\0", 5);
    put(&longer, 0, 1);
    assert_int_equal(read(state, &m, "example.org", MW_MX)->status, MW_DNS_GARBLED);
    assert_int_equal(read(state, &longer, "example.org", MW_MX)->status, MW_DNS_GARBLED);
    assert_int_equal(read(state, &strange, "example.org", MW_MX)->status, MW_DNS_GARBLED);
    const struct mw_dns_answer *a = read(state, &failed, "example.org", MW_MX);
    assert_true(a->status == MW_DNS_SERVFAIL && a->count == 0);
}

static void referrals_are_told(void **state)
{
    struct message m = answer_to("example.org", MW_MX, 0), with_soa = m;
    put_record(&m, NS, "org", MW_NS, "\1a\0", 3);
    with_soa = m;
    put_record(&with_soa, NS, "org", MW_SOA, "\2ns\0\1h\0\0\0\0\5\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 27);
    assert_true(mw_dns_is_referral(read(state, &m, "example.org", MW_MX)));
    assert_false(mw_dns_is_referral(read(state, &with_soa, "example.org", MW_MX)));
}

static void compression_loops_end(void **state)
{
    struct message m = answer_to("a", MW_A, 0);
    m.wire[AN] = 1;
    put(&m, 0xc000 | (unsigned)m.bytes, 2);
    assert_int_equal(read(state, &m, "a", MW_A)->status, MW_DNS_GARBLED);
}

static void queries_are_written(void **state)
{
    (void)state;
    static const uint8_t wanted[] = {0x12, 0x34, 1, 0x30, 0, 1, 0, 0, 0, 0, 0, 1, 1, 'a', 3, 'o', 'r', 'g', 0, 0, 15, 0, 1, 0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0};
    uint8_t wire[512];
    assert_int_equal(mw_dns_query(wire, sizeof wire, 0x1234, "a.org.", MW_MX, true, true, true), sizeof wanted);
    assert_memory_equal(wire, wanted, sizeof wanted);
    assert_int_equal(mw_dns_query(wire, sizeof wire, 1, ".", MW_SOA, false, false, false), 12 + 1 + 4 + 11);
    assert_int_equal(wire[2], 0);
    assert_int_equal(mw_dns_query(wire, sizeof wire, 1, "a\\.b\\032.c", MW_MX, true, false, false), 12 + 8 + 4 + 11);
    assert_memory_equal(wire + 12, "\4a.b \1c\0", 8);
    assert_int_equal(mw_dns_query_plain(wire, sizeof wire, 0x1234, "a.org", MW_MX, true, true), sizeof wanted - 11);
    assert_memory_equal(wire, wanted, 11);
    assert_int_equal(wire[11], 0); /* no OPT */
    assert_memory_equal(wire + 12, wanted + 12, sizeof wanted - 11 - 12);
    static const char *const wrong[] = {"a..b", ".a", "a\\", "a\\999.b", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.org"};
    for (size_t i = 0; i < MW_COUNT(wrong); i++)
        assert_int_equal(mw_dns_query(wire, sizeof wire, 1, wrong[i], MW_MX, true, false, false), 0);
    assert_int_equal(mw_dns_query(wire, 20, 1, "example.org", MW_MX, true, false, false), 0);
}

static void longest_name_is_asked(void **state)
{
    char name[300] = "";
    for (int i = 0; i < 127; i++)
        strncat(name, "a.", 3);
    uint8_t wire[512];
    assert_int_equal(mw_dns_query(wire, sizeof wire, 1, name, MW_MX, true, false, false), 12 + 255 + 4 + 11);
    strncat(name, "a.", 3);
    assert_int_equal(mw_dns_query(wire, sizeof wire, 1, name, MW_MX, true, false, false), 0);
    (void)state;
}

static void queries_are_read(void **state)
{
    struct mw_dns_asked asked;
    uint8_t wire[512];
    size_t bytes = mw_dns_query(wire, sizeof wire, 7, "a\\.B.org", MW_DS, true, true, true);
    assert_true(mw_dns_read_query(*state, wire, bytes, &asked));
    assert_string_equal(asked.name, "a\\.b.org");
    assert_int_equal(asked.type, MW_DS);
    assert_int_equal(asked.bytes, bytes - 11); /* the OPT record */
    for (size_t cut = 0; cut < asked.bytes; cut++)
        assert_false(mw_dns_read_query(*state, wire, cut, &asked));
    static const struct {
        size_t at;
        uint8_t value;
    } wrong[] = {{2, 0x81}, {2, 0x28}, {5, 0}, {5, 2}, {12, 64}, {12 + 9 + 3, 3}}; /* an answer, an update; no question, two; no label, another class */
    for (size_t i = 0; i < MW_COUNT(wrong); i++) {
        uint8_t copy[512];
        memcpy(copy, wire, bytes);
        copy[wrong[i].at] = wrong[i].value;
        assert_false(mw_dns_read_query(*state, copy, bytes, &asked));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(mx_is_read), UNIT(null_mx_is_read), UNIT(txt_strings_are_joined), UNIT(aliases_are_followed), UNIT(an_alias_circle_ends),
        UNIT(statuses_are_told_apart), UNIT(what_is_no_answer_is_garbled), UNIT(refusals_may_lack_the_question), UNIT(extended_errors_are_read), UNIT(edns_is_told),
        UNIT(other_types_are_read), UNIT(compression_loops_end), UNIT(contradictions_prove_nothing), UNIT(referrals_are_told), UNIT(queries_are_written), UNIT(longest_name_is_asked),
        UNIT(queries_are_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
