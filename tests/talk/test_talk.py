"""Every way in which a server can fail, at every reply of every protocol: the tool must say how and at which step the conversation ended, and must not take the
failure for the absence of something. The plays of plays/ are servers in good order; the cases here are those plays, spoilt at one reply."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import talk

SERVICES = list(talk.TOOLS)
WAIT_S = 6  # of a run that is to end without an answer: on a busy machine the steps before take seconds
# The steps as mailwhy names them, one for each reply of the play; "tls" is the handshake.
STAGES = {
    "smtp": ["greeting", "EHLO", "STARTTLS", "handshake", "EHLO after TLS"],
    "submission": ["greeting", "EHLO", "STARTTLS", "handshake", "EHLO after TLS"],
    "submissions": ["handshake", "greeting", "EHLO"],
    "imap": ["greeting", "CAPABILITY", "STARTTLS", "handshake", "CAPABILITY after TLS"],
    "imaps": ["handshake", "greeting", "CAPABILITY"],
    "pop3": ["greeting", "CAPA", "STLS", "handshake", "CAPA after TLS"],
    "pop3s": ["handshake", "greeting", "CAPA"],
}
# fmt: off
# how the server fails: (what it does instead of its reply, how the conversation ends)
REPLY_FAULTS = {
    "hangs-up":   ([("hangs-up", "")],                                       "hung up"),
    "resets":     ([("waits", "0.05"), ("resets", "")],                      "reset"),
    "is-silent":  ([("is-silent", "")],                                      "timed out"),
    "half-line":  ([("puts", "BEGIN"), ("is-silent", "")],                   "timed out"),
    "half-gone":  ([("puts", "BEGIN"), ("hangs-up", "")],                    "hung up"),
    "garbage":    ([("says", r"\x00\x01\xfe\x1b[31m nonsense"), ("is-silent", "")], "garbled"),
    "endless":    ([("puts", "BEGIN"), ("repeats", "3000000 x"), ("is-silent", "")], "too long"),
    "unending":   ([("repeats", r"300000 LINE\r\n"), ("is-silent", "")],       "too long"),
}
HANDSHAKE_FAULTS = {
    "hangs-up":   ([("gets", ""), ("hangs-up", "")],                         "hung up"),
    "resets":     ([("gets", ""), ("resets", "")],                           "reset"),
    "is-silent":  ([("is-silent", "")],                                      "timed out"),
    "plain":      ([("gets", ""), ("says", "454 4.7.0 TLS not available"), ("is-silent", "")], "garbled"),
    "alert":      ([("gets", ""), ("puts", r"\x15\x03\x01\x00\x02\x02\x28"), ("is-silent", "")], "tls failed"),
    "half":       ([("gets", ""), ("puts", r"\x16\x03\x03\x40\x00\x02"), ("is-silent", "")], "timed out"),
    "nonsense":   ([("gets", ""), ("puts", r"\x16\x03\x03\x00\x05hello"), ("is-silent", "")], "tls failed"),
}
# What a reply and a line that is not the last one begin with.
BEGINS = {"smtp": "220 ", "submission": "220 ", "submissions": "220 ", "imap": "* OK ", "imaps": "* OK ", "pop3": "+OK ", "pop3s": "+OK "}
TALKS_SMTP = {service: talk.TOOLS[service] == "smtp" for service in SERVICES}
LINES = {"smtp": "220-x", "submission": "220-x", "submissions": "220-x", "imap": "* OK x", "imaps": "* OK x", "pop3": "+OK x", "pop3s": "+OK x"}
# fmt: on


def spoilt(service, instead):
    return [(act, text.replace("BEGIN", BEGINS[service]).replace("LINE", LINES[service])) for act, text in instead]


def replies_of(acts):
    """Where each reply (or handshake) of the play begins, but not the answer to the goodbye."""
    starts = [i for i, (act, _) in enumerate(acts) if act == "tls" or (act == "says" and (i == 0 or acts[i - 1][0] != "says"))]
    return starts[:-1]


def is_one_line(service, stage):
    """The reply ends with its first line, whatever follows."""
    return not TALKS_SMTP[service] and (stage == "greeting" or stage == "STLS")


def make_cases():
    cases = {}
    for service in SERVICES:
        acts = talk.acts_of(service)
        starts = replies_of(acts)
        assert len(starts) == len(STAGES[service])
        for start, stage in zip(starts, STAGES[service]):
            faults = HANDSHAKE_FAULTS if acts[start][0] == "tls" else REPLY_FAULTS
            for name, (instead, end) in faults.items():
                if name == "unending" and is_one_line(service, stage):
                    continue
                cases[f"{service}-{stage}-{name}".replace(" ", "-")] = (service, acts[:start] + spoilt(service, instead), stage, end)
    return cases


CASES = make_cases()


@pytest.fixture(scope="session")
def told():
    """All cases at once: most of them wait."""

    def play(case):
        service, acts, _, end = case
        return talk.run(service, acts, timeout=WAIT_S if end == "timed out" else 10)

    talk.certificates.leaf(talk.CACHE, "good")
    with ThreadPoolExecutor(24) as pool:
        return dict(zip(CASES, pool.map(play, CASES.values())))


@pytest.mark.parametrize("name", CASES)
def test_fault(name, told):
    service, _, stage, end = CASES[name]
    facts = told[name]
    assert (facts.end, facts.stage) == (end, stage)
    assert facts.value("tcp.end") == "ok"
    if stage != "handshake":
        assert facts.value("tls.end") in (None, "ok")
    else:
        assert facts.value("tls.end") == end
    for fact in facts.all("smtp.starttls") + facts.all("imap.starttls") + facts.all("pop3.stls"):
        assert fact["value"] is not False, "a failure was taken for a server without STARTTLS"
    assert "\x1b" not in str(facts.facts)


@pytest.mark.parametrize("service", SERVICES)
def test_good_order(service):
    facts = talk.run(service, talk.acts_of(service))
    assert facts.end == "ok"
    assert facts.stage == ("LOGOUT" if service.startswith("imap") else "QUIT")
    assert facts.value("tls.end") == "ok"
    assert facts.value("tls.verify") == []
    assert facts.value("tls.name_ok") is True
    assert facts.value("tls.weak") == []


@pytest.mark.parametrize("service", SERVICES)
def test_slow_but_right(service):
    """Replies that come byte by byte are waited for."""
    acts = [("trickles", "0.002 " + text) if act == "says" else (act, text) for act, text in talk.acts_of(service)]
    facts = talk.run(service, acts)
    assert facts.end == "ok"


# fmt: off
CERTIFICATES = {
    # kind            verification errors                        name   weak
    "good":           ([],                                       True,  []),
    "expired":        (["10@0 certificate has expired"],         True,  []),
    "early":          (["9@0 certificate is not yet valid"],     True,  []),
    "othername":      ([],                                       False, []),
    "selfsigned":     (["18@0 self-signed certificate"],         True,  []),
    "selfsigned-expired": (["10@0 certificate has expired", "18@0 self-signed certificate"], True, []),
    "weak":           ([],                                       True,  ["66@0 EE certificate key too weak"]),
    "good 1.0":       ([],                                       True,  ["protocol TLSv1"]),
}
# fmt: on


@pytest.mark.parametrize("service", ["smtp", "imaps"])
@pytest.mark.parametrize("kind", CERTIFICATES)
def test_certificate(service, kind):
    """Nothing stops the handshake, and every error is told."""
    verify, name_ok, weak = CERTIFICATES[kind]
    acts = [(act, kind if act == "tls" else text) for act, text in talk.acts_of(service)]
    facts = talk.run(service, acts)
    assert (facts.end, facts.value("tls.end")) == ("ok", "ok")
    assert sorted(facts.value("tls.verify")) == verify
    assert facts.value("tls.name_ok") is name_ok
    assert facts.value("tls.weak") == weak
    assert len(facts.value("tls.chain")) == 1
    assert facts.value("tls.version") == ("TLSv1" if kind.endswith("1.0") else "TLSv1.3")


def test_words_instead_of_tls():
    facts = talk.run("smtp", CASES["smtp-handshake-plain"][1], timeout=5)
    assert facts.value("tls.plain") == "454 4.7.0 TLS not available"
    facts = talk.run("smtp", CASES["smtp-handshake-alert"][1], timeout=5)
    assert facts.value("tls.alert") == "alert handshake failure"


def test_injected_words_do_not_count():
    """What comes in clear behind the answer to STARTTLS is told, and thrown away."""
    acts = talk.acts_of("smtp")
    at = acts.index(("says", "220 go ahead"))
    acts[at : at + 1] = [("puts", r"220 go ahead\r\n250-evil.test\r\n250 AUTH PLAIN\r\n"), ("waits", "0.1")]
    facts = talk.run("smtp", acts)
    assert facts.end == "ok"
    assert "evil.test" in facts.value("smtp.injected")
    assert facts.value("smtp.auth") == []


def test_nobody_listens():
    """The port of a server that has gone."""
    gone = talk.server.Server({talk.server.HERE: [[]]}, talk.CACHE)
    gone.close()
    facts = talk.look("imap", gone.port)
    assert (facts.end, facts.stage, facts.value("tcp.end")) == ("refused", "connect", "refused")


@pytest.mark.parametrize("service", SERVICES)
def test_dialogue(service):
    facts = talk.run(service, talk.acts_of(service))
    dialogue = facts.value("talk.dialogue")
    said = [line for line in dialogue if line.startswith("C: ")]
    assert dialogue[-1] == said[-1]  # the goodbye; its answer is not waited for
    assert any(line.startswith("*: TLSv1.3 ") for line in dialogue)
    assert len(dialogue) <= 200
