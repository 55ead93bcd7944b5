"""Records as they were found, with the part at fault, and how long resolvers may go on with what they know."""

import json
from pathlib import Path

from programs import mailwhy

JUDGE = Path(__file__).resolve().parents[1] / "judge"

SPF = 'example.org. 300 IN TXT "v=spf1 mx ipv4:192.0.2.1 a:gone.example.org -all"'


def run(tmp_path, facts, *options, question="check", shape=()):
    rows = [{"schema": "mailwhy-facts/1", "version": "0.1.0", "vantage": "test", "question": question, "target": "example.org", "options": list(shape)}]
    for n, (fact, about, value, quote) in enumerate([("target.domain", "example.org", "example.org", None), *facts], 1):
        rows.append({"fact": fact, "about": about, "value": value, "n": n, "from": "test", "at": "2026-11-22T13:00:00Z"} | ({"quote": quote} if quote else {}))
    path = tmp_path / "run.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return mailwhy("explain", path, *options)


def finding(tmp_path, facts, cause):
    report = json.loads(run(tmp_path, facts, "--json").stdout)
    return next(found for found in report["causes"] if found["id"] == cause)


WRONG_TERM = [("spf.record", "example.org", "v=spf1 mx ipv4:192.0.2.1 a:gone.example.org -all", SPF), ("spf.end", "example.org", "ok", None),
              ("spf.flaw", "example.org", "unknown mechanism", "example.org: ipv4:192.0.2.1"),
              ("zone.serial", "example.org@ns1.example.org[192.0.2.53]", 1, "example.org. 3600 IN SOA ns1.example.org. h.example.org. 1 2 3 4 60")]


def test_the_part_at_fault_is_marked(tmp_path):
    found = finding(tmp_path, WRONG_TERM, "spf.record.syntax")
    assert found["records"] == [{"record": SPF, "at_fault": ["ipv4:192.0.2.1"]}]
    lines = run(tmp_path, WRONG_TERM, "--format", "text", "--color", "never").stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if line.endswith(SPF))
    marks = lines[at + 1]
    assert lines[at][marks.index("^"):marks.rindex("^") + 1] == "ipv4:192.0.2.1" and set(marks) == {" ", "^"}
    assert "<mark>ipv4:192.0.2.1</mark>" in run(tmp_path, WRONG_TERM, "--format", "html").stdout


def test_the_part_at_fault_of_an_included_record_is_marked(tmp_path):
    included = '_spf.example.org. 300 IN TXT "v=spf1 a:gone.example.org a:left.example.org -all"'
    facts = [WRONG_TERM[0], ("spf.end", "example.org", "ok", None),
             ("spf.node", "example.org", ["1", "0", "", "example.org", "3", "ok", "v=spf1 include:_spf.example.org -all"], None),
             ("spf.node", "example.org", ["2", "1", "include:_spf.example.org", "_spf.example.org", "2", "ok", "v=spf1 …"], included),
             *[("spf.void", "example.org", f"a:{name}.example.org {name}.example.org", f"_spf.example.org: a:{name}.example.org") for name in ("gone", "left", "lost")]]
    assert finding(tmp_path, facts, "spf.lookup.void")["records"] == [{"record": included, "at_fault": ["a:gone.example.org", "a:left.example.org"]}]


def test_a_part_that_the_record_has_not_is_not_marked(tmp_path):
    other = [row if row[0] != "spf.flaw" else (*row[:3], "example.org: ip:192.0.2.1") for row in WRONG_TERM]
    assert "records" not in finding(tmp_path, other, "spf.record.syntax")


def test_the_time_to_live_tells_when_a_repair_is_seen(tmp_path):
    older = [("dns.mx", "example.org", "10 mx1.example.org", "example.org. 20 IN MX 10 mx1.example.org."), ("dns.mx.end", "example.org", "ok", None),
             ("mx.of", "mx1.example.org", "example.org", "example.org. 20 IN MX 10 mx1.example.org."),
             ("mx.host", "mx1.example.org", 10, "example.org. 20 IN MX 10 mx1.example.org."), ("exchange.end", "mx1.example.org", "nodata", None),
             ("dns.a.end", "mx1.example.org", "nodata", None), ("dns.aaaa.end", "mx1.example.org", "nodata", None)]
    fix = finding(tmp_path, older, "dns.mx.unresolvable")["fix"][0]
    assert (fix["where"], fix["seen_after_s"]) == ("dns", 20)
    by_zone = [*older, ("parent.ns", "example.org", "ns1.example.org", "example.org. 7200 IN MX 10 mx1.example.org.")]
    assert finding(tmp_path, by_zone, "dns.mx.unresolvable")["fix"][0]["seen_after_s"] == 7200
    assert "for 2 hours." in run(tmp_path, by_zone, "--format", "text").stdout


def test_a_missing_record_is_remembered_as_long_as_the_zone_says(tmp_path):
    missing = [("spf.end", "example.org", "nodata", None), ("dns.mx.end", "example.org", "ok", None)]
    assert "seen_after_s" not in finding(tmp_path, missing, "spf.record.missing")["fix"][0]
    known = [*missing, ("zone.minimum", "example.org@ns1.example.org[192.0.2.53]", 600, "example.org. 3600 IN SOA ns1.example.org. h.example.org. 1 2 3 4 600")]
    assert finding(tmp_path, known, "spf.record.missing")["fix"][0]["seen_after_s"] == 600
    assert "解析器可能在 10 分钟内" in run(tmp_path, known, "--format", "text", "--lang", "zh_CN").stdout


RECORDS = [("dns.mx", "example.org", "5 mx5.example.org", "example.org. 20 IN MX 5 mx5.example.org."),
           ("dns.mx", "example.org", "10 mx1.example.org", "example.org. 20 IN MX 10 mx1.example.org."),
           ("mx.host", "mx1.example.org", 10, "example.org. 300 IN MX 10 mx1.example.org."),
           ("parent.ns", "example.org", "ns1.example.org", "example.org. 86400 IN NS ns1.example.org."), *WRONG_TERM]


def test_of_the_dns_all_records_are_shown_once(tmp_path):
    for form in ("text", "markdown", "html"):
        shown = run(tmp_path, RECORDS, "--format", form, question="dns").stdout
        place = [shown.index(words) for words in ("Records found", " 86400 IN NS ", " IN SOA ", " 20 IN MX 5 ", " 300 IN MX 10 ")]
        assert place == sorted(place) and shown.count(" IN MX ") == 2, form
    assert "Records found" not in run(tmp_path, RECORDS, "--format", "text").stdout
    assert "Records found" in run(tmp_path, RECORDS, "--format", "text", "--verbose").stdout
    html = run(tmp_path, RECORDS, "--format", "html", question="dns").stdout
    assert html.count("<mark>ipv4:192.0.2.1</mark>") == 2  # in the finding, and in its place among the records


DELEGATION = [("parent.zone", "example.org", "org", None),
              ("parent.end", "example.org@a.nic.example[192.0.2.1]", "ok", None), ("parent.end", "example.org@b.nic.example[192.0.2.2]", "timed out", None),
              ("parent.ns", "example.org", "ns1.example.org", "example.org. 86400 IN NS ns1.example.org."),
              ("parent.ns", "example.org", "gone.example.net", "example.org. 86400 IN NS gone.example.net."),
              ("zone.ns", "example.org", "ns1.example.org", "example.org. 300 IN NS ns1.example.org."),
              ("ns.host", "ns1.example.org", "example.org", None), ("ns.host", "gone.example.net", "example.org", None),
              ("ns.address.end", "gone.example.net", "nxdomain", None),
              ("zone.end", "example.org@ns1.example.org[192.0.2.53]", "ok", None), ("zone.serial", "example.org@ns1.example.org[192.0.2.53]", 7, None),
              ("zone.tcp.end", "example.org@ns1.example.org[192.0.2.53]", "timed out", None),
              ("zone.end", "example.org@ns1.example.org[2001:db8::53]", "refused", None)]


def test_the_tree_of_the_delegation(tmp_path):
    shown = run(tmp_path, DELEGATION, "--tree", "--format", "text").stdout
    at = shown.index("org, the zone above example.org")
    lines = [line.rstrip() for line in shown[at:].split("\n\n")[0].splitlines()]
    assert [line.strip() for line in lines] == [
        "org, the zone above example.org", "a.nic.example[192.0.2.1]: delegates it", "b.nic.example[192.0.2.2]: does not answer", "NS ns1.example.org",
        "NS gone.example.net", "example.org", "ns1.example.org", "192.0.2.53: answers with authority, serial 7, 0 ms", "over TCP: does not answer",
        "2001:db8::53: refuses to answer", "gone.example.net (only the zone above names it)", "its name has no address"]
    assert "]：已作委派" in run(tmp_path, DELEGATION, "--tree", "--format", "text", "--lang", "zh_CN").stdout
    tree = json.loads(run(tmp_path, DELEGATION, "--tree", "--json").stdout)["tree"]["delegation"][0]
    assert (tree["zone"], tree["above"], tree["ns"]) == ("example.org", "org", ["ns1.example.org", "gone.example.net"])
    assert [answer["outcome"] for answer in tree["parents"]] == ["ok", "timed out"]
    assert tree["servers"][0]["answers"] == [{"server": "ns1.example.org", "address": "192.0.2.53", "outcome": "ok", "serial": 7, "tcp": "timed out"},
                                             {"server": "ns1.example.org", "address": "2001:db8::53", "outcome": "refused"}]
    assert tree["servers"][1] == {"host": "gone.example.net", "above": True, "zone": False, "answers": []}


def test_of_spf_alone_nothing_else_is_said(tmp_path):
    good = [("spf.record", "example.org", "v=spf1 mx -all", 'example.org. 300 IN TXT "v=spf1 mx -all"'), ("spf.end", "example.org", "ok", None)]
    done = run(tmp_path, good, "--format", "text", question="dns", shape=["spf"])
    assert done.returncode == 0 and done.stdout.startswith("Nothing is wrong with the SPF record of example.org.\n") and "login" not in done.stdout
    untested = json.loads(run(tmp_path, good, "--json", question="dns", shape=["spf"]).stdout)["not_tested"]
    assert all(cause["what"].startswith("spf.") for cause in untested)
    assert run(tmp_path, [("spf.end", "example.org", "servfail", None)], question="dns", shape=["spf"]).returncode == 3


def test_of_what_was_not_answered_it_is_not_said_that_it_is_not_there(tmp_path):
    def why(outcome):
        report = json.loads(run(tmp_path, [("srv.end", "example.org", outcome, None), ("dmarc.end", "example.org", outcome, None)], "--json").stdout)
        return [untested["why"] for untested in report["not_tested"] if untested["what"] in ("config.autoconfig.inconsistent", "dmarc.report.unauthorised")]
    assert sorted(why("nodata")) == ["No DMARC report is to go to another organisation.", "The domain publishes no settings for mail programs."]
    assert all(words.startswith("Nothing was learnt") for words in why("timed out"))


def test_sentences_about_several_name_servers(tmp_path):
    glue = [("parent.zone", "example.org", "org", None)]
    glue += [("parent.ns", "example.org", f"ns{n}.example.org", None) for n in (1, 2)]
    glue += [("parent.glue", f"ns{n}.example.org@a.nic.example[192.0.2.1]", [], None) for n in (1, 2)] + [("ns.own_address", "ns1.example.org", "192.0.2.53", None)]
    steps = {step["text"]: step.get("snippet") for step in finding(tmp_path, glue, "dns.delegation.glue")["fix"]}
    assert list(steps.values()) == ["ns1.example.org: 192.0.2.53"] and "{" not in str(list(steps)), steps


def test_the_record_of_an_included_domain_is_not_called_that_of_the_domain(tmp_path):
    several = [("spf.end", "example.org", "ok", None), ("spf.flaw", "_spf.example.com", "several SPF records", "_spf.example.com")]
    found = finding(tmp_path, several, "spf.record.multiple")
    assert "_spf.example.com, to which the SPF record of example.org refers, has several" in found["says"] and "tell its operator" in found["fix"][-1]["text"]
    syntax = [("spf.end", "example.org", "ok", None), ("spf.flaw", "_spf.example.com", "unknown mechanism", "_spf.example.com: ipv4:192.0.2.1")]
    found = finding(tmp_path, syntax, "spf.record.syntax")
    assert "to which that of example.org refers" in found["says"] and found["fix"][0]["text"].endswith(": ipv4:192.0.2.1")


def test_the_name_to_ask_for_is_the_one_that_fails(tmp_path):
    dead = [("spf.end", "example.org", "ok", None), ("dns.mx.end", "example.org", "ok", None),
            ("spf.failed", "example.org", "_spf.partner.example: timed out", "example.org: include:_spf.partner.example")]
    assert finding(tmp_path, dead, "spf.dns.temperror")["fix"][0]["snippet"] == "dig _spf.partner.example TXT +trace"


def test_spf_alone_does_not_show_that_mail_can_be_sent(tmp_path):
    assert run(tmp_path, WRONG_TERM, "--format", "text", question="dns", shape=["spf"]).stdout.startswith("Sending mail from example.org is impaired.\n")


def test_what_is_pasted_into_a_file_and_into_the_zone_is_kept_apart():
    for case in (JUDGE / "transport").glob("mtasts.*.finds*.jsonl"):
        for found in json.loads(mailwhy("explain", case, "--json").stdout)["causes"]:
            for step in found["fix"]:
                assert ("version: STSv1" in step.get("snippet", "")) + ("IN TXT" in step.get("snippet", "")) <= 1, (case, step)


def test_two_dkim_records_are_not_to_be_published_again(tmp_path):
    two = [("dkim.end", "s1._domainkey.example.org", "ok", None), ("dkim.flaw", "s1._domainkey.example.org", "more than one record", None)]
    assert [step["text"] for step in finding(tmp_path, two, "dkim.key.invalid")["fix"]] == [
        "Remove all TXT records at s1._domainkey.example.org but that of the key that signs."]


def test_the_dns_alone_does_not_show_that_mail_works(tmp_path):
    null = [("dns.mx.end", "example.org", "ok", None), ("dns.mx", "example.org", "0 .", None), ("spf.end", "example.org", "ok", None), ("dmarc.end", "example.org", "ok", None)]
    assert run(tmp_path, null, "--format", "text", question="dns").stdout.startswith("example.org cannot receive mail; nothing in the DNS keeps it from sending.\n")


def test_a_domain_that_sends_no_mail_has_no_unknown_dns(tmp_path):
    facts = [("dns.mx.end", "example.org", "ok", None), ("dns.mx", "example.org", "10 mx1.example.org", None), ("spf.end", "example.org", "ok", None),
             ("spf.record", "example.org", "v=spf1 -all", None), ("spf.all", "example.org", "-all", None), ("spf.covers", "example.org", [], None)]
    done = run(tmp_path, facts, "--format", "text", question="dns")
    assert done.returncode == 0 and "says by SPF that it sends no mail" in done.stdout


def test_a_saved_evaluation_of_spf_is_told_again_as_it_was(tmp_path):
    result = [("spf.asked", "192.0.2.1", "example.org", None), ("spf.end", "example.org", "ok", None), ("spf.result", "192.0.2.1", "fail", "example.org: -all")]
    done = run(tmp_path, result, question="dns", shape=["spf", "ip=192.0.2.1"])
    assert done.stdout.startswith("fail ") and done.returncode == 2
    report = run(tmp_path, result, "--json", question="dns", shape=["spf", "ip=192.0.2.1"])
    assert json.loads(report.stdout)["schema"] == "mailwhy-report/1" and report.returncode == 2


def test_an_address_record_is_asked_for_in_the_own_domain_alone(tmp_path):
    def pasted(name):
        facts = [("address.of", "192.0.2.1", "mx1.example.org", None), ("spf.result", "192.0.2.1", "pass", None), ("ptr.end", "192.0.2.1", "ok", None),
                 ("ptr.name", "192.0.2.1", name, None), ("ptr.confirmed", "192.0.2.1", False, None)]
        return [step["snippet"] for step in finding(tmp_path, facts, "dns.ptr.mismatch")["fix"]]
    assert pasted("mail.example.org") == ["1.2.0.192.in-addr.arpa. IN PTR mx1.example.org.", "mail.example.org. IN A 192.0.2.1"]
    assert pasted("host.provider.example") == ["1.2.0.192.in-addr.arpa. IN PTR mx1.example.org."]


def test_what_is_signed_again_and_asked_for_is_a_name(tmp_path):
    tlsa = [("dns.mx.end", "example.org", "ok", None), ("tlsa.end", "mx1.example.org:25", "servfail", None), ("dnssec.ede", "mx1.example.org:25", 6, "TLSA"),
            ("dnssec.cd.end", "mx1.example.org:25", "ok", None), ("mx.host", "mx1.example.org", 10, None), ("mx.of", "mx1.example.org", "example.org", None)]
    found = finding(tmp_path, tlsa, "dns.dnssec.bogus")
    assert found["fix"][0]["snippet"] == "dig _25._tcp.mx1.example.org TLSA +dnssec +cd" and found["severity"] == "degrades" and found["legs"] == ["receive"]
    one = [("dns.mx.end", "example.org", "ok", None), ("dnssec.server_flaw", "example.org@ns2.example.org[192.0.2.53]", "bogus signature", None)]
    assert finding(tmp_path, one, "dns.dnssec.bogus")["fix"][0]["snippet"] == "dig example.org MX +dnssec +cd"


def test_too_many_exchanges_are_no_lookups(tmp_path):
    many = [("spf.end", "example.org", "ok", None), ("spf.flaw", "example.org", "more than 10 exchanges behind mx", "example.org: mx")]
    assert finding(tmp_path, many, "spf.lookup.limit")["says"].startswith("The term mx of the SPF record of example.org stands for more than ten exchanges;")


def test_what_a_zone_of_the_resolver_lacks_is_said(tmp_path):
    case, lacking = JUDGE / "resolver" / "dns.split_horizon.finds-own-zone.jsonl", tmp_path / "lacking.jsonl"
    rows = [json.loads(line) for line in case.read_text().splitlines()]
    lacking.write_text("".join(json.dumps(row | ({"value": []} if row.get("fact") == "resolver.mx" else {})) + "\n" for row in rows))
    says = [found["says"] for found in json.loads(mailwhy("explain", lacking, "--json").stdout)["causes"] if found["id"] == "dns.split_horizon"]
    assert says and "MX records there: no record; in the public DNS: 10 " in says[0]


def test_a_hostile_name_gets_into_no_command(tmp_path):
    def pasted(name):
        facts = [("dns.mx.end", "example.org", "ok", None), ("spf.end", "example.org", "ok", None), ("spf.failed", "example.org", f"{name}: timed out", "x")]
        return finding(tmp_path, facts, "spf.dns.temperror")["fix"][0]["snippet"]
    assert pasted("a.example") == "dig a.example TXT +trace"
    assert all(pasted(name) == "dig (…) TXT +trace" for name in ("a`id`.example", "$(id).example", "a|id", "a;id", "a\nid"))
