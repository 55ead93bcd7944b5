"""What is wrong on the command line or in a file gets one clear line and the right exit status, and nothing else is done."""

import os
import stat

import pytest

from programs import FACT, HEADER, mailwhy, one_line

USAGE, DATA, NO_INPUT, CANNOT_WRITE = 64, 65, 66, 74


@pytest.mark.parametrize("words, pattern", [
    ((), r"what is to be checked\?.*mailwhy check"),
    (("check",), r"a target is missing: mailwhy check user@example\.org"),
    (("check", "a@example.org", "b@example.org"), r"'b@example\.org' is one too many"),
    (("check", ""), r"target is empty"),
    (("check", "alice"), r"'alice' is neither an address nor a domain"),
    (("check", "@example.org"), r"nothing stands before the @"),
    (("check", "alice@"), r"no valid domain"),
    (("check", "a@b@example.org"), r"needs quotes"),
    (("check", ".alice@example.org"), r"a dot stands"),
    (("check", "al ice@example.org"), r"needs quotes"),
    (("check", "al\x1b[31mice@example.org"), r"control character"),
    (("check", "x" * 65 + "@example.org"), r"more than 64 bytes"),
    (("check", "alice@[192.0.2.1]"), r"names an IP address instead of a domain"),
    (("check", "alice@" + ".".join(["a" * 59] * 5)), r"no valid domain: .*253|no valid domain: .*longer"),
    (("check", "alice@example..org"), r"no valid domain: empty label"),
    (("check", "alice@" + "a" * 64 + ".org"), r"no valid domain: .*label"),
    (("check", "192.0.2.1"), r"'192\.0\.2\.1' is an IP address.*mailwhy smtp 192\.0\.2\.1"),
    (("check", "[2001:db8::1]"), r"is an IP address.*mailwhy smtp 2001:db8::1"),
    (("check", "2001:db8::1"), r"is an IP address"),
    (("check", "https://mail.example.org/inbox"), r"is a URL; .*: mail\.example\.org$"),
    (("check", "mailto:alice@example.org?subject=x"), r"is a URL; .*: alice@example\.org$"),
    (("check", "mail.example.org:25"), r"names a port"),
    (("smtp", "mail.example.org:0"), r"a port is a number from 1 to 65535"),
    (("smtp", "mail.example.org:70000"), r"a port is a number from 1 to 65535"),
    (("smtp", "mail.example.org:"), r"a port is a number from 1 to 65535"),
    (("smtp", "[::1]25"), r"a port is a number from 1 to 65535"),
    (("imap", "mail..example.org:993"), r"no valid domain: empty label"),
    (("tls", "mail.example.org:4433"), r"Say so with --service"),
    (("dns", "--spf"), r"a domain is missing"),
    (("dns", "--spf", "a..example.org"), r"no valid domain: empty label"),
    (("dns", "--spf", "--ip", "192.0.2.300", "--from", "a@example.org"), r"--ip takes an IP address like .* not '192\.0\.2\.300'"),
    (("dns", "--spf", "--ip", "192.0.2.1", "--from", "example.org"), r"--from takes an address like .* not 'example\.org'"),
    (("dns", "--spf", "--ip", "192.0.2.1", "--from", "<>"), r"a domain is missing"),
    (("dns", "--spf", "--ip", "192.0.2.1", "--from", "a\n@example.org"), r"value of --from holds a control character"),
    (("dns", "--spf", "--ip", "192.0.2.1", "--helo", "a\x1bb"), r"value of --helo holds a control character"),
    (("dns", "example.org", "--helo", "mail.example.org"), r"give --ip too"),
    (("smtp", "--spf", "example.org"), r"--spf is for mailwhy dns alone"),
    (("check", "--spf", "example.org"), r"--spf is for mailwhy dns alone"),
    (("chek", "alice@example.org"), r"no command 'chek'; did you mean 'check'\?"),
    (("xyzzyxyzzy",), r"neither a command nor an address"),
    (("check", "alice@example.org", "--jsno"), r"no option --jsno; did you mean --json\?"),
    (("check", "alice@example.org", "--format", "jsn"), r"--format does not know 'jsn'; did you mean 'json'\?"),
    (("check", "alice@example.org", "--format=pdf"), r"--format does not know 'pdf'"),
    (("check", "alice@example.org", "--json", "--format", "text"), r"give one of them"),
    (("check", "alice@example.org", "--only", "smpt"), r"--only does not know 'smpt'; did you mean 'smtp'\?"),
    (("check", "alice@example.org", "--skip", "mxx"), r"--skip does not know 'mxx'; did you mean 'mx'\?"),
    (("check", "alice@example.org", "--timeout", "0"), r"--timeout takes a number from 0\.1 to 3600"),
    (("check", "alice@example.org", "--timeout", "soon"), r"not 'soon'"),
    (("check", "alice@example.org", "--retry", "0"), r"--retry takes a number from 1 to 3000, not '0'"),
    (("check", "alice@example.org", "--retry", "nan"), r"--retry takes a number from 1 to 3000"),
    (("check", "alice@example.org", "--retry", "1e300000"), r"--retry takes a number from 1 to 3000"),
    (("check", "alice@example.org", "--size", "0"), r"--size takes a number from 1 to 4294967295, not '0'"),
    (("check", "alice@example.org", "--size", "4294967296"), r"--size takes a number from 1 to 4294967295"),
    (("check", "alice@example.org", "--size", "1.5"), r"--size takes a whole number, not '1\.5'"),
    (("check", "alice@example.org", "--size", "10M"), r"not '10M'"),
    (("check", "alice@example.org", "--samples", "1"), r"--samples takes a number from 2 to 100, not '1'"),
    (("check", "alice@example.org", "--samples", "2.5"), r"--samples takes a whole number"),
    (("check", "alice@example.org", "--samples", "101"), r"--samples takes a number from 2 to 100"),
    (("check", "alice@example.org", "--idle", "-1"), r"--idle takes a number from 1 to 1740"),
    (("check", "alice@example.org", "--idle", "1800"), r"--idle takes a number from 1 to 1740"),
    (("check", "alice@example.org", "--user", ""), r"--user needs a value that is not empty"),
    (("check", "alice@example.org", "--user", "alice\r\na1 DELETE INBOX"), r"value of --user holds a control character"),
    (("check", "alice@example.org", "--user", "al\x1b[31mice"), r"value of --user holds a control character"),
    (("check", "alice@example.org", "--user", b"al\xffice"), r"value of --user is not UTF-8"),
    (("check", "alice@example.org", "--to-user", "bob\n"), r"value of --to-user holds a control character"),
    (("check", "alice@example.org", "--subject", "x\r\ny"), r"value of --subject holds a control character"),
    (("check", "alice@example.org", "--subject", b"\xb2\xe2"), r"value of --subject is not UTF-8"),
    (("check", "alice@example.org", "--message-id", "<x@y>\n"), r"value of --message-id holds a control character"),
    (("dns", "☃.example"), r"no valid domain: a character that domain names cannot have"),
    (("dns", "xn--99999999.example"), r"no valid domain: a label that begins with xn-- is not Punycode"),
    (("dns", "例え。jp。。"), r"no valid domain: empty label"),
    (("dns", "exa mple.org"), r"no valid domain: a character"),
    (("dns", "שלוםabc.example"), r"no valid domain: letters of both writing directions"),
    (("dns", "example．"), r"neither an address nor a domain"),
    (("dns", "example.org", "--dkim-selector", "s1..x"), r"--dkim-selector s1\.\.x: empty label"),
    (("dns", "example.org", "--dkim-selector", ".s1"), r"--dkim-selector \.s1: empty label"),
    (("dns", "example.org", "--dkim-selector", "s1 x"), r"--dkim-selector s1 x: a character that domain names cannot have"),
    (("dns", "example.org", "--dkim-selector", "s1._domainkey.example.org"), r"--dkim-selector takes the selector alone: s1$"),
    (("dns", "example.org", "--dkim-selector", "a" * 64), r"--dkim-selector a+: a label is longer than 63 characters"),
    (("dns", "example.org", "--dkim-selector", "s\x1b[31m"), r"--dkim-selector s\?\[31m: a character"),
    (("dns", "example.org", "--dnsbl", "zen..x"), r"--dnsbl zen\.\.x: empty label"),
    (("dns", "example.org", "--dnsbl", "z" * 64 + ".org"), r"--dnsbl z+\.org: a label is longer than 63 characters"),
    (("dns", "example.org", "--dnsbl", "192.0.2.1"), r"--dnsbl takes the zone of a block list, not the address 192\.0\.2\.1"),
    (("check", "example.org", "--resolver", "[::1"), r'resolver "\[::1" is not ADDRESS, ADDRESS:PORT or system'),
    (("check", "example.org", "--resolver", "::1%lo"), r'resolver "::1%lo" is not ADDRESS'),
    (("check", "com.cn"), r"'com\.cn' is a public suffix, .*like example\.com\.cn"),
    (("dns", "org"), r"'org' is a public suffix, .*like example\.org"),
    (("dns", "example.org", "--rdap", "http://rdap.example/"), r"--rdap takes the https URL of an RDAP server, not 'http://rdap\.example/'"),
    (("dns", "example.org", "--rdap", "https://rdap.example/?q="), r"--rdap takes the https URL"),
    (("dns", "example.org", "--rdap", "example"), r"--rdap takes the https URL"),
    (("check", "alice@example.org", "--intrusive"), r"--intrusive is for --deliver alone"),
    (("check", "alice@example.org", "--token-file", "x", "--token-command", "y"), r"give one of --token-file and --token-command"),
    (("check", "example.org", "--token-command", "echo x"), r"a token needs a user"),
    (("check", "alice@example.org", "--to-password-command", "echo x"), r"give that too"),
    (("check", "alice@example.org", "-4", "-6"), r"leave no address"),
    (("check", "alice@example.org", "--from", "nobody"), r"--from takes an address"),
    (("check", "alice@example.org", "--to", "bob@example..com"), r"no valid domain: empty label"),
    (("check", "alice@example.org", "--control", "mail.example.net"), r"--control takes HOST:PORT"),
    (("check", "alice@example.org", "--control", "mail.example.net:99999"), r"--control takes HOST:PORT"),
    (("check", "alice@example.org", "--dkim-selector", "a..b"), r"--dkim-selector a\.\.b: empty label"),
    (("check", "alice@example.org", "--resolver", "not an address"), r"resolver"),
    (("check", "alice@example.org", "--resolver", "192.0.2.1:99999"), r"resolver"),
    (("check", "alice@example.org", "--vantage", b"\xff"), r"value of --vantage is not UTF-8"),
    (("check", b"al\xffice@example.org"), r"not UTF-8"),
    (("check", b"exam\xffple.org"), r"no valid domain"),
    (("check", "alice@example.org", "--ehlo", "[192.0.2.1"), r"--ehlo takes a host name, or an address in brackets"),
    (("check", "alice@example.org", "--ehlo", "[x\r\nQUIT]"), r"--ehlo takes a host name, or an address in brackets"),
    (("check", "alice@example.org", "--ehlo", "a..b"), r"--ehlo takes a host name: empty label"),
    (("check", "alice@example.org", "--lang", "tlh"), r"--lang takes en or zh_CN"),
    (("list", "cause"), r"no list 'cause'; did you mean 'causes'\?"),
    (("list",), r"mailwhy list probes\|facts\|causes\|formats"),
    (("completion", "tcsh"), r"bash\|zsh\|fish"),
    (("explain", "tls.cert.expird"), r"did you mean tls\.cert\.expired\?"),
])
def test_command_line(words, pattern):
    one_line(mailwhy(*words), USAGE, pattern)


def test_a_lower_case_letter_word_that_is_no_option():
    one_line(mailwhy("-Q"), USAGE, r"no option -Q; mailwhy --help lists them")


# --- passwords ---------------------------------------------------------------------------------------------------------------------------------


def password_file(tmp_path, content, mode=0o600):
    path = tmp_path / "password"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_password_file_is_missing(tmp_path):
    one_line(mailwhy("check", "alice@example.org", "--password-file", tmp_path / "none"), NO_INPUT, r"cannot read the password file .*none: No such file")


def test_password_file_is_empty(tmp_path):
    for content in (b"", b"\n", b"\r\nsecond line\n"):
        one_line(mailwhy("check", "alice@example.org", "--password-file", password_file(tmp_path, content)), DATA, r"is empty")


def test_password_file_is_world_readable(tmp_path):
    path = password_file(tmp_path, b"secret\n", 0o644)
    one_line(mailwhy("check", "alice@example.org", "--password-file", path), DATA, r"everybody on this machine can read .*chmod 600")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o644


def test_token_is_empty(tmp_path):
    one_line(mailwhy("check", "alice@example.org", "--token-file", password_file(tmp_path, b"\n")), DATA, r"is empty")
    one_line(mailwhy("check", "alice@example.org", "--token-command", "true"), DATA, r"is empty")


def test_password_file_is_a_directory(tmp_path):
    one_line(mailwhy("check", "alice@example.org", "--password-file", tmp_path), NO_INPUT, r"Is a directory")


def test_password_holds_a_nul(tmp_path):
    one_line(mailwhy("check", "alice@example.org", "--password-file", password_file(tmp_path, b"sec\0ret\n")), DATA, r"NUL byte")


def test_password_is_endless():
    one_line(mailwhy("check", "alice@example.org", "--password-file", "/dev/zero"), DATA, r"NUL byte|longer than")


def test_password_command_fails():
    one_line(mailwhy("check", "alice@example.org", "--password-command", "exit 3"), NO_INPUT, r"password command failed \(status 3\)")


def test_password_command_prints_nothing():
    one_line(mailwhy("check", "alice@example.org", "--password-command", "true"), DATA, r"is empty")


def test_password_command_never_ends():
    done = mailwhy("check", "alice@example.org", "--password-command", "exec sleep 60", "--timeout", "1")
    one_line(done, NO_INPUT, r"no password in time")
    assert done.seconds < 30


def test_password_without_a_user(tmp_path):
    one_line(mailwhy("check", "example.org", "--password-file", password_file(tmp_path, b"secret\n")), USAGE, r"needs a user")


def test_two_passwords(tmp_path):
    one_line(mailwhy("check", "alice@example.org", "--password-file", password_file(tmp_path, b"x\n"), "--password-command", "true"), USAGE, r"give one of")


def test_ask_password_without_a_terminal():
    one_line(mailwhy("check", "alice@example.org", "--ask-password", before=["setsid", "-w"]), NO_INPUT, r"no terminal")


@pytest.mark.parametrize("option", ["--config", "--ca-file", "--trust-anchor", "--message"])
def test_a_file_that_cannot_be_read(tmp_path, option):
    one_line(mailwhy("check", "alice@example.org", option, tmp_path / "none"), NO_INPUT, r"cannot read .*none: No such file")
    one_line(mailwhy("check", "alice@example.org", option, tmp_path), NO_INPUT, r"cannot read .*: Is a directory")


def test_data_files(tmp_path):
    """--data: what is damaged is told with its line, and a directory without a data file is not taken for one."""
    one_line(mailwhy("check", "alice@example.org", "--data", tmp_path / "none"), NO_INPUT, r"cannot read .*none: No such file")
    one_line(mailwhy("check", "alice@example.org", "--data", "/dev/null"), NO_INPUT, r"cannot read /dev/null: Not a directory")
    one_line(mailwhy("check", "alice@example.org", "--data", tmp_path), NO_INPUT, r"holds none of the data files")
    path = tmp_path / "selectors.tsv"
    first, heading = "# mailwhy selectors 2026-11-29\n", "selector\tservice\tsource\n"
    for content, pattern in ((heading, r":1: the first line is not"), ("# mailwhy selectors 2026-11-31\n", r":1: not a date as YYYY-MM-DD: 2026-11-31"),
                             (first + heading + "s1\t-\n", r":3: wrong number of columns"), (first + heading + "s..1\t-\t-\n", r":3: no DKIM selector: s\.\.1")):
        path.write_text(content)
        one_line(mailwhy("check", "alice@example.org", "--data", tmp_path), DATA, r"selectors\.tsv" + pattern)


def test_a_message_that_is_none(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello, world\n")
    one_line(mailwhy("check", "alice@example.org", "--message", path), DATA, r"notes\.txt:1: not a mail message")



def test_a_file_without_a_certificate_or_a_key(tmp_path):
    (tmp_path / "junk").write_text("this is not it\n")
    one_line(mailwhy("check", "alice@example.org", "--ca-file", tmp_path / "junk"), DATA, r"junk: no certificate")
    one_line(mailwhy("check", "alice@example.org", "--trust-anchor", tmp_path / "junk"), DATA, r"junk:1: not a (DS or DNSKEY )?record: this is not it")
    (tmp_path / "half").write_text("; the root\n. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n\n. IN DNSKEY 257 3 8\n")
    one_line(mailwhy("check", "alice@example.org", "--trust-anchor", tmp_path / "half"), DATA, r"half:4: not a")
    (tmp_path / "bind").write_text('trust-anchors {\n  . initial-key 257 3 8 "AwEAAQ==";\n  example.org. sometimes-key 257 3 8 "AwEAA";\n};\n')
    one_line(mailwhy("check", "alice@example.org", "--trust-anchor", tmp_path / "bind"), DATA, r"bind:3: not a trust anchor: example\.org\.")
    (tmp_path / "empty").write_text("; nothing\n")
    one_line(mailwhy("check", "alice@example.org", "--trust-anchor", tmp_path / "empty"), DATA, r"empty:\d+: no DS or DNSKEY record in it")


# --- files of facts ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content, pattern", [
    ("", r"facts\.jsonl:1: empty"),
    ("hello\n", r"facts\.jsonl:1: not a JSON object"),
    ("[1]\n", r"facts\.jsonl:1: not a JSON object"),
    ('{"a":1}\n', r"facts\.jsonl:1: not a stream of mailwhy facts"),
    (HEADER.replace("facts/1", "facts/2"), r"facts\.jsonl:1: schema mailwhy-facts/2 is of another version"),
    (HEADER.replace("facts/1", "report/1"), r"facts\.jsonl:1: not a stream"),
    (HEADER + FACT[:-30], r"facts\.jsonl:2: .*(torn|not whole)"),
    (HEADER + FACT + FACT, r"facts\.jsonl:3: .*twice"),
    (HEADER + FACT.replace('"nxdomain"', "7"), r"facts\.jsonl:2: the value of dns\.mx\.end is of the wrong type"),
    (HEADER + FACT.replace('"n":1', '"n":1,"because":9'), r"facts\.jsonl:2: \"because\" names no earlier fact"),
    (HEADER + "\0\0\0\n", r"facts\.jsonl:2: not a JSON object"),
    (HEADER + "[" * 5000 + "\n", r"facts\.jsonl:2: not a JSON object"),
])
def test_facts_that_are_none(tmp_path, content, pattern):
    path = tmp_path / "facts.jsonl"
    path.write_text(content)
    one_line(mailwhy("explain", path), DATA, pattern)


def test_facts_that_are_none_in_a_pipe():
    one_line(mailwhy("smtp", input="hello\n"), DATA, r"<stdin>:1: not a JSON object")
    one_line(mailwhy("explain", input=""), DATA, r"<stdin>:1: empty")


def test_facts_file_is_missing(tmp_path):
    one_line(mailwhy("explain", tmp_path / "none.jsonl"), NO_INPUT, r"cannot read .*none\.jsonl: No such file")
    one_line(mailwhy("explain", tmp_path), NO_INPUT, r"Is a directory")


def test_a_later_minor_version_and_unknown_facts_are_read(tmp_path):
    path = tmp_path / "facts.jsonl"
    path.write_text(HEADER.replace("facts/1", "facts/1.7") + FACT + FACT.replace("dns.mx.end", "moon.phase").replace('"n":1', '"n":2'))
    done = mailwhy("explain", "--json", path)
    assert done.returncode in (0, 1, 2, 3) and done.stderr == ""


# --- places that cannot be written -------------------------------------------------------------------------------------------------------------


def test_save_and_output_to_a_place_that_is_not_there(tmp_path):
    one_line(mailwhy("check", "alice@example.org", "--save", tmp_path / "no" / "x"), CANNOT_WRITE, r"cannot write .*No such file")
    one_line(mailwhy("check", "alice@example.org", "--output", tmp_path / "no" / "x"), CANNOT_WRITE, r"cannot write .*No such file")


# --- --compare ---------------------------------------------------------------------------------------------------------------------------------

TARGET = '{"fact":"target.domain","about":"%s","value":"%s","n":1,"from":"test","at":"2026-11-22T13:00:00Z"}\n'


def test_the_run_to_compare_with_is_none(tmp_path):
    path = tmp_path / "run.jsonl"
    one_line(mailwhy("check", "alice@example.org", "--compare", path), NO_INPUT, r"run\.jsonl: No such file")
    for content, pattern in (("", r"run\.jsonl:1: empty"), ("hello\n", r"run\.jsonl:1: not a JSON object"), (HEADER + FACT[:-1], r"run\.jsonl:2: .*torn"),
                             (HEADER + TARGET % ("example.net", "example.net"), r"run\.jsonl:1: a saved run of another target \(alice@example\.org\), not of example\.org"),
                             (HEADER + FACT, r"run\.jsonl:1: a saved run of another target")):
        path.write_text(content)
        one_line(mailwhy("check", "alice@example.org", "--compare", path), DATA, pattern)


def test_compare_needs_a_domain(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text(HEADER + FACT)
    one_line(mailwhy("192.0.2.1:25", "--compare", path, program="-smtp"), USAGE, r"--compare is for a domain or an address")
