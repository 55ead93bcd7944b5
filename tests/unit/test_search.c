/* The search for roots, on causes of its own: this program brings the tables, so that the real ones are not linked. */
#include "unit.h"

#include <mailwhy/judge.h>

static void each_refused(struct mw_judge *judge)
{
    for (const struct mw_fact *end = mw_each(judge, MW_F_TCP_END, NULL); end; end = mw_each(judge, MW_F_TCP_END, end))
        if (mw_text_same(end->text, MW_REFUSED))
            mw_found(judge, end->about, end);
}

static void each_silent_host(struct mw_judge *judge)
{
    for (const struct mw_fact *end = mw_each(judge, MW_F_DNS_A_END, NULL); end; end = mw_each(judge, MW_F_DNS_A_END, end))
        if (mw_text_same(end->text, "nxdomain"))
            mw_found(judge, end->about, end);
}

static void each_bad_record(struct mw_judge *judge)
{
    for (const struct mw_fact *record = mw_each(judge, MW_F_DNS_MX, NULL); record; record = mw_each(judge, MW_F_DNS_MX, record))
        if (mw_text_find(record->text, "bad"))
            mw_found(judge, record->about, record);
}

static void never(struct mw_judge *judge)
{
    (void)judge;
}

static const struct mw_cause causes[] = {
    {.id = "record", .needs = {MW_F_DNS_MX_END}, .holds = each_bad_record, .explains = {"host"}},
    {.id = "host", .needs = {MW_F_DNS_A_END}, .holds = each_silent_host, .explains = {"port"}},
    {.id = "port", .needs = {MW_F_TCP_END}, .holds = each_refused},
    {.id = "login", .needs = {MW_F_SMTP_LOGIN}, .holds = never},
    {.id = "calm", .needs = {MW_F_DNS_MX_END}, .holds = never},
};
static const struct mw_area area = {"test", causes, MW_COUNT(causes)};
const struct mw_area *const mw_areas[] = {&area};
const size_t mw_area_count = 1;

const struct mw_cause *mw_cause_by_id(const char *id)
{
    for (size_t i = 0; i < MW_COUNT(causes); i++)
        if (strcmp(causes[i].id, id) == 0)
            return &causes[i];
    return NULL;
}

static struct mw_facts *facts_in(void **state)
{
    return mw_facts_new(*state, &(struct mw_header){"check", "example.org", "test", "0", {0}});
}

static unsigned tell(struct mw_facts *facts, enum mw_fact_id id, const char *about, const char *text, unsigned because)
{
    return mw_fact_tell(facts, &(struct mw_fact){.id = id, .about = about, .text = text, .because = because})->n;
}

static const struct mw_instance *instance(const struct mw_judged *judged, const char *id, const char *about)
{
    for (size_t i = 0; i < judged->count; i++)
        if (strcmp(judged->instances[i]->cause->id, id) == 0 && strcmp(judged->instances[i]->about, about) == 0)
            return judged->instances[i];
    fail_msg("%s does not hold of %s", id, about);
    return NULL;
}

static const struct mw_tried *tried(const struct mw_judged *judged, const char *id)
{
    for (size_t i = 0; i < judged->tried_count; i++)
        if (strcmp(judged->tried[i].cause->id, id) == 0)
            return &judged->tried[i];
    fail_msg("%s was not tried", id);
    return NULL;
}

static void a_chain_folds_under_its_root(void **state)
{
    struct mw_facts *facts = facts_in(state);
    tell(facts, MW_F_DNS_MX_END, "example.org", "ok", 0);
    unsigned mx = tell(facts, MW_F_DNS_MX, "example.org", "10 bad.example.org", 0);
    unsigned host = tell(facts, MW_F_DNS_A_END, "bad.example.org", "nxdomain", mx);
    tell(facts, MW_F_TCP_END, "other[192.0.2.1]:25", MW_REFUSED, host);
    const struct mw_judged *judged = mw_judge_facts_all(*state, facts);
    assert_int_equal(judged->count, 3);
    assert_false(instance(judged, "record", "example.org")->explained);
    assert_true(instance(judged, "host", "bad.example.org")->explained);
    assert_true(instance(judged, "port", "other[192.0.2.1]:25")->explained); /* by the because chain alone */
}

static void one_bad_host_does_not_excuse_another(void **state)
{
    struct mw_facts *facts = facts_in(state);
    tell(facts, MW_F_DNS_A_END, "mx1.example.org", "nxdomain", 0);
    tell(facts, MW_F_TCP_END, "mx2.example.org[192.0.2.2]:25", MW_REFUSED, 0);
    const struct mw_judged *judged = mw_judge_facts_all(*state, facts);
    assert_false(instance(judged, "host", "mx1.example.org")->explained);
    assert_false(instance(judged, "port", "mx2.example.org[192.0.2.2]:25")->explained);
}

static void about_the_same_host_is_connected(void **state)
{
    struct mw_facts *facts = facts_in(state);
    tell(facts, MW_F_DNS_A_END, "mx1.example.org", "nxdomain", 0);
    tell(facts, MW_F_TCP_END, "mx1.example.org[192.0.2.2]:25", MW_REFUSED, 0);
    const struct mw_judged *judged = mw_judge_facts_all(*state, facts);
    assert_true(instance(judged, "port", "mx1.example.org[192.0.2.2]:25")->explained);
    assert_int_equal(instance(judged, "host", "mx1.example.org")->follow_count, 1);
}

static void untested_is_not_fine(void **state)
{
    struct mw_facts *facts = facts_in(state);
    tell(facts, MW_F_DNS_MX_END, "example.org", "servfail", 0);
    const struct mw_judged *judged = mw_judge_facts_all(*state, facts);
    assert_int_equal(tried(judged, "login")->tested, MW_NOT_TOLD);
    assert_int_equal(tried(judged, "login")->lacks, MW_F_SMTP_LOGIN);
    assert_int_equal(tried(judged, "calm")->tested, MW_NO_ANSWER);
    tell(facts, MW_F_DNS_MX_END, "example.net", "ok", 0);
    assert_int_equal(tried(mw_judge_facts_all(*state, facts), "calm")->tested, MW_RULED_OUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(a_chain_folds_under_its_root), UNIT(one_bad_host_does_not_excuse_another), UNIT(about_the_same_host_is_connected),
                                       UNIT(untested_is_not_fine)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
