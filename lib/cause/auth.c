/* Causes of a refused login, as SMTP, IMAP and POP3 servers say it, and of logins that cannot be made or should not be.
 *
 * One refused login proves little by itself: the words decide, and a login that works elsewhere with the same password takes "wrong password" back.
 * RFC 4954, RFC 4422, RFC 5530, RFC 3206, RFC 6409, RFC 7628, RFC 8314. */
#include "replies.h"
#include "settings.h"

#include <mailwhy/lang.h>

#include <string.h>

/* --- what is offered ----------------------------------------------------------------------------------------------------------------------- */

static bool is_submission(struct mw_judge *judge, const char *about)
{
    const struct mw_port_kind *kind = mw_port_kind(judge, about);
    return kind && kind->service == MW_SUBMISSION_SERVICE;
}

static void not_offered(struct mw_judge *judge)
{
    MW_EACH (offered, judge, MW_F_SMTP_AUTH) {
        bool masked = mw_know(judge, MW_F_SMTP_MASKED, offered->about);
        if (offered->list.count || masked || !is_submission(judge, offered->about) || !mw_port_matters(judge, offered->about)) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, offered->about, offered);
        mw_proof(instance, mw_know(judge, MW_F_SMTP_EXTENSIONS, offered->about));
        mw_weight(instance, MW_BLOCKS, MW_SUBMIT);
    }
    mw_reply_found(judge, "auth.not_offered");
}

/* Mechanisms inside TLS, as SASL names them: SMTP's list, IMAP's AUTH=…, POP3's SASL line. False: not known. */
static bool mechanisms_at(struct mw_judge *judge, const char *about, struct mw_list *mechanisms)
{
    struct mw_arena *arena = mw_judge_arena(judge);
    const struct mw_fact *smtp = mw_know(judge, MW_F_SMTP_AUTH, about), *imap = mw_know(judge, MW_F_IMAP_CAPABILITY, about);
    const struct mw_fact *pop3 = mw_know(judge, MW_F_POP3_CAPA, about), *fact = smtp ? smtp : imap ? imap : pop3;
    for (size_t i = 0; fact && i < fact->list.count; i++) {
        const char *item = fact->list.items[i];
        if (smtp) {
            mw_list_add(arena, mechanisms, item);
        }
        if (imap && mw_text_starts(item, "AUTH=")) {
            mw_list_add(arena, mechanisms, item + strlen("AUTH="));
        }
        struct mw_list words = pop3 && mw_text_starts(item, "SASL ") ? mw_text_split(arena, item, " ") : (struct mw_list){0};
        for (size_t j = 1; j < words.count; j++) {
            mw_list_add(arena, mechanisms, words.items[j]);
        }
    }
    return fact;
}

static bool has_word(const struct mw_list *list, const char *word)
{
    for (size_t i = 0; i < list->count; i++) {
        if (mw_text_same(list->items[i], word)) {
            return true;
        }
    }
    return false;
}

/* IMAP's LOGIN and POP3's USER take a password without any mechanism. */
static bool takes_plain_command(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *imap = mw_know(judge, MW_F_IMAP_CAPABILITY, about), *pop3 = mw_know(judge, MW_F_POP3_CAPA, about);
    return (imap && !has_word(&imap->list, "LOGINDISABLED")) || (pop3 && has_word(&pop3->list, "USER"));
}

static bool only_oauth(struct mw_judge *judge, const char *about)
{
    struct mw_list mechanisms = {0};
    if (!mechanisms_at(judge, about, &mechanisms) || !mechanisms.count || takes_plain_command(judge, about)) {
        return false;
    }
    for (size_t i = 0; i < mechanisms.count; i++) {
        if (!mw_text_same(mechanisms.items[i], "XOAUTH2") && !mw_text_same(mechanisms.items[i], "OAUTHBEARER")) {
            return false;
        }
    }
    return true;
}

/* clang-format off */
/* What a client's setting stands for. */
static const struct {
    const char *setting;
    const char *mechanisms[6];
    bool plain_command; /* LOGIN or USER does as well */
} methods[] = {
    {"password",  {"PLAIN", "LOGIN", NULL},                                                            true},
    {"encrypted", {"CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", NULL}, false},
    {"kerberos",  {"GSSAPI", NULL},                                                                    false},
    {"ntlm",      {"NTLM", NULL},                                                                      false},
    {"oauth2",    {"XOAUTH2", "OAUTHBEARER", NULL},                                                    false},
};
/* clang-format on */

static bool method_is_offered(struct mw_judge *judge, const char *setting, const char *about, const struct mw_list *offered)
{
    for (size_t i = 0; i < MW_COUNT(methods); i++) {
        if (!mw_text_same(methods[i].setting, setting)) {
            continue;
        }
        for (size_t j = 0; j < MW_COUNT(methods[i].mechanisms) && methods[i].mechanisms[j]; j++) {
            if (has_word(offered, methods[i].mechanisms[j])) {
                return true;
            }
        }
        return methods[i].plain_command && takes_plain_command(judge, about);
    }
    return has_word(offered, setting) || (mw_text_same(setting, "LOGIN") && takes_plain_command(judge, about));
}

static bool is_choice(const char *auth)
{
    return *auth && !mw_text_same(auth, "none") && !mw_text_same(auth, "any");
}

static const struct mw_fact *offer(struct mw_judge *judge, const char *about)
{
    static const enum mw_fact_id ids[] = {MW_F_SMTP_AUTH, MW_F_IMAP_CAPABILITY, MW_F_POP3_CAPA};
    for (size_t i = 0; i < MW_COUNT(ids); i++) {
        if (mw_know(judge, ids[i], about)) {
            return mw_know(judge, ids[i], about);
        }
    }
    return NULL;
}

static void settings_found(struct mw_judge *judge, const struct mw_settings *settings, const char *about, const struct mw_list *offered)
{
    struct mw_instance *instance = mw_settings_found(judge, settings, MW_F_CONFIG_AUTH, MW_BLOCKS);
    mw_proof(instance, offer(judge, about));
    mw_place(instance, "offered", mw_list_join(mw_judge_arena(judge), offered, " "));
    mw_place(instance, "method", settings->auth);
}

/* Settings whose login method the server does not have; `oauth`: it has nothing but OAuth. */
static void methods_that_miss(struct mw_judge *judge, bool oauth)
{
    MW_EACH (host, judge, MW_F_CONFIG_HOST) {
        struct mw_settings settings = mw_settings_read(judge, host);
        for (const struct mw_fact *at = NULL; is_choice(settings.auth) && (at = mw_settings_port(judge, &settings, at));) {
            struct mw_list offered = {0};
            bool known = mechanisms_at(judge, at->about, &offered) && (offered.count || takes_plain_command(judge, at->about));
            if (known && only_oauth(judge, at->about) == oauth && !method_is_offered(judge, settings.auth, at->about, &offered)) {
                settings_found(judge, &settings, at->about, &offered);
            }
        }
    }
}

static void mechanism_mismatch(struct mw_judge *judge)
{
    methods_that_miss(judge, false);
    mw_reply_found(judge, "auth.mechanism.mismatch");
}

static void found_of_password(struct mw_judge *judge, const char *cause);

static void oauth_required(struct mw_judge *judge)
{
    static const enum mw_fact_id skipped[] = {MW_F_SMTP_LOGIN_SKIPPED, MW_F_IMAP_LOGIN_SKIPPED, MW_F_POP3_LOGIN_SKIPPED};
    methods_that_miss(judge, true);
    for (size_t i = 0; i < MW_COUNT(skipped); i++) {
        MW_EACH (skip, judge, skipped[i]) {
            if (only_oauth(judge, skip->about)) {
                struct mw_instance *instance = mw_found(judge, skip->about, offer(judge, skip->about));
                mw_proof(instance, skip);
                mw_weight(instance, MW_BLOCKS, mw_port_legs(judge, skip->about));
            }
        }
    }
    found_of_password(judge, "auth.oauth_required");
}

/* --- before TLS ----------------------------------------------------------------------------------------------------------------------------- */

/* The server there takes no password in clear: it wants TLS first. */
static const struct mw_fact *wants_tls(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *imap = mw_know(judge, MW_F_IMAP_CAPABILITY_CLEAR, about), *pop3 = mw_know(judge, MW_F_POP3_CAPA_CLEAR, about);
    const struct mw_fact *smtp = mw_know(judge, MW_F_SMTP_AUTH_CLEAR, about), *inside = mw_know(judge, MW_F_SMTP_AUTH, about);
    if (imap) {
        return has_word(&imap->list, "LOGINDISABLED") && has_word(&imap->list, "STARTTLS") ? imap : NULL;
    }
    if (pop3) {
        return has_word(&pop3->list, "STLS") && !has_word(&pop3->list, "USER") ? pop3 : NULL;
    }
    return smtp && !smtp->list.count && inside && inside->list.count ? smtp : NULL;
}

static void tls_required(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_CONFIG_HOST) {
        struct mw_settings settings = mw_settings_read(judge, host);
        for (const struct mw_fact *at = NULL; mw_text_same(settings.security, "none") && (at = mw_settings_port(judge, &settings, at));) {
            const struct mw_fact *proof = wants_tls(judge, at->about);
            if (proof && !mw_text_same(settings.auth, "none")) {
                mw_proof(mw_settings_found(judge, &settings, MW_F_CONFIG_SECURITY, MW_BLOCKS), proof);
            }
        }
    }
    mw_reply_found(judge, "auth.tls_required");
}

/* Some servers list USER before TLS and refuse it there (Courier): with STLS beside it, it shows nothing. */
static bool sasl_takes_clear(const struct mw_fact *capabilities)
{
    for (size_t i = 0; i < capabilities->list.count; i++) {
        const char *item = capabilities->list.items[i];
        if (mw_text_starts(item, "SASL ") && (mw_text_find(item, " PLAIN") || mw_text_find(item, " LOGIN"))) {
            return true;
        }
    }
    return has_word(&capabilities->list, "USER") && !has_word(&capabilities->list, "STLS");
}

static bool takes_clear(const struct mw_fact *offered)
{
    if (offered->id == MW_F_SMTP_AUTH_CLEAR) {
        return has_word(&offered->list, "PLAIN") || has_word(&offered->list, "LOGIN");
    }
    return offered->id == MW_F_IMAP_CAPABILITY_CLEAR ? !has_word(&offered->list, "LOGINDISABLED") : sasl_takes_clear(offered);
}

/* A server may well let its own machine log in without TLS. */
static void plaintext_exposed(struct mw_judge *judge)
{
    static const enum mw_fact_id clear[] = {MW_F_SMTP_AUTH_CLEAR, MW_F_IMAP_CAPABILITY_CLEAR, MW_F_POP3_CAPA_CLEAR};
    for (size_t i = 0; i < MW_COUNT(clear); i++) {
        MW_EACH (offered, judge, clear[i]) {
            const struct mw_port_kind *kind = mw_port_kind(judge, offered->about);
            if (kind && !kind->implicit_tls && takes_clear(offered) && !mw_port_is_here(judge, offered->about)) {
                bool exchange = kind->service == MW_EXCHANGE; /* no program is told to log in there */
                unsigned legs = exchange ? (unsigned)MW_SUBMIT : mw_port_legs(judge, offered->about);
                mw_weight(mw_found(judge, offered->about, offered), exchange ? MW_ADVICE : MW_RISK, legs);
            }
        }
    }
}

/* --- the answer to a login ------------------------------------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct {
    enum mw_fact_id login, mechanism, oauth;
} logins[] = {
    {MW_F_SMTP_LOGIN,  MW_F_SMTP_LOGIN_MECHANISM,  MW_F_SMTP_LOGIN_OAUTH},
    {MW_F_IMAP_LOGIN,  MW_F_IMAP_LOGIN_MECHANISM,  MW_F_IMAP_LOGIN_OAUTH},
    {MW_F_POP3_LOGIN,  MW_F_POP3_LOGIN_MECHANISM,  MW_F_POP3_LOGIN_OAUTH},
    {MW_F_SIEVE_LOGIN, MW_F_SIEVE_LOGIN_MECHANISM, MW_F_SIEVE_LOGIN_OAUTH},
};
/* clang-format on */

static bool is_success(const struct mw_fact *login)
{
    return mw_reply_code(login) == 235 || mw_text_starts(login->text, "OK") || mw_text_starts(login->text, "+OK");
}

static bool any_login(struct mw_judge *judge)
{
    for (size_t i = 0; i < MW_COUNT(logins); i++) {
        if (mw_each(judge, logins[i].login, NULL)) {
            return true;
        }
    }
    return false;
}

/* A login of the run that worked; NULL: none. The credentials are the same everywhere. */
static const struct mw_fact *success(struct mw_judge *judge)
{
    for (size_t i = 0; i < MW_COUNT(logins); i++) {
        MW_EACH (login, judge, logins[i].login) {
            if (is_success(login)) {
                return login;
            }
        }
    }
    return NULL;
}

/* The login was made with an access token: no password was judged. */
static bool with_token(struct mw_judge *judge, const struct mw_fact *login)
{
    for (size_t i = 0; i < MW_COUNT(logins); i++) {
        const struct mw_fact *mechanism = mw_know(judge, logins[i].mechanism, login->about);
        if (logins[i].login == login->id && mechanism) {
            return mw_text_same(mechanism->text, "XOAUTH2") || mw_text_same(mechanism->text, "OAUTHBEARER");
        }
    }
    return false;
}

/* The server sees another TLS connection than we do: it stopped before the password (RFC 5802 section 7). */
static bool is_about_binding(const struct mw_fact *login)
{
    return login->quote && mw_text_starts(login->quote, "e=") && mw_text_find(login->quote, "channel-binding");
}

/* The cause once for each reply that says it of a password. */
static void found_of_password(struct mw_judge *judge, const char *cause)
{
    for (const struct mw_said *said = mw_reply_saying(mw_replies(judge), cause); said; said = mw_reply_saying(said->next, cause)) {
        if (!with_token(judge, said->fact) && !is_about_binding(said->fact)) {
            mw_said_found(judge, said);
        }
    }
}

static void app_password(struct mw_judge *judge)
{
    found_of_password(judge, "auth.app_password_required");
}

static void credentials_wrong(struct mw_judge *judge)
{
    if (!success(judge)) {
        found_of_password(judge, "auth.credentials.wrong");
    }
}

/* --- tokens */

static struct mw_instance *token_found(struct mw_judge *judge, const struct mw_fact *proof)
{
    struct mw_instance *instance = mw_found(judge, proof->about, proof);
    mw_weight(instance, MW_BLOCKS, mw_port_legs(judge, proof->about));
    return instance;
}

/* The server's reason names the token; or it refused the login as it would refuse a password. */
static void token_invalid(struct mw_judge *judge)
{
    for (size_t i = 0; i < MW_COUNT(logins); i++) {
        MW_EACH (reason, judge, logins[i].oauth) {
            struct mw_instance *instance = token_found(judge, reason);
            mw_proof(instance, mw_know(judge, logins[i].login, reason->about));
            mw_confidence(instance, 0.93);
        }
        const char *cause = "auth.credentials.wrong";
        for (const struct mw_said *said = mw_reply_saying(mw_replies(judge), cause); said; said = mw_reply_saying(said->next, cause)) {
            bool is_ours = said->fact->id == logins[i].login && with_token(judge, said->fact);
            if (is_ours && !mw_know(judge, logins[i].oauth, said->fact->about)) {
                mw_confidence(token_found(judge, said->fact), 0.7);
            }
        }
    }
}

/* "Wrong password" from one service, where another takes that very password: the service is closed to the account. */
static void disabled_account(struct mw_judge *judge)
{
    const struct mw_fact *works = success(judge);
    mw_reply_found(judge, "auth.protocol.disabled_account");
    for (const struct mw_said *said = mw_replies(judge); works && (said = mw_reply_saying(said, "auth.credentials.wrong")); said = said->next) {
        if (is_about_binding(said->fact)) {
            continue;
        }
        struct mw_instance *instance = mw_said_found(judge, said);
        mw_proof(instance, works);
        mw_confidence(instance, 0.6);
    }
}

/* The domain says what form the name has, and the settings have the other one of the same account. */
static void form_in_settings(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_CONFIG_HOST) {
        struct mw_settings settings = mw_settings_read(judge, host);
        struct mw_user_form form;
        if (!mw_settings_form(judge, &settings, &form)) {
            continue;
        }
        bool is_its_own = mw_text_same(settings.user, form.local) || mw_text_same(settings.user, form.address);
        if (is_its_own && !mw_text_same(settings.user, mw_user_form_right(&form))) {
            struct mw_instance *instance = mw_settings_found(judge, &settings, MW_F_CONFIG_USER, MW_BLOCKS);
            mw_proof(instance, form.published);
            mw_confidence(instance, 0.8);
            mw_place(instance, "right", mw_user_form_right(&form));
        }
    }
}

/* The name of this run's logins: --user, else the mailbox; NULL: not known. */
static const char *login_name(struct mw_judge *judge)
{
    const struct mw_header *header = mw_facts_header(mw_judge_facts(judge));
    const struct mw_fact *mailbox = mw_each(judge, MW_F_TARGET_MAILBOX, NULL);
    for (size_t i = 0; i < header->options.count; i++) {
        if (mw_text_starts(header->options.items[i], "user=")) {
            return header->options.items[i] + strlen("user=");
        }
    }
    return mailbox ? mailbox->about : NULL;
}

/* The other form of the name: the part before the @, or the address of the mailbox; NULL: it has none, or it is not known. */
static const char *other_form(struct mw_judge *judge, const char *name)
{
    const struct mw_fact *mailbox = mw_each(judge, MW_F_TARGET_MAILBOX, NULL);
    const char *at = strchr(name, '@'), *end = mailbox ? strchr(mailbox->about, '@') : NULL;
    if (at) {
        return mw_strndup(mw_judge_arena(judge), name, (size_t)(at - name));
    }
    bool same = end && mw_text_same(name, mw_strndup(mw_judge_arena(judge), mailbox->about, (size_t)(end - mailbox->about)));
    return same ? mailbox->about : NULL;
}

static struct mw_instance *form_found(struct mw_judge *judge, const struct mw_said *said)
{
    const char *name = login_name(judge), *right = name ? other_form(judge, name) : NULL;
    struct mw_instance *instance = mw_said_found(judge, said);
    mw_place(instance, "user", name ? name : "-");
    mw_place(instance, "right", right ? right : "-");
    return instance;
}

/* The form that is published for that port, where it is not the one that was used. */
static const struct mw_fact *another_published(struct mw_judge *judge, const char *about)
{
    const struct mw_fact *published = mw_know(judge, MW_F_SERVICE_USERNAME, mw_port_place(judge, about));
    const char *name = login_name(judge);
    if (!published || !name) {
        return NULL;
    }
    bool wants_address = mw_text_same(published->text, "address"), wants_local = mw_text_same(published->text, "localpart");
    return (wants_address && !strchr(name, '@')) || (wants_local && strchr(name, '@')) ? published : NULL;
}

/* A login that was refused with words on the name, or with the name in another form than the domain publishes. */
static void form_at_login(struct mw_judge *judge)
{
    const char *said_so = "auth.username.format", *refused = "auth.credentials.wrong";
    const struct mw_said *said = mw_replies(judge);
    while (!success(judge) && (said = mw_reply_saying(said, said_so))) {
        form_found(judge, said);
        said = said->next;
    }
    for (said = mw_replies(judge); !success(judge) && (said = mw_reply_saying(said, refused)); said = said->next) {
        const struct mw_fact *published = another_published(judge, said->fact->about);
        if (published) {
            struct mw_instance *instance = form_found(judge, said);
            mw_proof(instance, published);
            mw_confidence(instance, 0.85);
        }
    }
}

static void username_format(struct mw_judge *judge)
{
    form_in_settings(judge);
    form_at_login(judge);
}

/* What shows that the server there wants a login; NULL: nothing. On port 25 an offer is none: a server inside may know its own network. */
static const struct mw_fact *wants_login(struct mw_judge *judge, const struct mw_settings *settings, const char *about)
{
    const struct mw_fact *offered = mw_know(judge, MW_F_SMTP_AUTH, about), *mail = mw_know(judge, MW_F_SMTP_MAIL, about);
    if (mw_reply_code(mail) == 530) {
        return mail;
    }
    bool for_clients = settings->port == 465 || settings->port == 587;
    return for_clients && offered && offered->list.count ? offered : NULL;
}

/* The settings say no login, and the server there wants one. */
static void missing_for_relay(struct mw_judge *judge)
{
    MW_EACH (host, judge, MW_F_CONFIG_HOST) {
        struct mw_settings settings = mw_settings_read(judge, host);
        bool silent = settings.leg == MW_SUBMIT && mw_text_same(settings.auth, "none");
        for (const struct mw_fact *at = NULL; silent && (at = mw_settings_port(judge, &settings, at));) {
            const struct mw_fact *proof = wants_login(judge, &settings, at->about);
            if (proof) {
                struct mw_instance *instance = mw_settings_found(judge, &settings, MW_F_CONFIG_AUTH, MW_BLOCKS);
                mw_proof(instance, proof);
                mw_confidence(instance, proof->id == MW_F_SMTP_MAIL ? 0.95 : 0.8);
            }
        }
    }
}

/* --- the password itself -------------------------------------------------------------------------------------------------------------------- */

#define SAFE_SCORE 3 /* from here on it withstands guessing over the net */

/* That it is the account's own, only a login shows; one that was refused is anybody's. */
static void password_weak(struct mw_judge *judge)
{
    const struct mw_fact *works = success(judge);
    MW_EACH (score, judge, MW_F_PASSWORD_SCORE) {
        if (score->number >= SAFE_SCORE || (!works && any_login(judge))) {
            continue;
        }
        struct mw_instance *instance = mw_found(judge, score->about, score);
        mw_proof(instance, mw_know(judge, MW_F_PASSWORD_GUESSABLE, score->about));
        mw_proof(instance, works);
        mw_confidence(instance, works ? 0.9 : 0.7);
    }
}

/* --- causes that a server's words alone prove ---------------------------------------------------------------------------------------------- */

#define BY_WORDS(name, id)                                                                                                                                 \
    static void name(struct mw_judge *judge)                                                                                                               \
    {                                                                                                                                                      \
        mw_reply_found(judge, id);                                                                                                                         \
    }

BY_WORDS(account_locked, "auth.account.locked")
BY_WORDS(account_disabled, "auth.account.disabled")
BY_WORDS(disabled_tenant, "auth.protocol.disabled_tenant")
BY_WORDS(web_login, "auth.web_login_required")
BY_WORDS(source_restricted, "auth.source.restricted")
BY_WORDS(backend_unavailable, "auth.backend.unavailable")
BY_WORDS(from_not_owned, "auth.from.not_owned")
BY_WORDS(rate_limited, "auth.rate.limited")
BY_WORDS(password_expired, "auth.password.expired")
BY_WORDS(encoding_bad, "auth.encoding.bad")

/* --- the rows ------------------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct mw_cause causes[] = {
    {
        .id = "auth.not_offered",
        .legs = MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_ADMIN,
        .title = N_("The submission port offers no login"),
        .says = N_("At {about} no AUTH is listed, inside TLS either. Mail programs cannot log in there, so they cannot send."),
        .fix = {
            {MW_AT_SERVER, N_("Switch login on for this port. In Postfix:"),
             "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth"},
            {MW_AT_CLIENT, N_("If {host} is not the server for sending, enter the one that the provider names, with port 465 or 587."), NULL},
        },
        .reference = "RFC 4954 section 3; RFC 6409 section 4.3",
        .any = {MW_F_SMTP_AUTH, MW_F_SMTP_LOGIN},
        .holds = not_offered,
        .alike = {
            {"auth.tls_required", N_("AUTH appears only after STARTTLS: then the login just needs encryption.")},
        },
        .explains = {"auth.missing_for_relay", "auth.mechanism.mismatch", "sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.tls_required",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("The server takes a login only after encryption"),
        .says = N_("{about}: the server wants TLS before it takes a password, and the login is tried without it ({value})."),
        .fix = {
            {MW_AT_CLIENT, N_("Set the connection security to SSL/TLS (ports 465, 993, 995), or to STARTTLS (ports 587, 143, 110)."), NULL},
        },
        .reference = "RFC 8314 section 3; RFC 9051 section 6.2.3; RFC 3207",
        .any = {MW_F_CONFIG_SECURITY, MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN},
        .holds = tls_required,
        .alike = {
            {"auth.not_offered", N_("No login is offered inside TLS either.")},
        },
        .explains = {"sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.mechanism.mismatch",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("Mail program and server have no login method in common"),
        .says = N_("{about}: the login method in use ({value}) is not among those that the server offers."),
        .fix = {
            {MW_AT_CLIENT, N_("Set the authentication method to “Normal password” together with SSL/TLS or STARTTLS."), NULL},
            {MW_AT_SERVER, N_("Or offer the method at the server (Dovecot: auth_mechanisms)."),
             "auth_mechanisms = plain login"},
        },
        .reference = "RFC 4422; RFC 4954 section 4",
        .any = {MW_F_CONFIG_AUTH, MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN},
        .holds = mechanism_mismatch,
        .alike = {
            {"auth.oauth_required", N_("The server offers nothing but XOAUTH2 or OAUTHBEARER.")},
            {"auth.credentials.wrong", N_("The method runs, and its answer is that the password is wrong.")},
        },
        .explains = {"sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.oauth_required",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("The provider no longer takes passwords here, only OAuth2"),
        .says = N_("{about}: the server takes a sign-in by OAuth2 only ({value}). A password is refused even where it is right."),
        .fix = {
            {MW_AT_CLIENT, N_("Choose OAuth2 as authentication method in the mail program, or remove the account and add it again so that the "
                              "sign-in page of the provider opens. Programs that cannot do this must be updated."), NULL},
        },
        .reference = "RFC 7628",
        .any = {MW_F_CONFIG_AUTH, MW_F_SMTP_LOGIN_SKIPPED, MW_F_IMAP_LOGIN_SKIPPED, MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN},
        .holds = oauth_required,
        .alike = {
            {"auth.app_password_required", N_("The provider still gives out app passwords for mail programs.")},
        },
        .explains = {"auth.mechanism.mismatch", "auth.credentials.wrong", "sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.app_password_required",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("Mail programs need an app password here, not the password of the website"),
        .says = N_("At {about} the login is refused: “{value}”. The provider wants a separate code for mail programs (app password, client "
                   "authorisation code)."),
        .fix = {
            {MW_AT_PROVIDER, N_("Sign in to the webmail, switch on IMAP, POP3 or SMTP in the settings, and create an app password (authorisation "
                                "code)."), NULL},
            {MW_AT_CLIENT, N_("Put that code into the password field of the mail program, without blanks."), NULL},
        },
        .reference = "RFC 4954 section 6 (534 5.7.9)",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = app_password,
        .alike = {
            {"auth.credentials.wrong", N_("The webmail refuses the same password too.")},
            {"auth.protocol.disabled_account", N_("The service is switched off for the mailbox: the code alone does not help.")},
        },
        .explains = {"sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.credentials.wrong",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("User name or password is wrong"),
        .says = N_("At {about} the login is refused: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Type the password again by hand; beware of blanks at the ends and of the keyboard layout. Delete the saved "
                              "password in the mail program, for receiving and for sending."), NULL},
            {MW_AT_PROVIDER, N_("If the webmail refuses it too, have the password reset."), NULL},
        },
        .reference = "RFC 4954 section 6; RFC 5530; RFC 3206",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = credentials_wrong,
        .alike = {
            {"auth.app_password_required", N_("The webmail takes this password: then the provider wants an app password.")},
            {"auth.account.locked", N_("It works again some time later.")},
            {"auth.username.format", N_("Another spelling of the user name works (whole address, or the part before the @).")},
        },
        .explains = {"sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.username.format",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("The user name has the wrong form"),
        .says = N_("The login at {host} is made as {user}, but the server wants the user name in another form: the whole address, or the part before the @."),
        .fix = {
            {MW_AT_CLIENT, N_("Enter this user name, for receiving and for sending:"),
             "{right}"},
        },
        .reference = "RFC 6186 section 4",
        .any = {MW_F_CONFIG_USER, MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = username_format,
        .alike = {
            {"auth.credentials.wrong", N_("Both forms of the name are refused.")},
        },
        .explains = {"auth.credentials.wrong", "sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.account.locked",
        .legs = MW_SUBMIT | MW_RETRIEVE | MW_ACCOUNT, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("Account or address is locked after too many failed logins"),
        .says = N_("At {about} the login is refused: “{value}”. The right password is refused as well while the lock lasts."),
        .fix = {
            {MW_AT_CLIENT, N_("Stop every device that has the old password, wait (often 30 to 60 minutes), then log in once with the right one."), NULL},
            {MW_AT_PROVIDER, N_("The administrator can take the lock away, and see in the log who was guessing."), NULL},
        },
        .reference = "RFC 4954 section 4; RFC 5530",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = account_locked,
        .alike = {
            {"auth.account.disabled", N_("Waiting does not help.")},
        },
        .explains = {"auth.rate.limited", "auth.credentials.wrong", "sym:account.login_alert", "sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.account.disabled",
        .legs = MW_SUBMIT | MW_RETRIEVE | MW_ACCOUNT, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_PROVIDER,
        .title = N_("The account is switched off"),
        .says = N_("At {about} the login is refused: “{value}”. The account is suspended, deleted, unpaid or disabled; the password is not the point."),
        .fix = {
            {MW_AT_PROVIDER, N_("Ask the administrator of the domain or the provider to switch the account on again, and for the reason."), NULL},
        },
        .reference = "RFC 5248 (X.7.13); RFC 5530",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = account_disabled,
        .alike = {
            {"auth.account.locked", N_("It works again by waiting.")},
        },
        .explains = {"smtp.rcpt.disabled", "auth.credentials.wrong", "sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.protocol.disabled_account",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("IMAP, POP3 or SMTP is switched off for this mailbox"),
        .says = N_("At {about} the login is refused: “{value}”. The password is not the point: this service is not open to the mailbox."),
        .fix = {
            {MW_AT_PROVIDER, N_("Sign in to the webmail and switch the service on (Settings, POP3/SMTP/IMAP); in a company the administrator "
                                "does it for the member."), NULL},
        },
        .reference = "RFC 5530 (NOPERM)",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = disabled_account,
        .alike = {
            {"auth.protocol.disabled_tenant", N_("Colleagues cannot connect either.")},
        },
        .explains = {"auth.credentials.wrong", "sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.protocol.disabled_tenant",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_ADMIN,
        .title = N_("The administrator has switched this way of logging in off for the whole organisation"),
        .says = N_("At {about} the login is refused: “{value}”. It is off for every account of the organisation."),
        .fix = {
            {MW_AT_PROVIDER, N_("The administrator has to allow it: authenticated SMTP for the organisation and the mailbox, or the members in "
                                "the scope of client access."), NULL},
        },
        .reference = "RFC 4954 section 6",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = disabled_tenant,
        .alike = {
            {"auth.protocol.disabled_account", N_("Colleagues can connect.")},
        },
        .explains = {"auth.protocol.disabled_account", "auth.credentials.wrong", "sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.web_login_required",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("The provider is suspicious and wants a sign-in by browser first"),
        .says = N_("At {about} the login is refused: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Sign in to the webmail from the same network, confirm that it was you, and try the mail program again within "
                              "minutes."), NULL},
        },
        .reference = "RFC 5530 (ALERT)",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = web_login,
        .alike = {
            {"auth.app_password_required", N_("It happens always, not only from a new place.")},
        },
        .explains = {"sym:account.login_alert", "sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.source.restricted",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_ADMIN,
        .title = N_("Logins from this network or with this program are not allowed"),
        .says = N_("At {about} the login is refused: “{value}”. A rule allows it only from other places or with other programs."),
        .fix = {
            {MW_AT_NETWORK, N_("Connect from the office or by the VPN, or have the administrator extend the rule."), NULL},
        },
        .reference = "RFC 5530 (NOPERM)",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SMTP_GREETING},
        .holds = source_restricted,
        .alike = {
            {"auth.web_login_required", N_("A sign-in by browser cures it.")},
        },
        .explains = {"sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.backend.unavailable",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_ADMIN,
        .title = N_("The server cannot check passwords at the moment"),
        .says = N_("At {about} the answer to the login is “{value}”. The password was not looked at: what checks it is down, for all users."),
        .fix = {
            {MW_AT_SERVER, N_("Bring back what {host} checks passwords with (Dovecot auth, LDAP, database, Active Directory) and its rights; for "
                              "Postfix look at the socket private/auth."),
             "doveadm auth test USER"},
        },
        .reference = "RFC 4954 section 6 (454 4.7.0); RFC 5530 (UNAVAILABLE)",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = backend_unavailable,
        .alike = {
            {"auth.account.locked", N_("Only this account is affected.")},
        },
        .explains = {"imap.backend.down", "sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.missing_for_relay",
        .legs = MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("The mail program sends without logging in"),
        .says = N_("{account} is set to send by {host} without a login, and that server wants one."),
        .fix = {
            {MW_AT_CLIENT, N_("Switch authentication for the outgoing server on, with the same user name and password as for receiving, on port 465 or "
                              "587."),
             "auth on"},
        },
        .reference = "RFC 6409 section 4.3; RFC 4954",
        .needs = {MW_F_CONFIG_AUTH},
        .holds = missing_for_relay,
        .alike = {
            {"auth.not_offered", N_("The server has no login to give.")},
        },
        .explains = {"smtp.rcpt.relay_denied", "sym:submit.reject", NULL},
    },
    {
        .id = "auth.from.not_owned",
        .legs = MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_ENVELOPE, .owner = MW_USER,
        .title = N_("The login may not send with this address"),
        .says = N_("At {about} the sender is refused after the login: “{value}”. The address does not belong to the account that logged in."),
        .fix = {
            {MW_AT_CLIENT, N_("Send with the address of the account, or bind each address to its own outgoing server."), NULL},
            {MW_AT_SERVER, N_("Or give the account the address as alias (Postfix: smtpd_sender_login_maps)."), NULL},
        },
        .reference = "RFC 6409 section 6.1",
        .any = {MW_F_SMTP_MAIL, MW_F_SMTP_RCPT},
        .holds = from_not_owned,
        .alike = {
            {"smtp.sender.rejected", N_("The server of the other side objects, not your own.")},
        },
        .explains = {"sym:submit.reject", NULL},
    },
    {
        .id = "auth.plaintext.exposed",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_RISK, .layer = MW_L_LOGIN, .owner = MW_ADMIN,
        .title = N_("Passwords can be sent without encryption"),
        .says = N_("At {about} logins are taken before TLS. A program that is set wrongly, or somebody on the path, gets the password in clear."),
        .fix = {
            {MW_AT_SERVER, N_("Allow logins only inside TLS. Dovecot: ssl = required and disable_plaintext_auth = yes. Postfix: smtpd_tls_auth_only = "
                              "yes."),
             "smtpd_tls_auth_only = yes"},
        },
        .reference = "RFC 8314 section 4.1",
        .any = {MW_F_SMTP_AUTH_CLEAR, MW_F_IMAP_CAPABILITY_CLEAR, MW_F_POP3_CAPA_CLEAR},
        .holds = plaintext_exposed,
        .alike = {
            {"net.starttls.stripped", N_("From another network the server asks for TLS first.")},
        },
        .explains = {"account.compromised", NULL},
    },
    {
        .id = "auth.rate.limited",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_DEGRADES, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("Too many logins in a short time"),
        .says = N_("At {about} the login is refused for now: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Fetch mail less often (every 5 to 15 minutes) and close programs that do the same work twice."), NULL},
        },
        .reference = "RFC 5530 (LIMIT); RFC 2449 section 8.1.1",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = rate_limited,
        .alike = {
            {"auth.account.locked", N_("It came after failed logins, not after many good ones.")},
        },
        .explains = {"sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.password.expired",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("The password has expired"),
        .says = N_("At {about} the login is refused: “{value}”. The password must be changed first."),
        .fix = {
            {MW_AT_PROVIDER, N_("Sign in to the webmail, change the password, then enter the new one on every device."), NULL},
        },
        .reference = "RFC 5530 (EXPIRED); RFC 4954 section 6 (432 4.7.12)",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = password_expired,
        .explains = {"auth.credentials.wrong", "sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.encoding.bad",
        .legs = MW_SUBMIT, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("User name or password are damaged on the way to the server"),
        .says = N_("At {about} what the login sent cannot be read: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Try a password of plain ASCII letters and digits, and check the quoting in the configuration file of the program."), NULL},
        },
        .reference = "RFC 4616; RFC 4954 section 4",
        .any = {MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN, MW_F_SIEVE_LOGIN},
        .holds = encoding_bad,
        .explains = {"sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "auth.oauth.token_invalid",
        .legs = MW_SUBMIT | MW_RETRIEVE, .severity = MW_BLOCKS, .layer = MW_L_LOGIN, .owner = MW_USER,
        .title = N_("The OAuth2 sign-in is refused: the token is too old, withdrawn or not for mail"),
        .says = N_("At {about} the access token is refused: “{value}”."),
        .fix = {
            {MW_AT_CLIENT, N_("Sign in again in the mail program (remove the account and add it again where it does not ask). Check the clock of this machine."), NULL},
            {MW_AT_PROVIDER, N_("The administrator has to allow the program to use IMAP, POP3 or SMTP in the name of the user."), NULL},
        },
        .reference = "RFC 7628 section 3.2.2; RFC 6750 section 3.1",
        .any = {MW_F_SMTP_LOGIN_OAUTH, MW_F_IMAP_LOGIN_OAUTH, MW_F_POP3_LOGIN_OAUTH, MW_F_SMTP_LOGIN, MW_F_IMAP_LOGIN, MW_F_POP3_LOGIN},
        .holds = token_invalid,
        .alike = {
            {"tls.clock.skew", N_("The clock of this machine is wrong: a new token is refused as well.")},
            {"auth.protocol.disabled_account", N_("A token that was made a moment ago is refused too, and colleagues can log in.")},
        },
        .explains = {"sym:submit.auth_fail", "sym:retrieve.auth_fail", NULL},
    },
    {
        .id = "account.password.weak",
        .legs = MW_ACCOUNT, .severity = MW_RISK, .layer = MW_L_MAILBOX, .owner = MW_USER,
        .title = N_("The password is easy to guess"),
        .says = N_("The password that was given scores {value} of 4: whoever tries common words, names, dates and keyboard rows soon finds it, and then sends and "
                   "reads mail in your name."),
        .fix = {
            {MW_AT_PROVIDER, N_("Choose a long one that nobody has used before, such as five words picked by dice or the proposal of a password manager, and enter "
                                "it on every device. Switch two-step sign-in on where the provider has it."), NULL},
        },
        .reference = "NIST SP 800-63B-4 section 3.1.1",
        .needs = {MW_F_PASSWORD_SCORE},
        .holds = password_weak,
        .explains = {"account.compromised", NULL},
    },
};
/* clang-format on */

const struct mw_area mw_area_auth = {"auth", causes, MW_COUNT(causes)};
