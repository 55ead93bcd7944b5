/* A server's words and the cause that they stand for: replies that were met in the world, by provider, by software and by code. */
#include "unit.h"

#include "replies.h"

#include <regex.h>

/* clang-format off */
static const struct {
    enum mw_fact_id id;
    const char *host, *reply, *cause; /* NULL: nothing is concluded */
} met[] = {
    /* text before number: what a number means is the provider's own matter */
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 5.1.1 <a@example.org>: Recipient address rejected: User unknown in virtual mailbox table", "smtp.rcpt.user_unknown"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "554 5.7.1 <a@example.org>: Relay access denied",                    "smtp.rcpt.relay_denied"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 relay not permitted",                                           "smtp.rcpt.relay_denied"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "rep.dnsbl.listed"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "450 4.7.1 <desk>: Helo command rejected: Host not found",            "smtp.helo.unresolvable"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "504 5.5.2 <desk>: Helo command rejected: need fully-qualified hostname", "smtp.helo.invalid"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "450 4.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", "dns.ptr.missing"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "451 4.7.1 Greylisting in action, please come back later",            "smtp.greylist"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 Unrouteable address",                                           "smtp.rcpt.user_unknown"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 The mailbox you look for does not exist here", "smtp.rcpt.user_unknown"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 Administrative prohibition", "smtp.sender.rejected"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "452 4.2.2 Mailbox full",                                            "smtp.rcpt.mailbox_full"},
    {MW_F_SMTP_MAIL, "mx1.example.org", "452 4.3.1 Insufficient system storage",                             "smtp.storage.full"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "451 4.3.0 <a@example.org>: Temporary lookup failure",                "smtp.server.internal_error"},
    {MW_F_SMTP_RCPT, "aspmx.l.google.com", "550-5.1.1 The email account that you tried to reach does not exist.", "smtp.rcpt.user_unknown"},
    {MW_F_SMTP_RCPT, "aspmx.l.google.com", "550 5.2.1 The email account that you tried to reach is inactive.",   "smtp.rcpt.disabled"},
    {MW_F_SMTP_RCPT, "aspmx.l.google.com", "452 4.2.2 The recipient's inbox is out of storage space.",           "smtp.rcpt.mailbox_full"},
    {MW_F_SMTP_LOGIN, "smtp.gmail.com", "534 5.7.9 Application-specific password required.",                  "auth.app_password_required"},
    {MW_F_SMTP_LOGIN, "smtp.gmail.com", "535 5.7.8 Username and Password not accepted.",                      "auth.credentials.wrong"},
    {MW_F_IMAP_LOGIN, "imap.gmail.com", "NO [ALERT] Please log in via your web browser (Failure)", "auth.web_login_required"},
    {MW_F_SMTP_RCPT, "example-org.mail.protection.outlook.com", "550 5.4.1 Recipient address rejected: Access denied.", "smtp.rcpt.user_unknown"},
    {MW_F_SMTP_LOGIN, "smtp.office365.com", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "auth.oauth_required"},
    {MW_F_IMAP_LOGIN, "outlook.office365.com", "NO AUTHENTICATE failed.",                                           "auth.oauth_required"},
    {MW_F_SMTP_RCPT, "mx1.qq.com", "550 Mailbox unavailable or access denied",                          "smtp.rate.recipient_throttled"},
    {MW_F_SMTP_LOGIN, "smtp.qq.com", "535 Login fail. Please enter your authorization code to login.",     "auth.app_password_required"},
    {MW_F_SMTP_LOGIN, "smtp.exmail.qq.com", "535 登录失败。请使用授权码登录。",                                      "auth.app_password_required"},
    {MW_F_SMTP_LOGIN, "smtp.163.com", "535 Error: authentication failed",                                  "auth.app_password_required"},
    {MW_F_SMTP_LOGIN, "smtp.163.com", "550 User has no permission",                                        "auth.protocol.disabled_account"},
    {MW_F_SMTP_MAIL, "mxhz.163.com", "451 RP:TRC 163 smtp1,2",                                            "smtp.rate.sender_limit"},
    {MW_F_SMTP_RCPT, "mx.icloud.com", "550 5.1.1 unknown or illegal alias: a@icloud.com",                   "smtp.rcpt.user_unknown"},
    {MW_F_SMTP_LOGIN, "smtp.qiye.aliyun.com", "526 Authentication failure[1]",                                     "auth.account.locked"},
    {MW_F_SMTP_LOGIN, "smtp.qiye.aliyun.com", "526 Authentication failure",                                        "auth.credentials.wrong"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; Error: open resolver; https://check.spamhaus.org/returnc/pub/192.0.2.53/", "rep.dnsbl.query_refused"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 5.4.6 mail for example.org loops back to myself",               "smtp.loop.local"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 lowest numbered MX record points to local host",                "smtp.loop.local"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 REJECTED - Bad HELO - Host impersonating [mx1.example.org]",    "smtp.helo.impersonates"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 5.7.1 HELO name a.example does not match your IP address",      "smtp.helo.mismatch"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 5.1.1 <a@example.org>: Sender address rejected: undeliverable address: host mx said no", "smtp.sender.verify_failed"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 address a@example.org does not exist",                          "smtp.rcpt.user_unknown"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 5.7.1 <mx1.example.org>: Helo command rejected: You are not mx1.example.org", "smtp.helo.impersonates"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "450 4.7.1 Error: too many recipients from 198.18.100.2",            "smtp.rate.ip_throttled"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "451 Your sending rate of 1.0 messages per 1h exceeds the limit of 0", "smtp.rate.ip_throttled"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "450 4.7.1 rate limit exceeded",                                     "smtp.rate.ip_throttled"},
    {MW_F_SMTP_GREETING, "mx1.example.org", "421 Too many concurrent SMTP connections from this IP address; please try again later.", "smtp.concurrency.limit"},
    {MW_F_SMTP_GREETING, "mx1.example.org", "521 5.3.2 Service currently unavailable",                       NULL},
    {MW_F_SMTP_RCPT, "mx1.example.org", "450 4.3.2 Service currently unavailable",                           "smtp.greylist"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 Verification failed for <a@example.com> Called: 192.0.2.1 Response: 550 5.1.1 User unknown in virtual mailbox table Sender verify failed", "smtp.sender.verify_failed"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 5.7.0 Sender <bob@example.com> does not exist",                 "smtp.sender.rejected"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 5.1.0 <bob@example.com>: Sender address rejected: User unknown in local recipient table", "smtp.sender.rejected"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 收件人邮箱空间不足",                                             "smtp.rcpt.mailbox_full"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 用户不存在",                                                     "smtp.rcpt.user_unknown"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "552 no",                                                            "smtp.rcpt.mailbox_full"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 #5.1.0 Address rejected. (reputation)",                         "rep.ip.low"},
    {MW_F_SMTP_RCPT, "example-org.mail.protection.outlook.com", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "smtp.rcpt.relay_denied"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 5.1.7 Invalid address: sender mailbox does not exist",           "smtp.sender.rejected"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "554 5.1.1 rejected due to the sender's domain: mailbox does not exist for postmaster@example.com", "smtp.sender.rejected"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 5.7.27 Sender address has null MX",                             "smtp.sender.rejected"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "553 5.1.8 <bob@example.com>... Domain of sender address bob@example.com does not exist", "dns.sender_domain.unresolvable"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "550 5.7.1 [192.0.2.1] has been blocked: user unknown attempts",      "rep.ip.low"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "551 This server does not relay for example.org",                    "smtp.rcpt.relay_denied"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "452 4.5.3 later",                                                   "smtp.rcpt.too_many"},
    {MW_F_SMTP_MAIL, "mx1.example.org", "552 5.3.4 no",                                                      "smtp.size.exceeded"},
    /* a provider's phrases do not stand for the same thing elsewhere */
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 Error: authentication failed",                                  "auth.credentials.wrong"},
    {MW_F_SMTP_RCPT, "mx1.example.org", "451 4.7.1 Service unavailable - try again later",                   "smtp.greylist"},
    /* logins: the reason in words goes before the response code */
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO [AUTHENTICATIONFAILED] Authentication failed.",                   "auth.credentials.wrong"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO [AUTHENTICATIONFAILED] Account disabled",                         "auth.account.disabled"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO [UNAVAILABLE] Temporary authentication failure. [mail:2026-11-22 13:00:00]", "auth.backend.unavailable"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded", "imap.connection.limit"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "454 4.7.0 Temporary authentication failure: generic failure",        "auth.backend.unavailable"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",               "auth.credentials.wrong"},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR [AUTH] Authentication failed.",                                "auth.credentials.wrong"},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR [IN-USE] Mailbox is locked",                                   "imap.mailbox.locked"},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR [SYS/TEMP] please try again",                                  "auth.backend.unavailable"},
    /* any server: what says nothing of the password is no word on it */
    {MW_F_SMTP_LOGIN, "mail.example.org", "504 5.5.4 Unrecognized authentication type", "auth.mechanism.mismatch"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "501 5.5.2 Cannot decode AUTH parameter", "auth.encoding.bad"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "538 5.7.11 use TLS", "auth.tls_required"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "500 what?", NULL},
    {MW_F_SMTP_LOGIN, "mail.example.org", "550 no", NULL},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO license exceeded", NULL},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO LOGIN is disabled, use AUTHENTICATE", NULL},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR no", NULL},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO [AUTHENTICATIONFAILED] Too many failed attempts, try again in 15 minutes", "auth.account.locked"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO Can't open LDAP directory", "auth.backend.unavailable"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO invalid user or password", "auth.credentials.wrong"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO mailbox over quota, login refused", "imap.quota.full"},
    {MW_F_IMAP_LOGIN, "imap.qiye.aliyun.com", "NO 登录失败，请使用第三方客户端安全密码登录", "auth.app_password_required"},
    {MW_F_POP3_LOGIN, "pop.gmail.com", "-ERR [AUTH] Web login required: https://support.google.com/mail/answer/78754", "auth.web_login_required"},
    {MW_F_POP3_LOGIN, "pop.gmail.com", "-ERR [SYS/PERM] Your account is not enabled for POP access.", "auth.protocol.disabled_account"},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR [SYS/PERM] mailbox is damaged", "imap.index.corrupt"},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR too many connections", "imap.connection.limit"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 5.7.8 Error: authentication failed: Connection lost to authentication server", "auth.backend.unavailable"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 5.7.8 Error: authentication failed: Application password is REQUIRED", "auth.app_password_required"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 5.7.139 Authentication unsuccessful, the user credentials were locked", "auth.account.locked"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 用户被锁定", "auth.account.locked"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "421 4.7.0 mail.example.org closing connection", NULL},
    {MW_F_SMTP_LOGIN, "mail.example.org", "550 User suspended", "auth.account.disabled"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "503 5.5.1 bad sequence of commands", NULL},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 5.7.8 Error: authentication failed: no mechanism available", "auth.mechanism.mismatch"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 5.7.8 Error: authentication failed: bad protocol / cancel", "auth.encoding.bad"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 5.7.8 Error: authentication failed: Internal authentication error", "auth.backend.unavailable"},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR [AUTH] Temporary failure in user database", "auth.backend.unavailable"},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR [SYS/PERM] Unable to locate maildrop: Mailbox does not exist", "imap.mailbox.missing"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "451 Authentication failed: Maximum credits exceeded", "smtp.rate.sender_limit"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 5.7.8 Error: authentication failed: user is over daily sending limit", "smtp.rate.sender_limit"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 当前IP不在允许登录的范围内", "auth.source.restricted"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 5.7.8 nope", "auth.credentials.wrong"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 Incorrect authentication data", "auth.credentials.wrong"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 5.7.8 Error: SMTP access is not enabled for this account", "auth.protocol.disabled_account"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 帐号被锁定，请稍后再试", "auth.account.locked"},
    {MW_F_SMTP_LOGIN, "mail.example.org", "535 用户名或密码错误", "auth.credentials.wrong"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO Login failed: user is blocked", "auth.account.locked"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO IMAP service is disabled for your account", "auth.protocol.disabled_account"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO Please use your full email address as the user name", "auth.username.format"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO Logins from this network are not allowed", "auth.source.restricted"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO backend server is down", "auth.backend.unavailable"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO LOGIN Login error user no exist password error", "auth.credentials.wrong"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "NO Unknown user or incorrect password", "auth.credentials.wrong"},
    {MW_F_IMAP_LOGIN, "mail.example.org", "BAD [CLIENTBUG] too many arguments", NULL},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR authorization failed", "auth.credentials.wrong"},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR [IN-USE] mailbox is locked by another session", "imap.mailbox.locked"},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR [LOGIN-DELAY] minimum time between mail checks violation", "pop3.login_delay"},
    {MW_F_POP3_LOGIN, "mail.example.org", "-ERR TLS required to log in.", "auth.tls_required"},
    {MW_F_SIEVE_LOGIN, "mail.example.org", "NO \"Authentication failed.\"", "auth.credentials.wrong"},
    {MW_F_SIEVE_LOGIN, "mail.example.org", "NO (ENCRYPT-NEEDED) \"first TLS\"", "auth.tls_required"},
    {MW_F_SIEVE_LOGIN, "mail.example.org", "NO (TRYLATER) \"auth is down\"", "auth.backend.unavailable"},
    {MW_F_IMAP_SELECT, "mail.example.org", "NO [SERVERBUG] Internal error occurred. Refer to server log for more information.", "imap.backend.down"},
    {MW_F_IMAP_SELECT, "imap.163.com", "NO EXAMINE Unsafe Login. Please contact kefu@188.com for help",      "imap.id_required"},
    /* what proves nothing stays unexplained */
    {MW_F_SMTP_RCPT, "mx1.example.org", "250 2.1.5 Ok",                                                      NULL},
    {MW_F_SMTP_RCPT, "mx1.example.org", "450 please wait",                                                   NULL},
    {MW_F_SMTP_GREETING, "mx1.example.org", "421 4.3.2 try again later",                                         NULL},
    {MW_F_SMTP_GREETING, "mx1.example.org", "554 5.7.1 no",                                                      NULL},
    {MW_F_SMTP_MAIL, "mx1.example.org", "503 5.5.1 Error: need EHLO",                                        NULL},
    {MW_F_IMAP_LOGIN, "mail.example.org", "OK Logged in",                                                      NULL},
    {MW_F_TLS_ALERT, "mail.example.org", "550 no reply at all",                                               NULL},
};
/* clang-format on */

static void words_stand_for_causes(void **state)
{
    for (size_t i = 0; i < MW_COUNT(met); i++)
        unit_same(mw_reply_cause(*state, met[i].id, met[i].host, met[i].reply), met[i].cause, met[i].reply);
}

static void every_pattern_compiles(void **state)
{
    static const char *const patterns[] = {
#define REPLY(owner, where, pattern, cause) pattern,
#include "replies.def"
    };
    (void)state;
    for (size_t i = 0; i < MW_COUNT(patterns); i++) {
        regex_t compiled;
        if (regcomp(&compiled, patterns[i], REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0)
            fail_msg("not a pattern: %s", patterns[i]);
        regfree(&compiled);
    }
}

/* A hostile reply: bounded work, no cause. */
static void long_replies_are_read(void **state)
{
    char *reply = mw_alloc(*state, 1001);
    memset(reply, 'a', 1000);
    memcpy(reply, "550 ", 4);
    assert_string_equal(mw_reply_cause(*state, MW_F_SMTP_RCPT, "mx1.example.org", reply), "smtp.rcpt.user_unknown");
    memset(reply + 4, '(', 996);
    assert_non_null(mw_reply_cause(*state, MW_F_SMTP_RCPT, "mx1.example.org", reply));
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(words_stand_for_causes), UNIT(every_pattern_compiles), UNIT(long_replies_are_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
