/* SPF: the grammar, macros (RFC 7208 section 7.4), the zone of its appendix A, limits, and the audit. */
#include "unit.h"

#include <mailwhy/spf.h>

#include <stdlib.h>

static void records_are_read(void **state)
{
    static const struct { const char *text; size_t terms; const char *redirect; char all; } cases[] = {
        {"v=spf1", 0, NULL, 0},
        {"V=SPF1 -ALL ", 1, NULL, '-'},
        {"v=spf1  a   mx ~all", 3, NULL, '~'},
        {"v=spf1 a/24 a:mail.example.org/24//64 mx//64 mx:example.org ?all", 5, NULL, '?'},
        {"v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 ip6:2001:db8::/32 ip6:2001:db8::1 -all", 5, NULL, '-'},
        {"v=spf1 include:_spf.example.org ptr ptr:example.org exists:%{i}._spf.%{d2} all", 5, NULL, '+'},
        {"v=spf1 redirect=_spf.example.org", 0, "_spf.example.org", 0},
        {"v=spf1 exp=explain.%{d} moo=cow.%{c} -all", 1, NULL, '-'},
        {"v=spf1 include:%{d} a:%{h} exists:%{ir}.%{v}._spf.%{d2} -all", 4, NULL, '-'},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        const struct mw_spf *record = mw_spf_read(*state, cases[i].text, &flaw);
        unit_same(flaw.why, NULL, cases[i].text);
        assert_non_null(record);
        assert_int_equal(record->count, cases[i].terms);
        unit_same(record->redirect, cases[i].redirect, cases[i].text);
        assert_int_equal(record->all ? record->all->qualifier : 0, cases[i].all);
    }
}

static void terms_are_read(void **state)
{
    struct mw_flaw flaw;
    const struct mw_spf *record = mw_spf_read(*state, "v=spf1 ~a:mail.example.org/24//64 ip6:2001:DB8:0::/48 -all mx", &flaw);
    const struct mw_spf_term *a = &record->terms[0], *six = &record->terms[1];
    assert_int_equal(a->qualifier, '~');
    assert_int_equal(a->mechanism, MW_SPF_A);
    unit_same(a->domain, "mail.example.org", "domain");
    unit_same(a->text, "~a:mail.example.org/24//64", "text");
    assert_int_equal(a->prefix4, 24);
    assert_int_equal(a->prefix6, 64);
    unit_same(six->address, "2001:db8::", "canonical");
    assert_int_equal(six->prefix6, 48);
    assert_int_equal(record->behind_all, 1);
    assert_true(mw_spf_covers(six, "2001:db8:0:1::1"));
    assert_false(mw_spf_covers(six, "2001:db8:1::1"));
    assert_false(mw_spf_covers(six, "192.0.2.1"));
    assert_false(mw_spf_covers(a, "192.0.2.1"));
}

static void flaws_are_told(void **state)
{
    static const struct { const char *text, *why, *where; } cases[] = {
        {"v=spf2 -all", "does not begin with v=spf1", "v=spf2"},
        {"v=spf1 ipv4:192.0.2.1 -all", "unknown mechanism", "ipv4:192.0.2.1"},
        {"v=spf1 192.0.2.1 -all", "unknown mechanism", "192.0.2.1"},
        {"v=spf1 a, mx -all", "unknown mechanism", "a,"},
        {"v=spf1 -all.", "unknown mechanism", "-all."},
        {"v=spf1 --all", "unknown mechanism", "--all"},
        {"v=spf1 ip4 -all", "an address is missing", "ip4"},
        {"v=spf1 ip4: 192.0.2.1", "an address is missing", "ip4:"},
        {"v=spf1 ip4:192.0.2 -all", "not an IPv4 address", "ip4:192.0.2"},
        {"v=spf1 ip4:mail.example.org", "not an IPv4 address", "ip4:mail.example.org"},
        {"v=spf1 ip4:2001:db8::1", "not an IPv4 address", "ip4:2001:db8::1"},
        {"v=spf1 ip6:192.0.2.1", "not an IPv6 address", "ip6:192.0.2.1"},
        {"v=spf1 ip4:192.0.2.1/33", "not a prefix length", "ip4:192.0.2.1/33"},
        {"v=spf1 ip4:192.0.2.1/", "not a prefix length", "ip4:192.0.2.1/"},
        {"v=spf1 ip4:192.0.2.1/08", "not a prefix length", "ip4:192.0.2.1/08"},
        {"v=spf1 a/33", "not a prefix length", "a/33"},
        {"v=spf1 a//129", "not a prefix length", "a//129"},
        {"v=spf1 include", "a domain is missing", "include"},
        {"v=spf1 include: example.org", "a domain is missing", "include:"},
        {"v=spf1 include=example.org -all", NULL, NULL}, /* an unknown modifier, by the grammar */
        {"v=spf1 include:localhost", "not a domain name", "include:localhost"},
        {"v=spf1 a:192.0.2.1", "not a domain name", "a:192.0.2.1"},
        {"v=spf1 all:x", "all takes nothing behind it", "all:x"},
        {"v=spf1 exists:%{x}.example.org", "a macro is not one", "exists:%{x}.example.org"},
        {"v=spf1 exists:%{i.example.org", "a macro is not one", "exists:%{i.example.org"},
        {"v=spf1 exists:%{d0}.example.org", "a macro is not one", "exists:%{d0}.example.org"},
        {"v=spf1 exists:%{c}.example.org", "a macro is not one", "exists:%{c}.example.org"},
        {"v=spf1 exists:%", "a macro is not one", "exists:%"},
        {"v=spf1 redirect=a.example redirect=b.example", "redirect= or exp= twice", "redirect=b.example"},
        {"v=spf1 redirect=", "a domain is missing", "redirect="},
        {"v=spf1 “-all”", "a character that SPF cannot have", "“-all”"},
        {"v=spf1\xc2\xa0-all", "does not begin with v=spf1", "v=spf1\xc2\xa0-all"},
        {"v=spf1 a\tmx -all", "a character that SPF cannot have", "a\tmx"},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct mw_flaw flaw = {0};
        assert_int_equal(mw_spf_read(*state, cases[i].text, &flaw) == NULL, cases[i].why != NULL);
        unit_same(flaw.why, cases[i].why, cases[i].text);
        unit_same(flaw.where, cases[i].where, cases[i].text);
    }
}

static void records_are_told_from_near_ones(void **state)
{
    (void)state;
    static const struct { const char *text; bool is, near; } cases[] = {
        {"v=spf1", true, false}, {"v=spf1 -all", true, false}, {"V=SPF1 a", true, false}, {"v=spf10 -all", false, true}, {"v=spf1;-all", false, true},
        {"spf1 a -all", false, true}, {"v = spf1 -all", false, true}, {"\"v=spf1 -all\"", false, true}, {"“v=spf1 -all”", false, true}, {" v=spf1 -all", false, true},
        {"spf2.0/mfrom,pra -all", false, false}, {"google-site-verification=spf1", false, false}, {"", false, false}, {"v=DMARC1", false, false}, {"v=spf2 a", false, true},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        if (mw_spf_is_record(cases[i].text) != cases[i].is || mw_spf_is_near(cases[i].text) != cases[i].near)
            fail_msg("%s", cases[i].text);
}

static void macros_are_expanded(void **state)
{
    static const struct mw_spf_subject four = {"192.0.2.3", "strong-bad@email.example.com", "mx.example.org"}, six = {"2001:db8::cb01", "strong-bad@email.example.com", "h"},
                                       bare = {"192.0.2.3", "", "h"};
    static const struct { const struct mw_spf_subject *subject; const char *spec, *name; } cases[] = {
        /* section 7.4 */
        {&four, "%{s}.x", "strong-bad@email.example.com.x"}, {&four, "%{o}", "email.example.com"}, {&four, "%{d}", "email.example.com"}, {&four, "%{d4}", "email.example.com"},
        {&four, "%{d3}", "email.example.com"}, {&four, "%{d2}", "example.com"}, {&four, "%{d1}", "com"}, {&four, "%{dr}", "com.example.email"}, {&four, "%{d2r}", "example.email"},
        {&four, "%{l}.x", "strong-bad.x"}, {&four, "%{l-}.x", "strong.bad.x"}, {&four, "%{lr}.x", "strong-bad.x"}, {&four, "%{lr-}.x", "bad.strong.x"}, {&four, "%{l1r-}.x", "strong.x"},
        {&four, "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"}, {&four, "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
        {&four, "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"}, {&four, "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
        {&four, "%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
        {&six, "%{ir}.%{v}._spf.%{d2}", "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com"},
        /* the rest */
        {&bare, "%{l}.%{o}", "postmaster.email.example.com"}, {&four, "%{h}", "mx.example.org"}, {&four, "%{p}.x", "unknown.x"}, {&four, "%%.%-.x", "%.%20.x"},
        {&four, "Mail.Example.ORG.", "mail.example.org"}, {&four, "%{S}.x", "strong-bad%40email.example.com.x"}, {&four, "a..b", NULL}, {&four, "%_(.x", "\\032\\(.x"}, {&four, "", NULL},
        {&four, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.org", NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_spf_expand(*state, cases[i].spec, cases[i].subject, "email.example.com"), cases[i].name, cases[i].spec);
    char *name = mw_spf_expand(*state, "%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}", &four, "email.example.com");
    assert_true(strlen(name) <= 253 && strlen(name) > 230);
    assert_true(mw_spf_has_macro("a.%{i}") && !mw_spf_has_macro("%{d}.%%{i}") && !mw_spf_has_macro("a%"));
}

/* --- evaluation over a zone written as a table ----------------------------------------------------------------------------------------------- */

static const struct entry {
    const char *name;
    int type;
    const char *data; /* "!servfail", "!nxdomain", or the rdata */
} zone[] = {
    /* RFC 7208 appendix A */
    {"example.com", MW_A, "192.0.2.10"}, {"example.com", MW_A, "192.0.2.11"}, {"example.com", MW_MX, "mail-a.example.com"}, {"example.com", MW_MX, "mail-b.example.com"},
    {"amy.example.com", MW_A, "192.0.2.65"}, {"bob.example.com", MW_A, "192.0.2.66"}, {"mail-a.example.com", MW_A, "192.0.2.129"},
    {"mail-b.example.com", MW_A, "192.0.2.130"}, {"example.org", MW_MX, "mail-c.example.org"}, {"mail-c.example.org", MW_A, "192.0.2.140"},
    {"10.2.0.192.in-addr.arpa", MW_PTR, "example.com"}, {"65.2.0.192.in-addr.arpa", MW_PTR, "amy.example.com"}, {"140.2.0.192.in-addr.arpa", MW_PTR, "mail-c.example.org"},
    {"4.0.0.10.in-addr.arpa", MW_PTR, "bob.example.com"},
    /* records by name */
    {"all.test", MW_TXT, "v=spf1 +all"}, {"a.test", MW_TXT, "v=spf1 a:example.com -all"}, {"mx.test", MW_TXT, "v=spf1 mx:example.com -all"},
    {"both.test", MW_TXT, "v=spf1 mx:example.com mx:example.org -all"}, {"net.test", MW_TXT, "v=spf1 mx:example.com/30 mx:example.org/30 -all"},
    {"ptr.test", MW_TXT, "v=spf1 ptr:example.com -all"}, {"ip.test", MW_TXT, "v=spf1 ip4:192.0.2.128/28 -all"}, {"neutral.test", MW_TXT, "v=spf1 ip4:192.0.2.128/28"},
    {"soft.test", MW_TXT, "v=spf1 ~all"}, {"ask.test", MW_TXT, "v=spf1 ?all"}, {"none.test", MW_TXT, "hello"}, {"two.test", MW_TXT, "v=spf1 a"}, {"two.test", MW_TXT, "v=spf1 mx"},
    {"inc.test", MW_TXT, "v=spf1 include:ip.test include:a.test -all"}, {"incnone.test", MW_TXT, "v=spf1 include:none.test -all"},
    {"incbad.test", MW_TXT, "v=spf1 include:bad.test -all"}, {"bad.test", MW_TXT, "v=spf1 foo -all"}, {"fail.test", MW_TXT, "!servfail"},
    {"incfail.test", MW_TXT, "v=spf1 include:fail.test -all"}, {"afail.test", MW_TXT, "v=spf1 a:fail.test -all"}, {"fail.test", MW_A, "!servfail"},
    {"red.test", MW_TXT, "v=spf1 redirect=ip.test"}, {"rednone.test", MW_TXT, "v=spf1 redirect=none.test"}, {"redall.test", MW_TXT, "v=spf1 ?all redirect=none.test"},
    {"loop.test", MW_TXT, "v=spf1 include:loop.test -all"}, {"voids.test", MW_TXT, "v=spf1 a:v1.test a:v2.test a:v3.test ip4:192.0.2.1 -all"},
    {"twovoids.test", MW_TXT, "v=spf1 a:v1.test a:v2.test ip4:192.0.2.1 -all"}, {"exists.test", MW_TXT, "v=spf1 exists:%{ir}.ok.test -all"},
    {"1.2.0.192.ok.test", MW_A, "127.0.0.2"}, {"six.test", MW_TXT, "v=spf1 a:dual.test//64 -all"}, {"dual.test", MW_A, "192.0.2.1"}, {"dual.test", MW_AAAA, "2001:db8::1"},
    {"eleven.test", MW_TXT, "v=spf1 a:example.com a:example.com a:example.com a:example.com a:example.com a:example.com a:example.com a:example.com a:example.com"
                            " a:example.com a:dual.test -all"},
    {"ten.test", MW_TXT, "v=spf1 a:example.com a:example.com a:example.com a:example.com a:example.com a:example.com a:example.com a:example.com a:example.com a:dual.test -all"},
    {"nested.test", MW_TXT, "v=spf1 include:inc.test include:red.test mx:example.com -all"}, {"wide.test", MW_TXT, "v=spf1 ip4:192.0.0.0/15 include:sub.wide.test include:other.test ~all"},
    {"sub.wide.test", MW_TXT, "v=spf1 ip4:10.0.0.0/8 -all"}, {"other.test", MW_TXT, "v=spf1 ip4:11.0.0.0/8 ?ip4:12.0.0.0/8 -all"},
    {"manymx.test", MW_TXT, "v=spf1 mx:many.test -all"}, {"many.test", MW_MX, "m1.test"}, {"many.test", MW_MX, "m2.test"}, {"many.test", MW_MX, "m3.test"},
    {"many.test", MW_MX, "m4.test"}, {"many.test", MW_MX, "m5.test"}, {"many.test", MW_MX, "m6.test"}, {"many.test", MW_MX, "m7.test"}, {"many.test", MW_MX, "m8.test"},
    {"many.test", MW_MX, "m9.test"}, {"many.test", MW_MX, "m10.test"}, {"many.test", MW_MX, "m11.test"}, {"behind.test", MW_TXT, "v=spf1 -all a:v1.test include:none.test"},
    {"redhidden.test", MW_TXT, "v=spf1 include:red.test include:rednone.test ?all"},
};

struct asker {
    struct mw_arena *arena;
    const char *known[100]; /* "name type" of the answers that have come; others are on their way */
    const char *asked[100]; /* in this pass */
    size_t known_count, asked_count;
    bool at_once;
};

static void add_answer(struct mw_arena *arena, struct mw_dns_answer *answer, const struct entry *entry)
{
    static const struct { const char *sign; enum mw_dns_status status; } signs[] = {{"!servfail", MW_DNS_SERVFAIL}, {"!nxdomain", MW_DNS_NXDOMAIN}};
    for (size_t i = 0; i < MW_COUNT(signs); i++)
        if (strcmp(entry->data, signs[i].sign) == 0) {
            answer->status = signs[i].status;
            return;
        }
    bool address = entry->type == MW_A || entry->type == MW_AAAA;
    answer->status = MW_DNS_OK;
    answer->records = mw_grow(arena, answer->records, answer->count * sizeof *answer->records, (answer->count + 1) * sizeof *answer->records);
    answer->records[answer->count++] = (struct mw_record){.owner = entry->name, .type = entry->type, .section = MW_ANSWER, .text = entry->data,
        .joined = entry->type == MW_TXT ? entry->data : NULL, .address = address ? entry->data : NULL, .name = address || entry->type == MW_TXT ? NULL : entry->data};
}

static bool has(const char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

static const struct mw_dns_answer *ask(void *context, const char *name, int type)
{
    struct asker *asker = context;
    const char *question = mw_printf(asker->arena, "%s %s", name, mw_dns_type_name(type));
    if (!has(asker->asked, asker->asked_count, question))
        asker->asked[asker->asked_count++] = question;
    if (!asker->at_once && !has(asker->known, asker->known_count, question))
        return NULL;
    struct mw_dns_answer *answer = MW_NEW(asker->arena, struct mw_dns_answer);
    answer->status = MW_DNS_NODATA;
    for (size_t i = 0; i < MW_COUNT(zone); i++)
        if (zone[i].type == type && strcmp(zone[i].name, name) == 0)
            add_answer(asker->arena, answer, &zone[i]);
    return answer;
}

static const struct check_case { const char *domain, *address, *result, *term, *why; } check_cases[] = {
    {"all.test", "192.0.2.10", "pass", "+all", ""},
    {"a.test", "192.0.2.10", "pass", "a:example.com", ""},
    {"a.test", "192.0.2.65", "fail", "-all", ""},
    {"mx.test", "192.0.2.130", "pass", "mx:example.com", ""},
    {"mx.test", "192.0.2.10", "fail", "-all", ""},
    {"both.test", "192.0.2.140", "pass", "mx:example.org", ""},
    {"net.test", "192.0.2.131", "pass", "mx:example.com/30", ""},
    {"net.test", "192.0.2.143", "pass", "mx:example.org/30", ""},
    {"ptr.test", "192.0.2.10", "pass", "ptr:example.com", ""},
    {"ptr.test", "192.0.2.65", "pass", "ptr:example.com", ""},
    {"ptr.test", "192.0.2.140", "fail", "-all", ""},
    {"ptr.test", "10.0.0.4", "fail", "-all", ""}, /* the name does not have the address */
    {"ip.test", "192.0.2.143", "pass", "ip4:192.0.2.128/28", ""},
    {"ip.test", "192.0.2.65", "fail", "-all", ""},
    {"neutral.test", "192.0.2.65", "neutral", "", ""},
    {"soft.test", "192.0.2.65", "softfail", "~all", ""},
    {"ask.test", "192.0.2.65", "neutral", "?all", ""},
    {"none.test", "192.0.2.65", "none", "", ""},
    {"nowhere.test", "192.0.2.65", "none", "", ""},
    {"two.test", "192.0.2.65", "permerror", "", "several SPF records"},
    {"bad.test", "192.0.2.65", "permerror", "foo", "unknown mechanism"},
    {"fail.test", "192.0.2.65", "temperror", "", "the SPF record could not be looked up"},
    {"afail.test", "192.0.2.65", "temperror", "a:fail.test", "a lookup failed"},
    {"inc.test", "192.0.2.129", "pass", "include:ip.test", ""},
    {"inc.test", "192.0.2.11", "pass", "include:a.test", ""},
    {"inc.test", "192.0.2.65", "fail", "-all", ""},
    {"incnone.test", "192.0.2.65", "permerror", "include:none.test", "the included domain has no SPF record"},
    {"incbad.test", "192.0.2.65", "permerror", "foo", "unknown mechanism"},
    {"incfail.test", "192.0.2.65", "temperror", "", "the SPF record could not be looked up"},
    {"red.test", "192.0.2.129", "pass", "ip4:192.0.2.128/28", ""},
    {"red.test", "192.0.2.65", "fail", "-all", ""},
    {"rednone.test", "192.0.2.65", "permerror", "", "the domain of redirect= has no SPF record"},
    {"redall.test", "192.0.2.65", "neutral", "?all", ""},
    {"loop.test", "192.0.2.65", "permerror", "include:loop.test", "more than 10 DNS lookups"},
    {"voids.test", "192.0.2.1", "permerror", "a:v3.test", "more than 2 lookups find nothing"},
    {"twovoids.test", "192.0.2.1", "pass", "ip4:192.0.2.1", ""},
    {"exists.test", "192.0.2.1", "pass", "exists:%{ir}.ok.test", ""},
    {"exists.test", "192.0.2.2", "fail", "-all", ""},
    {"six.test", "2001:db8::99", "pass", "a:dual.test//64", ""},
    {"six.test", "2001:db8:0:1::99", "fail", "-all", ""},
    {"eleven.test", "192.0.2.1", "permerror", "a:dual.test", "more than 10 DNS lookups"},
    {"ten.test", "192.0.2.1", "pass", "a:dual.test", ""},
    {"manymx.test", "192.0.2.1", "permerror", "mx:many.test", "more than 10 exchanges behind mx"},
};

static void check_one(const struct check_case *row, const struct mw_spf_verdict *verdict)
{
    const char *what = row->domain;
    unit_same(mw_spf_result_name(verdict->result), row->result, what);
    unit_same(verdict->term, row->term, what);
    unit_same(verdict->why, row->why, what);
}

static void mail_is_judged(void **state)
{
    for (size_t i = 0; i < MW_COUNT(check_cases); i++) {
        struct asker asker = {.arena = *state, .at_once = true};
        struct mw_spf_subject subject = {check_cases[i].address, "alice@example.com", "mx.example.com"};
        struct mw_spf_verdict verdict = mw_spf_check(*state, check_cases[i].domain, &subject, ask, &asker);
        check_one(&check_cases[i], &verdict);
    }
}

/* Answers come one at a time, the last asked first: the result is the same, and nothing is told before. */
static void answers_may_come_in_any_order(void **state)
{
    for (size_t i = 0; i < MW_COUNT(check_cases); i++) {
        struct asker asker = {.arena = *state};
        struct mw_spf_subject subject = {check_cases[i].address, "alice@example.com", "mx.example.com"};
        struct mw_spf_verdict verdict = mw_spf_check(*state, check_cases[i].domain, &subject, ask, &asker);
        for (int rounds = 0; verdict.result == MW_SPF_WAITING && rounds < 100; rounds++) {
            size_t last = asker.asked_count;
            while (has(asker.known, asker.known_count, asker.asked[last - 1]))
                last--;
            asker.known[asker.known_count++] = asker.asked[last - 1];
            verdict = mw_spf_check(*state, check_cases[i].domain, &subject, ask, &asker);
        }
        check_one(&check_cases[i], &verdict);
    }
}

static void independent_questions_go_out_together(void **state)
{
    struct asker asker = {.arena = *state, .known = {"both.test TXT"}, .known_count = 1};
    struct mw_spf_subject subject = {"192.0.2.1", "alice@example.com", "h"};
    assert_int_equal(mw_spf_check(*state, "both.test", &subject, ask, &asker).result, MW_SPF_WAITING);
    assert_int_equal(asker.asked_count, 3);
}

static const char *notes(struct mw_arena *arena, const struct mw_spf_note *list, size_t count)
{
    struct mw_list lines = {0};
    for (size_t i = 0; i < count; i++)
        mw_list_add(arena, &lines, mw_printf(arena, "%s %s %s", list[i].domain, list[i].term, list[i].why));
    return mw_list_join(arena, &lines, "|");
}

static void records_are_audited(void **state)
{
    static const struct { const char *domain; int lookups; const char *all, *flaws, *voids, *missing, *failed, *wide; } cases[] = {
        {"ip.test", 0, "-all", "", "", "", "", ""},
        {"neutral.test", 0, "none", "", "", "", "", ""},
        {"nested.test", 7, "-all", "", "", "", "", ""},
        {"red.test", 1, "-all", "", "", "", "", ""},
        {"rednone.test", 1, NULL, "", "", "rednone.test redirect=none.test none.test", "", ""},
        {"redall.test", 0, "?all", "", "", "", "", ""},
        {"redhidden.test", 4, "?all", "", "", "rednone.test redirect=none.test none.test", "", ""},
        {"incnone.test", 1, "-all", "", "", "incnone.test include:none.test none.test", "", ""},
        {"incbad.test", 1, "-all", "bad.test foo unknown mechanism", "", "", "", ""},
        {"incfail.test", 1, "-all", "", "", "", "incfail.test include:fail.test fail.test: servfail", ""},
        {"voids.test", 3, "-all", "", "voids.test a:v1.test v1.test|voids.test a:v2.test v2.test|voids.test a:v3.test v3.test", "", "", ""},
        {"loop.test", 1, "-all", "loop.test include:loop.test a circle of includes", "", "", "", ""},
        {"eleven.test", 11, "-all", "", "", "", "", ""},
        {"exists.test", 1, "-all", "", "", "", "", ""},
        {"manymx.test", 1, "-all", "manymx.test mx:many.test more than 10 exchanges behind mx", "", "", "", ""},
        {"wide.test", 2, "~all", "", "", "", "", "wide.test ip4:192.0.0.0/15 |sub.wide.test ip4:10.0.0.0/8 "},
        {"behind.test", 0, "-all", "", "", "", "", ""},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++) {
        struct asker asker = {.arena = *state, .at_once = true};
        struct mw_flaw flaw;
        const struct mw_dns_answer *answer = ask(&asker, cases[i].domain, MW_TXT);
        const struct mw_spf_audit *audit = mw_spf_audit(*state, cases[i].domain, mw_spf_read(*state, answer->records[0].joined, &flaw), ask, &asker);
        assert_false(audit->waiting);
        if (audit->lookups != cases[i].lookups)
            fail_msg("%s: %d lookups", cases[i].domain, audit->lookups);
        unit_same(audit->all, cases[i].all, cases[i].domain);
        unit_same(notes(*state, audit->flaws, audit->flaw_count), cases[i].flaws, cases[i].domain);
        unit_same(notes(*state, audit->voids, audit->void_count), cases[i].voids, cases[i].domain);
        unit_same(notes(*state, audit->missing, audit->missing_count), cases[i].missing, cases[i].domain);
        unit_same(notes(*state, audit->failed, audit->failed_count), cases[i].failed, cases[i].domain);
        unit_same(notes(*state, audit->wide, audit->wide_count), cases[i].wide, cases[i].domain);
    }
}

static void an_audit_waits(void **state)
{
    struct asker asker = {.arena = *state};
    struct mw_flaw flaw;
    const struct mw_spf_audit *audit = mw_spf_audit(*state, "inc.test", mw_spf_read(*state, "v=spf1 include:ip.test include:a.test -all", &flaw), ask, &asker);
    assert_true(audit->waiting);
    assert_int_equal(asker.asked_count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(records_are_read), UNIT(terms_are_read), UNIT(flaws_are_told), UNIT(records_are_told_from_near_ones), UNIT(macros_are_expanded),
        UNIT(mail_is_judged), UNIT(answers_may_come_in_any_order), UNIT(independent_questions_go_out_together), UNIT(records_are_audited), UNIT(an_audit_waits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
