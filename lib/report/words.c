/* The sentences that reports share: the verdict in one sentence, and the names of severities, places and those who must act. */
#include "format.h"
#include "make.h"

#include <mailwhy/fail.h>

#include <string.h>

enum { ANY = -1, OK = MW_S_OK, DEGRADED = MW_S_DEGRADED, BROKEN = MW_S_BROKEN, UNKNOWN = MW_S_UNKNOWN };
enum { SENDING = 1, RECEIVING = 2, BOTH = 3 };

/* Servers pass the mail on, and for these legs of the users themselves nothing was found that could be tested. */
/* clang-format off */
static const struct { unsigned unknown; const char *sentence; } half_known[] = {
    {MW_SUBMIT | MW_RETRIEVE, N_("Nothing is wrong between %s and other mail servers; whether its users can send and fetch their mail could not be told.")},
    {MW_SUBMIT,               N_("Nothing is wrong between %s and other mail servers; whether its users can hand in mail could not be told.")},
    {MW_RETRIEVE,             N_("Nothing is wrong between %s and other mail servers; whether its users can fetch their mail could not be told.")},
};
/* clang-format on */

/* The first row that fits. `risk`: something works today and is dangerous. */
/* clang-format off */
static const struct { int asked, send, receive, risk; const char *sentence; } verdicts[] = {
    {BOTH,      BROKEN,   BROKEN,   ANY, N_("%s can neither send nor receive mail.")},
    {BOTH,      BROKEN,   OK,       ANY, N_("%s can receive mail, but cannot send.")},
    {BOTH,      BROKEN,   DEGRADED, ANY, N_("%s cannot send mail, and receiving is impaired.")},
    {BOTH,      BROKEN,   UNKNOWN,  ANY, N_("%s cannot send mail; whether it can receive could not be told.")},
    {BOTH,      OK,       BROKEN,   ANY, N_("%s can send mail, but cannot receive.")},
    {BOTH,      DEGRADED, BROKEN,   ANY, N_("%s cannot receive mail, and sending is impaired.")},
    {BOTH,      UNKNOWN,  BROKEN,   ANY, N_("%s cannot receive mail; whether it can send could not be told.")},
    {BOTH,      DEGRADED, DEGRADED, ANY, N_("Mail of %s works, but both sending and receiving are impaired.")},
    {BOTH,      DEGRADED, OK,       ANY, N_("%s can receive mail; sending works, but is impaired.")},
    {BOTH,      DEGRADED, UNKNOWN,  ANY, N_("Sending mail from %s is impaired; whether it can receive could not be told.")},
    {BOTH,      OK,       DEGRADED, ANY, N_("%s can send mail; receiving works, but is impaired.")},
    {BOTH,      UNKNOWN,  DEGRADED, ANY, N_("Receiving mail at %s is impaired; whether it can send could not be told.")},
    {BOTH,      OK,       UNKNOWN,  ANY, N_("Nothing is wrong with sending mail from %s; whether it can receive could not be told.")},
    {BOTH,      UNKNOWN,  OK,       ANY, N_("Nothing is wrong with receiving mail at %s; whether it can send could not be told.")},
    {BOTH,      UNKNOWN,  UNKNOWN,  ANY, N_("It could not be told whether %s can send or receive mail.")},
    {BOTH,      OK,       OK,       1,   N_("%s can send and receive mail, but something is at risk.")},
    {BOTH,      OK,       OK,       0,   N_("Nothing is wrong: %s can send and receive mail.")},
    {SENDING,   BROKEN,   ANY,      ANY, N_("%s cannot send mail.")},
    {SENDING,   DEGRADED, ANY,      ANY, N_("%s can send mail, but sending is impaired.")},
    {SENDING,   UNKNOWN,  ANY,      ANY, N_("It could not be told whether %s can send mail.")},
    {SENDING,   OK,       ANY,      1,   N_("%s can send mail, but something is at risk.")},
    {SENDING,   OK,       ANY,      0,   N_("Nothing is wrong: %s can send mail.")},
    {RECEIVING, ANY,      BROKEN,   ANY, N_("%s cannot receive mail.")},
    {RECEIVING, ANY,      DEGRADED, ANY, N_("%s can receive mail, but receiving is impaired.")},
    {RECEIVING, ANY,      UNKNOWN,  ANY, N_("It could not be told whether %s can receive mail.")},
    {RECEIVING, ANY,      OK,       1,   N_("%s can receive mail, but something is at risk.")},
    {RECEIVING, ANY,      OK,       0,   N_("Nothing is wrong: %s can receive mail.")},
};
/* clang-format on */

static int asked_of(const struct mw_report *report)
{
    int asked = (report->legs & (MW_SUBMIT | MW_SEND) ? SENDING : 0) | (report->legs & (MW_RECEIVE | MW_RETRIEVE) ? RECEIVING : 0);
    return asked ? asked : BOTH;
}

static bool fits(int wanted, int found)
{
    return wanted == ANY || wanted == found;
}

static int has_risk(const struct mw_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->findings[i].severity == MW_RISK)
            return 1;
    return 0;
}

static unsigned unknown_legs(const struct mw_report *report)
{
    static const unsigned legs[] = {MW_SUBMIT, 0, 0, MW_RETRIEVE, 0};
    unsigned unknown = 0;
    for (size_t i = 0; i < MW_COUNT(legs); i++)
        if (report->leg[i] == MW_S_UNKNOWN)
            unknown |= legs[i] & report->legs;
    return unknown;
}

/* Of a half that was not seen working it is not said that it works. */
static const char *half_verdict(const struct mw_report *report)
{
    unsigned unknown = mw_words_worst(report) == MW_S_OK ? unknown_legs(report) : 0;
    for (size_t i = 0; i < MW_COUNT(half_known); i++)
        if (half_known[i].unknown == unknown)
            return _(half_known[i].sentence);
    return NULL;
}

/* clang-format off */
static const struct { int send, receive; const char *sentence; } dns_verdicts[] = {
    {OK,       BROKEN,   N_("%s cannot receive mail; nothing in the DNS keeps it from sending.")},
    {OK,       DEGRADED, N_("Receiving mail at %s is impaired; nothing in the DNS keeps it from sending.")},
    {DEGRADED, DEGRADED, N_("Both sending and receiving mail of %s are impaired.")},
};
/* clang-format on */

/* Where only the DNS was looked at: that the servers work is not said. */
static const char *dns_verdict(const struct mw_report *report)
{
    if (mw_make_is_spf(report->facts) && report->send == MW_S_OK && !has_risk(report))
        return _("Nothing is wrong with the SPF record of %s.");
    if (mw_make_is_spf(report->facts) && report->send == MW_S_DEGRADED)
        return _("Sending mail from %s is impaired.");
    bool dns_alone = mw_text_same(report->header->question, "dns") && report->exit_status != MW_EXIT_UNKNOWN;
    for (size_t i = 0; dns_alone && i < MW_COUNT(dns_verdicts); i++)
        if (fits(dns_verdicts[i].send, (int)report->send) && fits(dns_verdicts[i].receive, (int)report->receive))
            return _(dns_verdicts[i].sentence);
    bool sends_none = report->send == MW_S_UNKNOWN && mw_make_lets_nobody_send(report->facts);
    if (dns_alone && sends_none && report->receive == MW_S_UNKNOWN && !has_risk(report))
        return _("Nothing is wrong with the DNS of %s, which says by SPF that it sends no mail; its mail servers were not asked.");
    if (!dns_alone || (report->send != MW_S_OK && !sends_none) || report->receive != MW_S_UNKNOWN)
        return NULL;
    return has_risk(report) ? _("Nothing in the DNS keeps mail of %s from working, but something is at risk; its mail servers were not asked.")
                            : _("Nothing is wrong with the DNS of %s, as far as mail is concerned; its mail servers were not asked.");
}

char *mw_words_verdict(struct mw_arena *arena, const struct mw_report *report)
{
    char *account = mw_words_account(arena, report);
    char *delivery = mw_text_same(report->header->question, "deliver") ? mw_words_delivery(arena, report) : NULL;
    const char *half = dns_verdict(report);
    half = half ? half : half_verdict(report);
    if (delivery)
        return delivery;
    if (account)
        return account;
    if (half)
        return mw_printf(arena, half, report->header->target);
    int asked = asked_of(report), risk = has_risk(report);
    for (size_t i = 0; i < MW_COUNT(verdicts); i++)
        if (verdicts[i].asked == asked && fits(verdicts[i].send, (int)report->send) && fits(verdicts[i].receive, (int)report->receive) &&
            fits(verdicts[i].risk, risk))
            return mw_printf(arena, _(verdicts[i].sentence), report->header->target);
    return mw_strdup(arena, report->header->target);
}

enum mw_state mw_words_worst(const struct mw_report *report)
{
    static const unsigned ranks[] = {[MW_S_OK] = 0, [MW_S_UNKNOWN] = 1, [MW_S_DEGRADED] = 2, [MW_S_BROKEN] = 3};
    int asked = asked_of(report);
    if (asked == SENDING)
        return report->send;
    if (asked == RECEIVING)
        return report->receive;
    return ranks[report->send] > ranks[report->receive] ? report->send : report->receive;
}

const char *mw_words_severity(enum mw_severity severity)
{
    static const char *const words[] = {N_("mail is blocked"), N_("mail is impaired"), N_("at risk"), N_("advice")};
    return _(words[severity]);
}

const char *mw_words_owner(enum mw_owner owner)
{
    static const char *const words[] = {N_("the user"), N_("the administrator of the domain or server"), N_("the provider"),
                                        N_("whoever runs the network"), N_("the other side")};
    return _(words[owner]);
}

const char *mw_words_where(enum mw_where where)
{
    static const char *const words[] = {N_("To do:"),
                                        N_("To do in the DNS:"),
                                        N_("To do at the server:"),
                                        N_("To do by the user:"),
                                        N_("To do in the network:"),
                                        N_("To do at the registrar:"),
                                        N_("To do at the provider:")};
    return _(words[where]);
}

const char *mw_words_old_data(struct mw_arena *arena, const struct mw_report *report)
{
    const struct mw_fact *old = mw_fact_first(report->facts, MW_F_DATA_OLD);
    return old ? mw_printf(arena, _("The table %s.tsv that was used is of %s, more than a year old: newer entries are not in it. --data takes another."), old->about, old->text) : NULL;
}

const char *mw_words_partial(const struct mw_report *report)
{
    if (!report->partial)
        return NULL;
    if (mw_text_same(report->partial, "out of time"))
        return _("The time was up before everything was looked at: this report is partial (--timeout gives more time).");
    return _("The run was interrupted: this report is partial.");
}

const char *mw_words_title(const char *id)
{
    const struct mw_cause *cause = mw_cause_by_id(id);
    return cause ? _(cause->title) : id;
}
