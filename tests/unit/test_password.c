/* How hard a password is to guess: its score, and what a guesser would try first. */
#include "unit.h"

#include <mailwhy/probe.h>

extern const struct mw_probe mw_probe_password;

static const struct {
    const char *password, *mailbox, *user;
    int least, most;
    const char *guessable; /* whole list; NULL: any */
} rows[] = {
    {"password", "alice@example.org", NULL, 0, 0, "a common word, fewer than 12 characters"},
    {"Alice2019", "alice@example.org", NULL, 0, 1, "the user name or the domain, a date, fewer than 12 characters"},
    {"4l1ce", "alice@example.org", NULL, 0, 0, "the user name or the domain, fewer than 12 characters"},
    {"greenfield-mail", "alice@greenfield.example", NULL, 0, 2, NULL},
    {"bob.builder", "alice@example.org", "bob.builder", 0, 0, "the user name or the domain, fewer than 12 characters"},
    {"-----------------", "alice@example.org", NULL, 0, 0, "one sign many times"},
    {"qwertyuiop", NULL, "alice", 0, 1, NULL},
    {"abcdefghijklmnop", NULL, "alice", 0, 0, "a run of the alphabet or of numbers"},
    {"kqzjvmwxhplrtbnd", "alice@example.org", NULL, 4, 4, NULL},
    {"correct horse battery staple", "alice@example.org", NULL, 4, 4, NULL},
    {"\xe9\xe8\xff", "alice@example.org", NULL, 0, 3, NULL}, /* not UTF-8 */
    {"x", "@", "", 0, 0, NULL},
};

static void passwords_are_weighed(void **state)
{
    for (size_t i = 0; i < MW_COUNT(rows); i++) {
        const char *at = rows[i].mailbox ? strchr(rows[i].mailbox, '@') : NULL;
        struct mw_facts *facts = mw_facts_new(*state, &(struct mw_header){.vantage = "test"});
        struct mw_asked asked = {.mailbox = rows[i].mailbox, .domain = at ? at + 1 : NULL, .user = rows[i].user, .password = rows[i].password};
        const struct mw_fact *why = mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_TARGET_DOMAIN, .about = "d", .text = "d", .at = 1});
        struct mw_look look = {.facts = facts, .asked = &asked, .probe = &mw_probe_password, .why = why, .arena = *state, .outcome = MW_OK};
        assert_true(mw_probe_password.when(&look));
        mw_probe_password.start(&look);
        const struct mw_fact *score = mw_fact_find(facts, MW_F_PASSWORD_SCORE, "d"), *guessable = mw_fact_find(facts, MW_F_PASSWORD_GUESSABLE, "d");
        assert_non_null(score);
        assert_in_range(score->number, rows[i].least, rows[i].most);
        if (rows[i].guessable)
            unit_same(mw_list_join(*state, &guessable->list, ", "), rows[i].guessable, rows[i].password);
    }
}

static void the_longest_is_weighed_at_once(void **state)
{
    char *password = mw_alloc(*state, 8192);
    for (unsigned i = 0; i < 8191; i++)
        password[i] = (char)('a' + (i * 7919u >> 3) % 26);
    struct mw_facts *facts = mw_facts_new(*state, &(struct mw_header){.vantage = "test"});
    struct mw_asked asked = {.user = "alice", .password = password};
    const struct mw_fact *why = mw_fact_tell(facts, &(struct mw_fact){.id = MW_F_TARGET_DOMAIN, .about = "d", .text = "d", .at = 1});
    struct mw_look look = {.facts = facts, .asked = &asked, .probe = &mw_probe_password, .why = why, .arena = *state, .outcome = MW_OK};
    mw_probe_password.start(&look);
    assert_int_equal(mw_fact_find(facts, MW_F_PASSWORD_SCORE, "d")->number, 4);
}

static void without_a_password_there_is_nothing_to_do(void **state)
{
    (void)state;
    struct mw_asked asked = {.user = "alice"};
    struct mw_look look = {.asked = &asked};
    assert_false(mw_probe_password.when(&look));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(passwords_are_weighed),
        UNIT(the_longest_is_weighed_at_once),
        UNIT(without_a_password_there_is_nothing_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
