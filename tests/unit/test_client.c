/* Clients' own settings: Thunderbird, msmtp, mbsync. */
#include "unit.h"

#include <mailwhy/client.h>

#include <stdio.h>

static const char *shown(struct mw_arena *arena, const struct mw_client *client)
{
    struct mw_list lines = {0};
    mw_list_add(arena, &lines, client->kind);
    for (size_t i = 0; i < client->count; i++) {
        const struct mw_client_account *a = &client->accounts[i];
        const char *prefix = *a->prefix ? mw_printf(arena, " prefix=%s", a->prefix) : "";
        mw_list_add(arena, &lines, mw_printf(arena, "%d %s: %s %s:%d %s auth=%s user=%s from=%s trust=%s by=%s%s", a->line, a->label, a->protocol, a->host, a->port, a->security,
                                             a->auth, a->user, a->from, a->trust, a->sends_by, prefix));
    }
    return mw_list_join(arena, &lines, "\n");
}

static void check(struct mw_arena *arena, const char *file, const char *text, const char *wanted)
{
    struct mw_flaw flaw = {0};
    const struct mw_client *client = mw_client_read(arena, file, text, strlen(text), &flaw);
    const char *got = client ? shown(arena, client) : mw_printf(arena, "%d: %s [%s]", flaw.line, flaw.why, flaw.where);
    unit_same(got, wanted, file);
    assert_null(strstr(got, "geheim"));
}

static const char prefs[] = "// Mozilla User Preferences\n"
                            "/* two\nlines */\n"
                            "# a comment\n"
                            "user_pref(\"mail.account.account1.identities\", \"id1\");\n"
                            "user_pref(\"mail.account.account1.server\", \"server1\");\n"
                            "user_pref(\"mail.account.account2.server\", \"server2\");\n"
                            "user_pref(\"mail.account.account3.server\", \"server3\");\n"
                            "user_pref(\"mail.account.account3.identities\", \"id2,id3\");\n"
                            "user_pref(\"mail.account.account9.server\", \"server9\");\n"
                            "user_pref(\"mail.accountmanager.accounts\", \"account1,account2,account3\");\n"
                            "user_pref(\"mail.identity.id1.useremail\", \"alice@example.org\");\n"
                            "user_pref(\"mail.identity.id1.smtpServer\", \"smtp2\");\n"
                            "user_pref(\"mail.identity.id2.useremail\", \"b\\u00e4r\\x40example.net\");\n"
                            "user_pref(\"mail.server.server1.hostname\", \"old.example.org\");\n"
                            "user_pref(\"mail.server.server1.realhostname\", \"IMAP.example.org\");\n"
                            "user_pref(\"mail.server.server1.userName\", \"alice\");\n"
                            "user_pref(\"mail.server.server1.type\", \"imap\");\n"
                            "user_pref(\"mail.server.server1.socketType\", 3);\n"
                            "user_pref(\"mail.server.server1.authMethod\", 10);\n"
                            "user_pref(\"mail.server.server1.port\", 993);\n"
                            "user_pref(\"mail.server.server1.server_sub_directory\", \"INBOX\");\n"
                            "user_pref(\"mail.server.server2.type\", \"none\");\n"
                            "user_pref(\"mail.server.server2.hostname\", \"Local Folders\");\n"
                            "user_pref('mail.server.server3.hostname', 'pop.example.net'); user_pref(\"mail.server.server3.type\",\"pop3\");\n"
                            "user_pref(\"mail.server.server9.hostname\", \"gone.example.net\");\n"
                            "user_pref(\"mail.server.server9.type\", \"imap\");\n"
                            "user_pref(\"mail.smtpserver.smtp1.hostname\", \"smtp.example.net\");\n"
                            "user_pref(\"mail.smtpserver.smtp1.password\", \"geheim\");\n"
                            "user_pref(\"mail.smtpserver.smtp2.hostname\", \"smtp.example.org\");\n"
                            "user_pref(\"mail.smtpserver.smtp2.port\", 465);\n"
                            "user_pref(\"mail.smtpserver.smtp2.try_ssl\", 3);\n"
                            "user_pref(\"mail.smtpserver.smtp2.authMethod\", 4);\n"
                            "user_pref(\"mail.smtpserver.smtp2.username\", \"alice@example.org\");\n"
                            "user_pref(\"mail.smtpservers\", \"smtp1,smtp2\");\n"
                            "user_pref(\"mail.smtp.defaultserver\", \"smtp1\");\n"
                            "user_pref(\"x.y\", true);\n";

static void thunderbird_is_read(void **state)
{
    check(*state, "prefs.js", prefs, "thunderbird\n"
          "15 server1: imap imap.example.org:993 tls auth=oauth2 user=alice from=alice@example.org trust=system by=smtp2 prefix=INBOX\n"
          "25 server3: pop3 pop.example.net:110 none auth=password user= from=bär@example.net trust=system by=smtp1\n"
          "28 smtp1: smtp smtp.example.net:587 none auth=password user= from=bär@example.net trust=system by=\n"
          "30 smtp2: smtp smtp.example.org:465 tls auth=encrypted user=alice@example.org from=alice@example.org trust=system by=");
    check(*state, "prefs.js", "", "thunderbird");
    check(*state, "prefs.js", "\n\nuser_pref(\"a\", 1)\nuser_pref(\"b\", 2);\n", "3: not a user_pref(\"name\", value); line [a]");
    check(*state, "prefs.js", "user_pref(\"a\", \"b);\n", "1: not a user_pref(\"name\", value); line [a]");
    check(*state, "prefs.js", "user_pref(\"a\", \"\\q\");\n", "1: not a user_pref(\"name\", value); line [a]");
    check(*state, "prefs.js", "\n<html>\n", "2: not a user_pref(\"name\", value); line []");
    check(*state, "prefs.js", "user_pref(\"mail.accountmanager.accounts\", \"a\"); /* no end", "thunderbird");
}

static const char msmtprc[] = "# a comment\n"
                              "defaults\n"
                              "auth on\n"
                              "tls on\n"
                              "tls_trust_file /etc/ssl/certs/ca-certificates.crt\n"
                              "logfile ~/.msmtp.log\n"
                              "\n"
                              "account work\n"
                              "host Smtp.Example.org\n"
                              "port 587\n"
                              "from alice@example.org\n"
                              "user \"alice smith\"\n"
                              "password geheim\n"
                              "passwordeval \"echo geheim\"\n"
                              "account direct : work\n"
                              "  tls_starttls off\n"
                              "  port 465\n"
                              "  auth xoauth2\n"
                              "  tls_certcheck off\n"
                              "account plain\n"
                              "tls off\n"
                              "auth off\n"
                              "host mx.example.net\n"
                              "tls_fingerprint 00:11\n"
                              "account default : work\n";

static void msmtp_is_read(void **state)
{
    check(*state, ".msmtprc", msmtprc, "msmtp\n"
          "8 account work: smtp smtp.example.org:587 starttls auth=any user=alice smith from=alice@example.org trust=file /etc/ssl/certs/ca-certificates.crt by=\n"
          "15 account direct: smtp smtp.example.org:465 tls auth=XOAUTH2 user=alice smith from=alice@example.org trust=off by=\n"
          "20 account plain: smtp mx.example.net:25 none auth=none user= from= trust=fingerprint 00:11 by=\n"
          "25 account default: smtp smtp.example.org:587 starttls auth=any user=alice smith from=alice@example.org trust=file /etc/ssl/certs/ca-certificates.crt by=");
    check(*state, "x", "account a\nhost b\ntls\ntls_starttls off", "msmtp\n1 account a: smtp b:465 tls auth=none user= from= trust=system by=");
    check(*state, "msmtprc", "host a\n", "1: the first command is neither account nor defaults [host]");
    check(*state, "msmtprc", "account a : b\n", "1: an account that is not defined before [b]");
    check(*state, "msmtprc", "account a\nport 0\n", "2: not a port from 1 to 65535 [0]");
    check(*state, "msmtprc", "account a\nport 587x\n", "2: not a port from 1 to 65535 [587x]");
    check(*state, "msmtprc", "account a\ntls yes\n", "2: neither on nor off [yes]");
    check(*state, "msmtprc", "account a\naccount a\n", "2: an account is defined twice [a]");
    check(*state, "msmtprc", "account\n", "1: account without a name []");
    check(*state, "msmtprc", "account a\nhost\n", "2: a value is missing [host]");
}

static const char mbsyncrc[] = "# a comment\n"
                               "IMAPAccount work\n"
                               "Host Imap.example.org\n"
                               "User alice\n"
                               "Pass geheim\n"
                               "PassCmd \"echo geheim\"\n"
                               "TLSType IMAPS\n"
                               "AuthMechs LOGIN plain\n"
                               "CertificateFile \"/etc/my certs.pem\"\n"
                               "\n"
                               "IMAPStore work-remote\n"
                               "Account work\n"
                               "Path \"mail/\"\n"
                               "\n"
                               "MaildirStore work-local\n"
                               "Path ~/Mail/\n"
                               "\n"
                               "imapstore inline\n"
                               "host imap.example.net # here\n"
                               "Port 1143\n"
                               "SSLType None\n"
                               "\n"
                               "IMAPAccount default\n"
                               "Host imap.example.com\n"
                               "AuthMechs *\n"
                               "SystemCertificates no\n"
                               "IMAPAccount old\n"
                               "Host imaps:imap.example.com\n"
                               "Channel c\n"
                               "Sync All\n";

static void mbsync_is_read(void **state)
{
    check(*state, "mbsyncrc", mbsyncrc, "mbsync\n"
          "2 IMAPAccount work: imap imap.example.org:993 tls auth=LOGIN PLAIN user=alice from= trust=file /etc/my certs.pem by= prefix=mail/\n"
          "18 IMAPStore inline: imap imap.example.net:1143 none auth=any user= from= trust=system by=\n"
          "23 IMAPAccount default: imap imap.example.com:143 starttls auth=any user= from= trust=nothing by=\n"
          "27 IMAPAccount old: imap imap.example.com:993 tls auth=any user= from= trust=system by=");
    check(*state, "mbsyncrc", "IMAPAccount a\nSSLType yes\n", "2: not None, STARTTLS or IMAPS [yes]");
    check(*state, "mbsyncrc", "IMAPAccount a\nPort 70000\n", "2: not a port from 1 to 65535 [70000]");
    check(*state, "mbsyncrc", "IMAPAccount\n", "1: a section without a name [IMAPAccount]");
    check(*state, "mbsyncrc", "IMAPAccount a\nHost\n", "2: a value is missing [Host]");
}

static void kinds_are_told(void **state)
{
    (void)state;
    static const struct { const char *file, *bytes, *kind; } cases[] = {
        {"prefs.js", "", "thunderbird"}, {"/home/a/.msmtprc", "", "msmtp"}, {"/home/a/.config/msmtp/config", "", "msmtp"}, {"isyncrc", "", "mbsync"},
        {"x", "\n  account default\n", "msmtp"}, {"x", "imapaccount a\n", "mbsync"}, {"x", "// c\nuser_pref(\"a\", 1);", "thunderbird"},
        {"prefs.js", "IMAPAccount a\n", "mbsync"}, {"x", "hello", NULL}, {"x", "", NULL},
    };
    for (size_t i = 0; i < MW_COUNT(cases); i++)
        unit_same(mw_client_kind(cases[i].file, cases[i].bytes, strlen(cases[i].bytes)), cases[i].kind, cases[i].bytes);
    check(*state, "letter.txt", "hello", "0: not the settings of Thunderbird, msmtp or mbsync []");
}

static void accounts_are_bounded(void **state)
{
    char text[4096] = "", *end = text;
    for (int i = 0; i < 101; i++)
        end += snprintf(end, 30, "IMAPAccount a%d\nHost h\n", i);
    check(*state, "mbsyncrc", text, "201: more than 100 accounts []");
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(thunderbird_is_read), UNIT(msmtp_is_read), UNIT(mbsync_is_read), UNIT(kinds_are_told), UNIT(accounts_are_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
