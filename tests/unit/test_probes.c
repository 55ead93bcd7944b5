/* Probes over a DNS and a web that a text describes: a scene each, what is told and what is not. */
#include "fake_dns.h"
#include "unit.h"

#define DOMAIN "target.domain example.org example.org"

struct scene {
    const char *name, *probes, *first, *world, *facts;
};

/* clang-format off */
static const struct scene scenes[] = {
    /* --- exchanges --- */
    {"more exchanges than are looked at: those with the smallest numbers are", "mx", DOMAIN, "- example.org MX ok example.org. 300 IN MX 49 mx1.example.org.& example.org. 300 IN MX 48 mx2.example.org.& example.org. 300 IN MX 47 mx3.example.org.& example.org. 300 IN MX 46 mx4.example.org.& example.org. 300 IN MX 45 mx5.example.org.& example.org. 300 IN MX 44 mx6.example.org.& "
     "example.org. 300 IN MX 43 mx7.example.org.& example.org. 300 IN MX 42 mx8.example.org.& example.org. 300 IN MX 41 mx9.example.org.& example.org. 300 IN MX 40 mx10.example.org.& example.org. 300 IN MX 39 mx11.example.org.& example.org. 300 IN MX 38 mx12.example.org.& "
     "example.org. 300 IN MX 37 mx13.example.org.& example.org. 300 IN MX 36 mx14.example.org.& example.org. 300 IN MX 35 mx15.example.org.& example.org. 300 IN MX 34 mx16.example.org.& example.org. 300 IN MX 33 mx17.example.org.& example.org. 300 IN MX 32 mx18.example.org.& "
     "example.org. 300 IN MX 31 mx19.example.org.& example.org. 300 IN MX 30 mx20.example.org.& example.org. 300 IN MX 29 mx21.example.org.& example.org. 300 IN MX 28 mx22.example.org.\n",
     "dns.mx.many example.org 22\ndns.mx.passed_over example.org mx2.example.org, mx1.example.org\nmx.host mx22.example.org 28\nmx.host mx3.example.org 47\nnot mx.host mx2.example.org*"},
    {"the same exchange twice", "mx", DOMAIN, "- example.org MX ok example.org. 300 IN MX 10 mx1.example.org.& example.org. 300 IN MX 20 mx1.example.org.\n",
     "dns.mx.duplicate example.org mx1.example.org\nmx.host mx1.example.org 10\nnot dns.mx.many*\nnot mx.host mx1.example.org 20"},
    {"two exchanges are one machine, three names of it are too many to talk to", "exchange",
     DOMAIN "\nmx.of a.example.org example.org\nmx.host a.example.org 10\nmx.of b.example.org example.org\nmx.host b.example.org 10\nmx.of c.example.org example.org\nmx.host c.example.org 10",
     "- a.example.org A ok a.example.org. 300 IN A 192.0.2.1\n- b.example.org A ok b.example.org. 300 IN A 192.0.2.1\n- c.example.org A ok c.example.org. 300 IN A 192.0.2.1\n",
     "mx.same_address b.example.org a.example.org\nmx.same_address c.example.org b.example.org\nendpoint.smtp b.example.org[192.0.2.1]:25 mx\nexchange.end c.example.org ok\n"
     "not endpoint.smtp c.example.org*\nnot mx.same_address a*"},
    {"a wildcard", "wildcard", DOMAIN,
     "- no-such-name-mailwhy.example.org MX ok no-such-name-mailwhy.example.org. 300 IN MX 10 mx1.example.org.\n- no-such-name-mailwhy.example.org A nodata\n"
     "- no-such-name-mailwhy.example.org AAAA ok no-such-name-mailwhy.example.org. 300 IN AAAA 2001:db8::1\n- no-such-name-mailwhy.example.org TXT ok no-such-name-mailwhy.example.org. 300 IN TXT \"v=spf1 -all\"\n",
     "wildcard.end example.org ok\nwildcard.mx example.org 10 mx1.example.org\nwildcard.address example.org 2001:db8::1\nwildcard.txt example.org v=spf1 -all\ndns.wildcard example.org false"},
    {"no wildcard", "wildcard", DOMAIN, "- example.org MX nodata\n", "wildcard.end example.org nxdomain\nnot wildcard.mx*\nnot wildcard.address*"},
    {"whether there is a wildcard cannot be told", "wildcard", DOMAIN, "- no-such-name-mailwhy.example.org MX servfail\n", "wildcard.end example.org servfail\nnot wildcard.mx*"},
    {"a reverse name by an alias (RFC 2317)", "ptr", "address.of 203.0.113.1 mx.example.org",
     "- 1.113.0.203.in-addr.arpa PTR ok 1.113.0.203.in-addr.arpa. 300 IN CNAME 1.0-63.113.0.203.in-addr.arpa.& 1.0-63.113.0.203.in-addr.arpa. 300 IN PTR mx.example.org.\n"
     "- mx.example.org A ok mx.example.org. 300 IN A 203.0.113.1\n", "ptr.end 203.0.113.1 ok\nptr.name 203.0.113.1 mx.example.org\nptr.confirmed 203.0.113.1 true"},
    {"more reverse names than are looked at", "ptr", "address.of 203.0.113.1 mx.example.org",
     "- 1.113.0.203.in-addr.arpa PTR ok 1.113.0.203.in-addr.arpa. 300 IN PTR a.example.org.& 1.113.0.203.in-addr.arpa. 300 IN PTR b.example.org.& 1.113.0.203.in-addr.arpa. 300 IN PTR c.example.org.& 1.113.0.203.in-addr.arpa. 300 IN PTR d.example.org.& "
     "1.113.0.203.in-addr.arpa. 300 IN PTR e.example.org.& 1.113.0.203.in-addr.arpa. 300 IN PTR f.example.org.& 1.113.0.203.in-addr.arpa. 300 IN PTR g.example.org.\n",
     "ptr.passed_over 203.0.113.1 2\nnot ptr.confirmed*"},
    {"the name that an exchange gives itself", "smtp_name",
     DOMAIN "\nmx.of mx1.example.org example.org\nendpoint.smtp mx1.example.org[192.0.2.1]:25 mx\nsmtp.name mx1.example.org[192.0.2.1]:25 node3.example.net",
     "- node3.example.net A ok node3.example.net. 300 IN A 192.0.2.9\n- node3.example.net AAAA nodata\n", "smtp.name.end mx1.example.org[192.0.2.1]:25 ok\ndns.address node3.example.net 192.0.2.9"},
    {"the name of somebody else's exchange is not looked up", "smtp_name",
     DOMAIN "\nmx.of mx.example.net example.org\nendpoint.smtp mx.example.net[192.0.2.1]:25 mx\nsmtp.name mx.example.net[192.0.2.1]:25 node3.example.net",
     "- node3.example.net A ok node3.example.net. 300 IN A 192.0.2.9\n", "not dns.*"},
    {"two exchanges", "mx exchange", DOMAIN,
     "- example.org MX ok+ad example.org. 300 IN MX 20 mx2.example.org.& example.org. 300 IN MX 10 mx1.example.org.\n"
     "- mx1.example.org A ok mx1.example.org. 300 IN A 192.0.2.1\n"
     "- mx1.example.org AAAA ok mx1.example.org. 300 IN AAAA 2001:db8::1\n"
     "- mx2.example.org A nodata\n"
     "- mx2.example.org AAAA nodata\n",
     "dns.mx.end example.org ok\ndnssec.secure example.org true\nmx.host mx1.example.org 10\nmx.host mx2.example.org 20\nmx.of mx2.example.org example.org\n"
     "endpoint.smtp mx1.example.org[192.0.2.1]:25 mx\nendpoint.smtp mx1.example.org[2001:db8::1]:25 mx\naddress.of 192.0.2.1 mx1.example.org\n"
     "exchange.end mx1.example.org ok\nexchange.end mx2.example.org nodata\nnot mx.host example.org*\nnot dnssec.secure mx1.example.org*"},
    {"no MX, but an address", "mx exchange", DOMAIN,
     "- example.org MX nodata\n- example.org A ok example.org. 300 IN A 192.0.2.9\n- example.org AAAA nodata\n",
     "dns.mx.end example.org nodata\nmx.host example.org 0\nendpoint.smtp example.org[192.0.2.9]:25 mx"},
    {"no MX and no address", "mx", DOMAIN, "- example.org MX nodata\n- example.org A nodata\n- example.org AAAA nodata\n", "dns.mx.end example.org nodata\nnot mx.host*"},
    {"no such domain", "mx", DOMAIN, "- other.org MX nodata\n", "dns.mx.end example.org nxdomain\nnot mx.host*"},
    {"null MX", "mx", DOMAIN, "- example.org MX ok example.org. 300 IN MX 0 .\n- example.org A ok example.org. 300 IN A 192.0.2.9\n",
     "dns.mx example.org 0 .\ndns.mx.end example.org ok\nnot mx.host*"},
    {"MX through an alias", "mx", DOMAIN, "- example.org MX ok example.org. 300 IN CNAME web.example.net.& web.example.net. 300 IN MX 5 mx.example.net.\n",
     "dns.mx.cname example.org web.example.net\nmx.host mx.example.net 5"},
    {"the resolver fails for MX", "mx", DOMAIN, "- example.org MX servfail\n- example.org A ok example.org. 300 IN A 192.0.2.9\n- example.org AAAA nodata\n",
     "dns.mx.end example.org servfail\nnot mx.host*"},
    {"the resolver is silent", "mx", DOMAIN, "- example.org MX silent\n", "dns.mx.end example.org timed out"},
    {"an exchange with an alias", "exchange", "mx.host mx.example.org 10",
     "- mx.example.org A ok mx.example.org. 300 IN CNAME real.example.net.& real.example.net. 300 IN A 192.0.2.7\n- mx.example.org AAAA nodata\n",
     "dns.cname mx.example.org real.example.net\nendpoint.smtp mx.example.org[192.0.2.7]:25 mx"},
    {"an exchange at this machine is not talked to", "exchange", "mx.host mx.example.org 10", "- mx.example.org A ok mx.example.org. 300 IN A 127.0.0.1\n- mx.example.org AAAA nodata\n",
     "exchange.end mx.example.org ok\ndns.address mx.example.org 127.0.0.1\nnot endpoint*"},
    {"one family fails, the other has none", "exchange", "mx.host mx.example.org 10", "- mx.example.org A servfail\n- mx.example.org AAAA nodata\n", "exchange.end mx.example.org servfail"},
    {"mail to an outside recipient", "recipient", DOMAIN "\nrecipient.domain example.com example.com",
     "- example.com MX ok example.com. 300 IN MX 30 c.example.com.& example.com. 300 IN MX 10 a.example.com.& example.com. 300 IN MX 20 b.example.com.\n"
     "- a.example.com A ok a.example.com. 300 IN A 192.0.2.11\n- b.example.com A ok b.example.com. 300 IN A 192.0.2.12\n- c.example.com A ok c.example.com. 300 IN A 192.0.2.13\n",
     "endpoint.smtp a.example.com[192.0.2.11]:25 recipient\nendpoint.smtp b.example.com[192.0.2.12]:25 recipient\nnot endpoint.smtp c*\nnot mx.host*\nrecipient.end example.com ok"},
    /* --- reverse names --- */
    {"a reverse name that leads back", "ptr", "address.of 192.0.2.1 mx1.example.org",
     "- 1.2.0.192.in-addr.arpa PTR ok 1.2.0.192.in-addr.arpa. 300 IN PTR mx1.example.org.\n- mx1.example.org A ok mx1.example.org. 300 IN A 192.0.2.1\n",
     "ptr.end 192.0.2.1 ok\nptr.name 192.0.2.1 mx1.example.org\nptr.confirmed 192.0.2.1 true"},
    {"one that leads elsewhere", "ptr", "address.of 192.0.2.1 mx1.example.org",
     "- 1.2.0.192.in-addr.arpa PTR ok 1.2.0.192.in-addr.arpa. 300 IN PTR pool.example.net.\n- pool.example.net A ok pool.example.net. 300 IN A 192.0.2.2\n", "ptr.confirmed 192.0.2.1 false"},
    {"one whose own lookup fails proves nothing", "ptr", "address.of 192.0.2.1 mx1.example.org",
     "- 1.2.0.192.in-addr.arpa PTR ok 1.2.0.192.in-addr.arpa. 300 IN PTR mx1.example.org.\n- mx1.example.org A servfail\n", "ptr.end 192.0.2.1 ok\nnot ptr.confirmed*"},
    {"no reverse name is asked for a private address", "ptr", "address.of 10.0.0.1 mx1.example.org", "- 1.0.0.10.in-addr.arpa PTR nodata\n", "not ptr.end*\nrun.elapsed example.org*"},
    /* --- registration data --- */
    {"registration data of a domain that is denied", "mx rdap", DOMAIN,
     "- example.org MX nxdomain\nget https://data.iana.org/rdap/dns.json 200 application/json {\"services\":[[[\"org\"],[\"https://rdap.example/\"]]]}\n"
     "get https://rdap.example/domain/example.org 200 application/rdap+json {\"objectClassName\":\"domain\",\"ldhName\":\"example.org\",\"status\":[\"client hold\"]}\n",
     "rdap.domain example.org example.org\nrdap.server example.org https://rdap.example/domain/example.org\nrdap.status example.org client hold\nrdap.end example.org ok\nnot rdap.expires*"},
    {"a registry without such a domain", "mx rdap", DOMAIN,
     "- example.org MX nxdomain\nget https://data.iana.org/rdap/dns.json 200 application/json {\"services\":[[[\"org\"],[\"https://rdap.example/\"]]]}\n"
     "get https://rdap.example/domain/example.org 404 application/rdap+json {\"errorCode\":404}\n", "rdap.end example.org missing\nrdap.date example.org*"},
    {"an answer about another domain says nothing", "mx rdap", DOMAIN,
     "- example.org MX nxdomain\nget https://data.iana.org/rdap/dns.json 200 application/json {\"services\":[[[\"org\"],[\"https://rdap.example/\"]]]}\n"
     "get https://rdap.example/domain/example.org 200 application/rdap+json {\"objectClassName\":\"domain\",\"ldhName\":\"example.net\"}\n", "rdap.end example.org garbled\nnot rdap.date*\nnot rdap.status*"},
    {"no registry is listed", "mx rdap", DOMAIN, "- example.org MX nxdomain\nget https://data.iana.org/rdap/dns.json 200 application/json {\"services\":[]}\n",
     "rdap.end example.org no server\nnot rdap.server*"},
    {"a healthy domain is no matter for the registry", "mx rdap", DOMAIN, "- example.org MX ok example.org. 300 IN MX 10 mx.example.org.\n", "dns.mx.end example.org ok\nnot rdap*"},
    {"nor is one without MX", "mx rdap", DOMAIN, "- example.org MX nodata\n", "dns.mx.end example.org nodata\nnot rdap*"},
    {"an exchange of a parking service", "mx rdap", DOMAIN, "- example.org MX ok example.org. 300 IN MX 10 mx.bodis.com.\n", "rdap.domain example.org example.org\nrdap.end example.org dns"},
    {"a name below a domain that is delegated", "mx rdap", "target.domain sub.example.org sub.example.org",
     "- sub.example.org MX nxdomain\n- example.org NS ok example.org. 300 IN NS ns1.example.org.\n", "rdap.domain sub.example.org example.org\nrdap.end sub.example.org skipped"},
    {"a name below one that is not", "mx rdap", "target.domain sub.example.org sub.example.org", "- sub.example.org MX nxdomain\n- example.org NS nxdomain\n", "rdap.end sub.example.org dns"},
    {"nobody registers a public suffix", "mx rdap", "target.domain com.cn com.cn", "- com.cn MX nxdomain\n", "rdap.end com.cn skipped\nnot rdap.server*"},
    {"where the resolver fails for all", "resolver mx rdap", DOMAIN "\nresolver.address 192.0.2.1 192.0.2.1", "- example.org MX silent\n", "dns.mx.end example.org timed out"},
    /* --- delegation --- */
    {"a delegation with glue", "parent nameserver", DOMAIN,
     "- example.org NS ok example.org. 300 IN NS ns1.example.org.\n- org NS ok org. 300 IN NS a.nic.org.\n- . NS ok . 300 IN NS a.root.\n- a.nic.org A ok a.nic.org. 300 IN A 192.0.2.100\n"
     "- ns1.example.org A ok ns1.example.org. 300 IN A 192.0.2.53\n"
     "192.0.2.100 example.org NS nodata auth example.org. 300 IN NS ns1.example.org.& auth example.org. 300 IN NS ns2.example.org.& more ns1.example.org. 300 IN A 192.0.2.53& more ns2.example.org. 300 IN A 192.0.2.54\n"
     "192.0.2.100 example.org DS ok example.org. 300 IN DS 1 13 2 8E46E1F1304A6117FEFC572A01EBD89018F6C85BCC01DD108319A62E1510026B\n"
     "192.0.2.53 example.org SOA ok+aa example.org. 300 IN SOA ns1.example.org. h.example.org. 7 3600 600 86400 60\n"
     "192.0.2.53 example.org NS ok+aa example.org. 300 IN NS ns1.example.org.\n"
     "192.0.2.53 example.org MX ok+aa example.org. 300 IN MX 20 b.example.org.& example.org. 300 IN MX 10 a.example.org.\n"
     "192.0.2.53 example.org TXT nodata+aa\n",
     "parent.zone example.org org\nparent.ns example.org ns1.example.org\nparent.ns example.org ns2.example.org\nparent.ds example.org 1 13 2 8e46*\nparent.end example.org@a.nic.org[192.0.2.100] ok\n"
     "ns.host ns2.example.org example.org\nns.address ns1.example.org 192.0.2.53\nzone.end example.org@ns1.example.org[192.0.2.53] ok\nzone.serial example.org@ns1.example.org[192.0.2.53] 7\n"
     "zone.minimum example.org@ns1.example.org[192.0.2.53] 60\nzone.mx example.org@ns1.example.org[192.0.2.53] 10 a.example.org, 20 b.example.org\nzone.txt.end example.org@ns1.example.org[192.0.2.53] nodata\n"
     "zone.ns example.org ns1.example.org\nnot zone.ns example.org ns2*\nzone.end example.org@ns2.example.org[192.0.2.54] timed out"},
    {"the registry knows no such domain", "parent nameserver", DOMAIN,
     "- org NS ok org. 300 IN NS a.nic.org.\n- a.nic.org A ok a.nic.org. 300 IN A 192.0.2.100\n192.0.2.100 example.org NS nxdomain+aa auth org. 300 IN SOA a.nic.org. h.nic.org. 1 1 1 1 1\n",
     "parent.end example.org@a.nic.org[192.0.2.100] nxdomain\nparent.end example.org nxdomain\nnot ns.host*"},
    {"the resolver fails, the delegation stands", "parent", DOMAIN,
     "- example.org NS servfail\n- org NS ok org. 300 IN NS a.nic.org.\n- a.nic.org A ok a.nic.org. 300 IN A 192.0.2.100\n"
     "192.0.2.100 example.org NS nodata auth example.org. 300 IN NS ns1.example.net.\n",
     "parent.end example.org ok\nparent.ns example.org ns1.example.net\nns.host ns1.example.net example.org"},
    {"a server above knows no address in another zone", "parent", DOMAIN,
     "- example.org NS ok example.org. 300 IN NS ns1.example.net.\n- org NS ok org. 300 IN NS a.nic.org.\n- a.nic.org A ok a.nic.org. 300 IN A 192.0.2.100\n"
     "192.0.2.100 example.org NS nodata auth example.org. 300 IN NS ns1.example.net.& auth example.org. 300 IN NS ns.sister.org.& more ns1.example.net. 300 IN A 192.0.2.66& more ns.sister.org. 300 IN A 192.0.2.67\n",
     "parent.end example.org ok\nns.host ns1.example.net example.org\nnot ns.address ns1.example.net*\nns.address ns.sister.org 192.0.2.67"},
    {"a resolver that validates nothing is asked without validation", "parent", DOMAIN,
     "- example.org NS servfail\n- org NS servfail\n- . NS servfail\n- example.org NS/cd ok example.org. 300 IN NS ns1.example.net.\n- org NS/cd ok org. 300 IN NS a.nic.org.\n"
     "- a.nic.org A/cd ok a.nic.org. 300 IN A 192.0.2.100\n192.0.2.100 example.org NS nodata auth example.org. 300 IN NS ns1.example.net.\n",
     "parent.end example.org ok\nns.host ns1.example.net example.org"},
    {"a name inside a zone", "parent", "target.domain sub.example.org sub.example.org",
     "- sub.example.org NS nodata auth example.org. 300 IN SOA ns1.example.org. h.example.org. 7 3600 600 86400 60\n- example.org NS ok example.org. 300 IN NS ns1.example.org.\n"
     "- org NS ok org. 300 IN NS a.nic.org.\n- ns1.example.org A ok ns1.example.org. 300 IN A 192.0.2.53\n- a.nic.org A ok a.nic.org. 300 IN A 192.0.2.100\n"
     "192.0.2.53 sub.example.org NS nodata+aa auth example.org. 300 IN SOA ns1.example.org. h.example.org. 7 3600 600 86400 60\n"
     "192.0.2.100 example.org NS nodata auth example.org. 300 IN NS ns1.example.org.\n",
     "parent.zone example.org org\nparent.end example.org@a.nic.org[192.0.2.100] ok\nns.host ns1.example.org example.org\nnot parent.end sub.example.org@*\nnot parent.zone sub*"},
    {"no zone above can be found", "parent", DOMAIN, "- example.org NS silent\n- org NS silent\n- . NS silent\n", "parent.end example.org skipped\nnot ns.host*"},
    {"what the resolver has in its cache", "resolver", DOMAIN,
     "- example.org MX ok example.org. 77 IN MX 10 mx.example.org.\n- example.org TXT nodata auth example.org. 900 IN SOA ns1.example.org. h.example.org. 7 3600 600 86400 60\n",
     "resolver.mx.end example.org@resolver[192.0.2.153] ok\nresolver.mx example.org@resolver[192.0.2.153] 10 mx.example.org\nresolver.mx.left example.org@resolver[192.0.2.153] 77\n"
     "resolver.txt.end example.org@resolver[192.0.2.153] nodata\nresolver.txt.left example.org@resolver[192.0.2.153] 60\nnot resolver.own_zone*\nnot resolver.cd.end*\nnot resolver.host*"},
    {"a resolver with a zone of its own", "resolver", DOMAIN, "- example.org MX nodata+aa\n- example.org TXT servfail\n",
     "resolver.own_zone example.org@resolver[192.0.2.153] true\nnot resolver.mx.left*\nnot resolver.txt example.org*\nresolver.txt.end example.org@resolver[192.0.2.153] servfail"},
    {"a resolver that fails, with validation and without", "resolver", DOMAIN, "- example.org MX servfail\n- example.org MX/cd servfail\n- example.org TXT silent\n",
     "resolver.mx.end example.org@resolver[192.0.2.153] servfail\nresolver.cd.end example.org@resolver[192.0.2.153] servfail\nresolver.txt.end example.org@resolver[192.0.2.153] timed out"},
    {"a resolver's own few records say nothing of the zone", "parent", DOMAIN,
     "- example.org NS nodata+aa\n- org NS ok org. 300 IN NS a.nic.org.\n- . NS ok . 300 IN NS a.root.\n- a.nic.org A ok a.nic.org. 300 IN A 192.0.2.100\n"
     "192.0.2.100 example.org NS nodata auth example.org. 300 IN NS ns1.example.net.\n",
     "parent.zone example.org org\nparent.end example.org@a.nic.org[192.0.2.100] ok\nns.host ns1.example.net example.org\nnot ns.host a.nic.org*"},
    {"servers that do not serve the zone", "nameserver", DOMAIN "\nns.host ns1.example.net example.org\nns.host ns2.example.net example.org\nns.host ns3.example.net example.org",
     "- ns1.example.net A ok ns1.example.net. 300 IN A 192.0.2.1\n- ns2.example.net A ok ns2.example.net. 300 IN A 192.0.2.2\n- ns3.example.net A ok ns3.example.net. 300 IN A 192.0.2.3\n"
     "192.0.2.1 example.org SOA refused\n192.0.2.1 example.org MX refused\n"
     "192.0.2.2 example.org SOA nodata auth . 300 IN NS a.root.\n192.0.2.2 example.org MX nodata auth . 300 IN NS a.root.\n"
     "192.0.2.3 example.org SOA ok example.org. 300 IN SOA ns1.example.org. h.example.org. 7 3600 600 86400 60\n",
     "zone.end example.org@ns1.example.net[192.0.2.1] refused\nzone.end example.org@ns2.example.net[192.0.2.2] upward referral\nzone.mx.end example.org@ns2.example.net[192.0.2.2] not authoritative\n"
     "zone.end example.org@ns3.example.net[192.0.2.3] not authoritative\nnot zone.serial*\nnot zone.mx example.org*"},
    {"name servers without an address", "nameserver", DOMAIN "\nns.host ns1.example.net example.org", "- ns1.example.net A nodata\n- ns1.example.net AAAA nodata\n", "ns.address.end ns1.example.net nodata\nnot zone.end*"},
    {"an answer that was cut", "nameserver", DOMAIN "\nns.host ns1.example.net example.org",
     "- ns1.example.net A ok ns1.example.net. 300 IN A 192.0.2.1\n192.0.2.1 example.org TXT ok+aa+tc example.org. 300 IN TXT \"long\"\n192.0.2.1 example.org MX nodata+aa\n",
     "zone.truncated example.org@ns1.example.net[192.0.2.1] TXT\nzone.tcp.end example.org@ns1.example.net[192.0.2.1] ok\nzone.txt example.org@ns1.example.net[192.0.2.1] long"},
    {"a server that speaks TCP too, and adds no addresses of its own", "nameserver", DOMAIN "\nns.host ns1.example.org example.org",
     "- ns1.example.org A ok ns1.example.org. 300 IN A 192.0.2.1\n192.0.2.1 example.org SOA/tcp ok+aa example.org. 300 IN SOA ns1.example.org. h.example.org. 7 3600 600 86400 60\n"
     "192.0.2.1 example.org SOA ok+aa example.org. 300 IN SOA ns1.example.org. h.example.org. 7 3600 600 86400 60\n"
     "192.0.2.1 example.org NS ok+aa example.org. 300 IN NS ns1.example.org.& example.org. 300 IN NS ns2.example.org.& more ns2.example.org. 300 IN A 192.0.2.2\n"
     "192.0.2.1 ns1.example.org A ok+aa ns1.example.org. 300 IN A 192.0.2.3\n192.0.2.1 ns1.example.org AAAA nodata+aa\n192.0.2.1 example.org MX ok+aa example.org. 7200 IN MX 1 mx.example.org.\n",
     "zone.tcp.end example.org@ns1.example.org[192.0.2.1] ok\nns.own_address ns1.example.org 192.0.2.3\nns.own.end ns1.example.org ok\nns.own_address ns2.example.org 192.0.2.2\n"
     "zone.ns.set example.org@ns1.example.org[192.0.2.1] ns1.example.org, ns2.example.org\nzone.mx.ttl example.org@ns1.example.org[192.0.2.1] 7200\nnot zone.plain.end*"},
    {"a server that fails with EDNS", "nameserver", DOMAIN "\nns.host ns1.example.net example.org",
     "- ns1.example.net A ok ns1.example.net. 300 IN A 192.0.2.1\n192.0.2.1 example.org SOA servfail\n"
     "192.0.2.1 example.org SOA/plain ok+aa example.org. 300 IN SOA ns1.example.org. h.example.org. 7 3600 600 86400 60\n",
     "zone.end example.org@ns1.example.net[192.0.2.1] servfail\nzone.plain.end example.org@ns1.example.net[192.0.2.1] ok\nzone.tcp.end example.org@ns1.example.net[192.0.2.1] timed out"},
    {"no TCP here: a server of the zone above is the measure", "nameserver",
     DOMAIN "\nparent.zone example.org org\nparent.end example.org@a.nic.org[192.0.2.100] ok\nns.host ns1.example.net example.org",
     "- ns1.example.net A ok ns1.example.net. 300 IN A 192.0.2.1\n192.0.2.100 org SOA/tcp ok+aa org. 300 IN SOA a.nic.org. h.nic.org. 1 1 1 1 1\n",
     "zone.tcp.end example.org@ns1.example.net[192.0.2.1] timed out\nzone.tcp.end org@a.nic.org[192.0.2.100] ok\nzone.tcp.control.end example.org@ns1.example.net[192.0.2.1] ok"},
    {"servers above that say otherwise are told, those that agree are not", "parent", DOMAIN,
     "- example.org NS ok example.org. 300 IN NS ns1.example.org.\n- org NS ok org. 300 IN NS a.nic.org.& org. 300 IN NS b.nic.org.& org. 300 IN NS c.nic.org.\n"
     "- a.nic.org A ok a.nic.org. 300 IN A 192.0.2.100\n- b.nic.org A ok b.nic.org. 300 IN A 192.0.2.101\n- c.nic.org A ok c.nic.org. 300 IN A 192.0.2.102\n"
     "192.0.2.100 example.org NS nodata auth example.org. 300 IN NS ns1.example.org.& more ns1.example.org. 300 IN A 192.0.2.53\n"
     "192.0.2.101 example.org NS nodata auth example.org. 300 IN NS ns1.example.org.& more ns1.example.org. 300 IN A 192.0.2.53\n"
     "192.0.2.102 example.org NS nodata auth example.org. 300 IN NS ns1.example.org.& auth example.org. 300 IN NS ns2.example.net.\n",
     "parent.ns.set example.org@a.nic.org[192.0.2.100] ns1.example.org\nparent.glue ns1.example.org@a.nic.org[192.0.2.100] 192.0.2.53\nnot parent.ns.set example.org@b*\nnot parent.glue ns1.example.org@b*\n"
     "parent.ns.set example.org@c.nic.org[192.0.2.102] ns1.example.org, ns2.example.net\nparent.glue ns1.example.org@c.nic.org[192.0.2.102] *\nnot parent.glue ns2*\n"
     "parent.end example.org@b.nic.org[192.0.2.101] ok"},
    {"an exchange's TLSA at its own servers", "zonehost", DOMAIN "\nexchange.end mx.example.org ok",
     "- example.org NS ok example.org. 300 IN NS ns1.example.org.\n- ns1.example.org A ok ns1.example.org. 300 IN A 192.0.2.53\n192.0.2.53 mx.example.org A ok+aa mx.example.org. 900 IN A 192.0.2.1\n"
     "192.0.2.53 mx.example.org AAAA servfail\n192.0.2.53 _25._tcp.mx.example.org TLSA ok+aa _25._tcp.mx.example.org. 300 IN TLSA 3 1 1 AABB\n",
     "zone.aaaa.end mx.example.org@ns1.example.org[192.0.2.53] servfail\nzone.address.end mx.example.org@ns1.example.org[192.0.2.53] ok\n"
     "zone.address.ttl mx.example.org@ns1.example.org[192.0.2.53] 900\nzone.tlsa mx.example.org@ns1.example.org[192.0.2.53] 3 1 1 aabb"},
    {"an alias at the apex", "nameserver", DOMAIN "\nns.host ns1.example.net example.org",
     "- ns1.example.net A ok ns1.example.net. 300 IN A 192.0.2.1\n192.0.2.1 example.org MX ok+aa example.org. 300 IN CNAME web.example.net.& web.example.net. 300 IN MX 1 mx.example.net.\n",
     "zone.apex_cname example.org@ns1.example.net[192.0.2.1] web.example.net"},
    {"an exchange that its own zone does not know", "zonehost", "exchange.end mx.example.org nxdomain",
     "- example.org NS ok example.org. 300 IN NS ns1.example.org.\n- ns1.example.org A ok ns1.example.org. 300 IN A 192.0.2.53\n192.0.2.53 mx.example.org A nxdomain+aa\n192.0.2.53 mx.example.org AAAA nxdomain+aa\n",
     "zone.address.end mx.example.org@ns1.example.org[192.0.2.53] nxdomain"},
    {"an exchange that only the resolver does not know", "zonehost", "exchange.end mx.example.org servfail",
     "- example.org NS ok example.org. 300 IN NS ns1.example.org.\n- ns1.example.org A ok ns1.example.org. 300 IN A 192.0.2.53\n192.0.2.53 mx.example.org A ok+aa mx.example.org. 300 IN A 192.0.2.1\n"
     "192.0.2.53 mx.example.org AAAA nodata+aa\n",
     "zone.address.end mx.example.org@ns1.example.org[192.0.2.53] ok\nzone.address mx.example.org@ns1.example.org[192.0.2.53] 192.0.2.1"},
    {"a stranger's exchange with a good address is not asked for", "zonehost", DOMAIN "\nexchange.end mx.example.net ok", "- example.net NS nodata\n", "not zone.host.end*\nrun.elapsed example.org*"},
    {"SERVFAIL that is no matter of DNSSEC", "dnssec", "dns.mx.end example.org servfail", "- example.org MX/cd servfail\n", "dnssec.cd.end example.org servfail\nnot dnssec.flaw*"},
    {"SERVFAIL that checking makes", "dnssec", "dns.mx.end example.org servfail",
     "- example.org MX/cd ok example.org. 300 IN MX 1 mx.example.org.\n- example.org NS/cd ok example.org. 300 IN NS ns1.example.org.\n"
     "- example.org DS/cd ok example.org. 300 IN DS 1 13 2 8E46E1F1304A6117FEFC572A01EBD89018F6C85BCC01DD108319A62E1510026B\n- example.org DNSKEY/cd nodata\n",
     "dnssec.cd.end example.org ok\ndnssec.flaw example.org unsigned child"},
    {"a zone without DS is not part of a chain", "dnssec", "dns.mx.end example.org servfail",
     "- example.org MX/cd ok example.org. 300 IN MX 1 mx.example.org.\n- example.org NS/cd ok example.org. 300 IN NS ns1.example.org.\n- example.org DS/cd nodata\n- example.org DNSKEY/cd nodata\n",
     "dnssec.cd.end example.org ok\nnot dnssec.flaw*"},
    {"a signed domain that the resolver does not check", "dnssec", DOMAIN "\ndns.mx.end example.org ok\nparent.ds example.org 1 13 2 8e46",
     "- example.org NS ok example.org. 300 IN NS ns1.example.org.\n- ns1.example.org A ok ns1.example.org. 300 IN A 192.0.2.53\n"
     "- example.org DS/cd ok example.org. 300 IN DS 1 13 2 8E46E1F1304A6117FEFC572A01EBD89018F6C85BCC01DD108319A62E1510026B\n192.0.2.53 example.org DNSKEY nodata+aa\n",
     "dnssec.flaw example.org unsigned child\nnot dnssec.cd*"},
    {"the same, and its servers do not answer: nothing is known", "dnssec", DOMAIN "\ndns.mx.end example.org ok\nparent.ds example.org 1 13 2 8e46",
     "- example.org NS ok example.org. 300 IN NS ns1.example.org.\n- ns1.example.org A ok ns1.example.org. 300 IN A 192.0.2.53\n"
     "- example.org DS/cd ok example.org. 300 IN DS 1 13 2 8E46E1F1304A6117FEFC572A01EBD89018F6C85BCC01DD108319A62E1510026B\n",
     "dnssec.end example.org ok\nnot dnssec.flaw*"},
    {"a signed domain that the resolver checked", "dnssec", DOMAIN "\ndns.mx.end example.org ok\ndnssec.secure example.org true\nparent.ds example.org 1 13 2 8e46", "- example.org NS nodata\n",
     "not dnssec.end*\nrun.elapsed example.org*"},
    /* --- policy --- */
    {"SPF that is none", "spf", DOMAIN, "- example.org TXT ok example.org. 300 IN TXT \"v=spf10 -all\"& example.org. 300 IN TXT \"google-site-verification=x\"\n", "spf.end example.org nodata\nnot spf.record*"},
    {"SPF, its includes and what they cost", "spf", DOMAIN,
     "- example.org TXT ok example.org. 300 IN TXT \"v=spf1 include:a.example.net include:gone.example.net a:void.example.net ip4:10.0.0.0/8 ~all\"\n"
     "- a.example.net TXT ok a.example.net. 300 IN TXT \"v=spf1 mx -all\"\n- a.example.net MX ok a.example.net. 300 IN MX 1 mx.example.net.\n- mx.example.net A ok mx.example.net. 300 IN A 192.0.2.1\n",
     "spf.end example.org ok\nspf.lookups example.org 4\nspf.include_missing example.org gone.example.net\nspf.void example.org a:void.example.net*\nspf.all example.org ~all\nspf.wide example.org ip4:10.0.0.0/8"},
    {"two SPF records", "spf", DOMAIN, "- example.org TXT ok example.org. 300 IN TXT \"v=spf1 -all\"& example.org. 300 IN TXT \"v=spf1 mx -all\"\n", "spf.flaw example.org more than one SPF record\nnot spf.lookups*"},
    {"SPF that does not parse", "spf", DOMAIN, "- example.org TXT ok example.org. 300 IN TXT \"v=spf1 ipv4:192.0.2.1 -all\"\n", "spf.flaw example.org*\nnot spf.all*"},
    {"SPF for an address", "spf_address", DOMAIN "\naddress.of 192.0.2.1 mx1.example.org\naddress.of 192.0.2.2 mx2.example.org",
     "- example.org TXT ok example.org. 300 IN TXT \"v=spf1 include:a.example.net -all\"\n- a.example.net TXT ok a.example.net. 300 IN TXT \"v=spf1 ip4:192.0.2.1 -all\"\n",
     "spf.result 192.0.2.1 pass\nspf.result 192.0.2.2 fail"},
    {"SPF where the resolver fails", "spf_address", DOMAIN "\naddress.of 192.0.2.1 mx1.example.org", "- example.org TXT servfail\n", "spf.result 192.0.2.1 temperror"},
    {"DMARC of the domain", "dmarc", DOMAIN, "- _dmarc.example.org TXT ok _dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject\"\n", "dmarc.end example.org ok\ndmarc.policy example.org reject"},
    {"DMARC of the organisation", "dmarc", "target.domain a.b.example.org a.b.example.org", "- _dmarc.example.org TXT ok _dmarc.example.org. 300 IN TXT \"v=DMARC1; p=none; sp=quarantine\"\n",
     "dmarc.end a.b.example.org ok\ndmarc.policy a.b.example.org quarantine\ndmarc.record _dmarc.example.org*"},
    {"reports to other organisations", "dmarc", DOMAIN,
     "- _dmarc.example.org TXT ok _dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject; sp=none; rua=mailto:a@mail.example.org,mailto:b@yes.example,mailto:c@no.example,mailto:d@down.example\"\n"
     "- example.org._report._dmarc.yes.example TXT ok example.org._report._dmarc.yes.example. 300 IN TXT \"v=DMARC1\"\n"
     "- example.org._report._dmarc.no.example TXT ok example.org._report._dmarc.no.example. 300 IN TXT \"hello\"\n"
     "- example.org._report._dmarc.down.example TXT servfail\n",
     "dmarc.report yes.example authorised\ndmarc.report no.example not authorised\ndmarc.report down.example servfail\nnot dmarc.report mail.example.org*\n"
     "dmarc.organisation example.org example.org\ndmarc.subdomains example.org none\ndmarc.nonexistent example.org none"},
    {"DMARC of a public suffix", "dmarc", "target.domain a.example.org a.example.org",
     "- _dmarc.org TXT ok _dmarc.org. 300 IN TXT \"v=DMARC1; p=none; np=reject; psd=y\"\n- a.example.org TXT nodata\n",
     "dmarc.policy a.example.org none\ndmarc.organisation a.example.org example.org\nnot dmarc.subdomains*"},
    {"DMARC of a public suffix above the organisation's", "dmarc", "target.domain a.example.org a.example.org",
     "- _dmarc.org TXT ok _dmarc.org. 300 IN TXT \"v=DMARC1; p=none; psd=y\"\n- _dmarc.example.org TXT ok _dmarc.example.org. 300 IN TXT \"v=DMARC1; p=none; np=reject\"\n",
     "dmarc.policy a.example.org reject\ndmarc.organisation a.example.org example.org\ndmarc.nonexistent a.example.org reject"},
    {"DMARC below whose own record nobody knows", "dmarc", "target.domain a.example.org a.example.org",
     "- _dmarc.a.example.org TXT servfail\n- _dmarc.example.org TXT ok _dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject\"\n",
     "dmarc.end a.example.org servfail\nnot dmarc.policy*\nnot dmarc.organisation*"},
    {"no DMARC anywhere, other TXT there", "dmarc", DOMAIN, "- _dmarc.example.org TXT ok _dmarc.example.org. 300 IN TXT \"hello\"\n", "dmarc.end example.org nodata\nnot dmarc.policy*"},
    {"two DMARC records count as none", "dmarc", DOMAIN, "- _dmarc.example.org TXT ok _dmarc.example.org. 300 IN TXT \"v=DMARC1; p=none\"& _dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject\"\n",
     "dmarc.flaw _dmarc.example.org more than one DMARC record\nnot dmarc.policy*"},
    {"DMARC at the wrong place", "dmarc", DOMAIN, "- example.org TXT ok example.org. 300 IN TXT \"v=DMARC1; p=none\"\n", "dmarc.flaw example.org stands at*\ndmarc.end example.org nxdomain"},
    {"DMARC that cannot be looked up", "dmarc", DOMAIN, "- _dmarc.example.org TXT servfail\n", "dmarc.end example.org servfail\nnot dmarc.policy*"},
    {"MTA-STS and what it covers", "mtasts", DOMAIN,
     "- _mta-sts.example.org TXT ok _mta-sts.example.org. 300 IN TXT \"v=STSv1; id=1;\"\n- example.org MX ok example.org. 300 IN MX 1 mx1.example.org.& example.org. 300 IN MX 2 mx.other.net.\n"
     "get https://mta-sts.example.org/.well-known/mta-sts.txt 200 text/plain version: STSv1|mode: enforce|mx: *.example.org|max_age: 86400\n",
     "mtasts.end example.org ok\nmtasts.fetch.end example.org ok\nmtasts.http example.org 200\nmtasts.mode example.org enforce\nmtasts.mx example.org *.example.org\n"
     "mtasts.covers mx1.example.org true\nmtasts.covers mx.other.net false"},
    {"an MTA-STS policy that moved", "mtasts", DOMAIN,
     "- _mta-sts.example.org TXT ok _mta-sts.example.org. 300 IN TXT \"v=STSv1; id=1;\"\nget https://mta-sts.example.org/.well-known/mta-sts.txt 301 text/html moved\n",
     "mtasts.fetch.end example.org redirect\nnot mtasts.mode*"},
    {"an MTA-STS policy without a host", "mtasts", DOMAIN, "- _mta-sts.example.org TXT ok _mta-sts.example.org. 300 IN TXT \"v=STSv1; id=1;\"\n", "mtasts.fetch.end example.org dns"},
    {"no MTA-STS record: nothing is fetched", "mtasts", DOMAIN, "- _mta-sts.example.org TXT ok _mta-sts.example.org. 300 IN TXT \"hello\"\n", "mtasts.end example.org nodata\nnot mtasts.fetch*"},
    {"two MTA-STS records count as none", "mtasts", DOMAIN, "- _mta-sts.example.org TXT ok _mta-sts.example.org. 300 IN TXT \"v=STSv1; id=1;\"& _mta-sts.example.org. 300 IN TXT \"v=STSv1; id=2;\"\n",
     "mtasts.record_flaw example.org more than one*\nnot mtasts.fetch*"},
    {"where TLS reports go", "tlsrpt", DOMAIN, "- _smtp._tls.example.org TXT ok _smtp._tls.example.org. 300 IN TXT \"v=TLSRPTv1; rua=mailto:r@example.org\"\n", "tlsrpt.end example.org ok\nnot tlsrpt.flaw*"},
    {"TLS reports to another domain, by another record", "tlsrpt", DOMAIN,
     "- _smtp._tls.example.org TXT ok _smtp._tls.example.org. 300 IN CNAME r.example.net.& r.example.net. 300 IN TXT \"v=TLSRPTv1; rua=mailto:r@closed.example,ftp://x.y/\"\n"
     "- closed.example MX ok closed.example. 300 IN MX 0 .\n",
     "tlsrpt.end example.org ok\ntlsrpt.rua example.org mailto:r@closed.example\ntlsrpt.target closed.example null mx\nnot tlsrpt.flaw*"},
    {"a wildcard TXT is no record of transport security", "mtasts tlsrpt", DOMAIN,
     "- _mta-sts.example.org TXT ok _mta-sts.example.org. 300 IN TXT \"v=spf1 -all\"& _mta-sts.example.org. 300 IN TXT \"sts-verification=1\"\n"
     "- _smtp._tls.example.org TXT ok _smtp._tls.example.org. 300 IN TXT \"v=spf1 -all\"\n",
     "mtasts.end example.org nodata\ntlsrpt.end example.org nodata\nnot mtasts.record*\nnot tlsrpt.record*\nnot tlsrpt.flaw*"},
    {"an MTA-STS policy of a domain with a null MX covers nothing", "mtasts", DOMAIN,
     "- _mta-sts.example.org TXT ok _mta-sts.example.org. 300 IN TXT \"v=STSv1; id=1;\"\n- example.org MX ok example.org. 300 IN MX 0 .\n"
     "get https://mta-sts.example.org/.well-known/mta-sts.txt 200 text/plain version: STSv1|mode: enforce|mx: mx.example.org|max_age: 86400\n",
     "mtasts.mode example.org enforce\nmtasts.max_age example.org 86400\nnot mtasts.covers*"},
    {"an MTA-STS policy of another media type is none", "mtasts", DOMAIN,
     "- _mta-sts.example.org TXT ok _mta-sts.example.org. 300 IN TXT \"v=STSv1; id=1;\"\n"
     "get https://mta-sts.example.org/.well-known/mta-sts.txt 200 text/html version: STSv1|mode: enforce|mx: *.example.org|max_age: 86400\n",
     "mtasts.media_type example.org text/html\nmtasts.policy example.org version*\nnot mtasts.mode*\nnot mtasts.covers*"},
    {"CAA of the nearest level", "caa", "mx.host mx.a.example.org 10",
     "- mx.a.example.org CAA nodata\n- a.example.org CAA nodata\n- example.org CAA ok example.org. 300 IN CAA 0 issue \"letsencrypt.org\"& example.org. 300 IN CAA 0 iodef \"mailto:x@example.org\"\n"
     "- org CAA ok org. 300 IN CAA 0 issue \";\"\n",
     "caa.end mx.a.example.org ok\ncaa.allows mx.a.example.org letsencrypt.org\ncaa.record mx.a.example.org 0 issue*\nnot caa.flaw*"},
    {"no CAA at all", "caa", "mx.host mx.example.org 10", "- mx.example.org CAA nodata\n", "caa.end mx.example.org nodata\nnot caa.allows*"},
    {"a level of CAA that fails hides those above", "caa", "mx.host mx.example.org 10",
     "- mx.example.org CAA nodata\n- example.org CAA servfail\n- org CAA ok org. 300 IN CAA 0 issue \"letsencrypt.org\"\n", "caa.end mx.example.org servfail\nnot caa.allows*\nnot caa.record*"},
    {"CAA that lets nobody issue", "caa", "mx.host mx.example.org 10", "- mx.example.org CAA ok mx.example.org. 300 IN CAA 128 tbs \"x\"\n", "caa.flaw mx.example.org a critical*\ncaa.allows mx.example.org*"},
    {"the issuer seen is allowed", "caa", "tls.issuer mx.example.org[192.0.2.1]:25 CN=R11,O=Let's Encrypt,C=US",
     "- example.org CAA ok example.org. 300 IN CAA 0 issue \"digicert.com\"& example.org. 300 IN CAA 0 issue \"letsencrypt.org\"\n",
     "caa.permits mx.example.org[192.0.2.1]:25 true\ncaa.issuer.end mx.example.org[192.0.2.1]:25 ok\nnot caa.wanted*"},
    {"the issuer seen is shut out", "caa", "tls.issuer mx.example.org[192.0.2.1]:25 CN=R11,O=Let's Encrypt,C=US",
     "- example.org CAA ok example.org. 300 IN CAA 0 issue \"digicert.com\"\n",
     "caa.permits mx.example.org[192.0.2.1]:25 false\ncaa.wanted mx.example.org[192.0.2.1]:25 letsencrypt.org\ncaa.allows mx.example.org digicert.com"},
    {"a wildcard certificate goes by issuewild of the level above", "caa", "tls.names mx.example.org[192.0.2.1]:25 *.example.org\ntls.issuer mx.example.org[192.0.2.1]:25 CN=R11,O=Let's Encrypt,C=US",
     "- mx.example.org CAA ok mx.example.org. 300 IN CAA 0 issue \"digicert.com\"\n"
     "- example.org CAA ok example.org. 300 IN CAA 0 issue \";\"& example.org. 300 IN CAA 0 issuewild \"letsencrypt.org\"\n",
     "caa.permits mx.example.org[192.0.2.1]:25 true"},
    {"an issuer that is in no table is not compared", "caa", "tls.issuer mx.example.org[192.0.2.1]:25 CN=Own CA", "- example.org CAA ok example.org. 300 IN CAA 0 issue \"digicert.com\"\n",
     "run.elapsed example.org*\nnot caa.permits*\nnot caa.end*"},
    {"TLSA that nobody validated", "tlsa", "mx.host mx.example.org 10",
     "- _25._tcp.mx.example.org TLSA ok _25._tcp.mx.example.org. 300 IN TLSA 3 1 1 D8DC7D123D3553B688176A349BF62615833AD076A559715A7AD8B49C07C448C2\n",
     "tlsa.end mx.example.org:25 ok\ntlsa.record mx.example.org:25 3 1 1 d8dc*\nnot tlsa.secure*"},
    {"TLSA that the resolver validated", "tlsa", "mx.host mx.example.org 10",
     "- _25._tcp.mx.example.org TLSA ok+ad _25._tcp.mx.example.org. 300 IN TLSA 3 1 1 D8DC7D123D3553B688176A349BF62615833AD076A559715A7AD8B49C07C448C2\n", "tlsa.secure mx.example.org:25 true"},
    {"TLSA that fails", "tlsa", "mx.host mx.example.org 10", "- _25._tcp.mx.example.org TLSA servfail\n", "tlsa.end mx.example.org:25 servfail\nnot tlsa.secure*"},
    /* --- settings --- */
    {"a wildcard below _tcp names no service", "srv", DOMAIN,
     "- _no-such-service-mailwhy._tcp.example.org SRV ok _no-such-service-mailwhy._tcp.example.org. 300 IN SRV 0 0 443 www.example.org.\n"
     "- _imaps._tcp.example.org SRV ok _imaps._tcp.example.org. 300 IN SRV 0 0 443 www.example.org.\n- _pop3s._tcp.example.org SRV ok _pop3s._tcp.example.org. 300 IN SRV 0 1 995 mail.example.org.\n"
     "- mail.example.org A ok mail.example.org. 300 IN A 192.0.2.5\n",
     "srv.end example.org ok\nsrv.wildcard example.org 0 0 443 www.example.org\nservice.published mail.example.org:995 pop3 tls\nnot service.published www*\nnot srv.record example.org imaps*"},
    {"SRV by a wildcard alone", "srv", DOMAIN,
     "- _no-such-service-mailwhy._tcp.example.org SRV ok _no-such-service-mailwhy._tcp.example.org. 300 IN SRV 0 0 443 www.example.org.\n"
     "- _imaps._tcp.example.org SRV ok _imaps._tcp.example.org. 300 IN SRV 0 0 443 www.example.org.\n", "srv.end example.org nodata\nnot service*"},
    {"SRV where only the made-up service fails", "srv", DOMAIN,
     "- _no-such-service-mailwhy._tcp.example.org SRV silent\n- _imaps._tcp.example.org SRV ok _imaps._tcp.example.org. 300 IN SRV 0 1 993 mail.example.org.\n",
     "srv.end example.org ok\nservice.published mail.example.org:993 imap tls\nnot srv.wildcard*"},
    {"services by SRV", "srv service", DOMAIN,
     "- _imaps._tcp.example.org SRV ok _imaps._tcp.example.org. 300 IN SRV 0 1 9993 mail.example.org.\n- _pop3._tcp.example.org SRV ok _pop3._tcp.example.org. 300 IN SRV 0 0 0 .\n"
     "- mail.example.org A ok mail.example.org. 300 IN A 192.0.2.5\n",
     "srv.end example.org ok\nsrv.record example.org pop3 0 0 0 .\nservice.published mail.example.org:9993 imap tls\nendpoint.imaps mail.example.org[192.0.2.5]:9993 published\n"
     "endpoint.imaps mail.example.org[192.0.2.5]:993 tried\nendpoint.submission mail.example.org[192.0.2.5]:587 tried\nservice.source mail.example.org srv\nnot endpoint.pop3 .*\nservice.end mail.example.org ok"},
    {"no SRV", "srv", DOMAIN, "- _imaps._tcp.example.org SRV nodata\n", "srv.end example.org nodata\nnot service*"},
    {"SRV that fails", "srv", DOMAIN, "- _imaps._tcp.example.org SRV servfail\n", "srv.end example.org servfail"},
    {"a guess where nothing is published", "guess service", DOMAIN "\nautoconfig.end example.org not found",
     "- example.org MX nodata\n- mail.example.org A ok mail.example.org. 300 IN A 192.0.2.5\n",
     "settings.end example.org guessed\nservice.source mail.example.org guess\nendpoint.imaps mail.example.org[192.0.2.5]:993 guessed\ndns.wildcard example.org false\nnot address.of*"},
    {"a wildcard makes no guess true", "guess", DOMAIN "\nautoconfig.end example.org not found",
     "- example.org MX nodata\n- mail.example.org A ok mail.example.org. 300 IN A 192.0.2.5\n- no-such-name-mailwhy.example.org A ok no-such-name-mailwhy.example.org. 300 IN A 192.0.2.5\n",
     "dns.wildcard example.org true\nsettings.end example.org not found\nnot service.host*"},
    {"no guess where something is published", "guess", DOMAIN "\nautoconfig.end example.org ok\nservice.source imap.example.net autoconfig", "- mail.example.org A ok mail.example.org. 300 IN A 192.0.2.5\n",
     "settings.end example.org ok\nnot service.host*\nnot dns.wildcard*"},
    {"no guess where DNS fails", "guess", DOMAIN "\nautoconfig.end example.org not found", "- _imaps._tcp.example.org SRV silent\n- mail.example.org A ok mail.example.org. 300 IN A 192.0.2.5\n",
     "settings.end example.org timed out\nnot service.host*"},
    {"the exchange of a provider is the last guess", "guess", DOMAIN "\nmx.of mx.example.net example.org\nmx.host mx.example.net 10\nautoconfig.end example.org not found", "- example.org MX nodata\n",
     "service.host mx.example.net*"},
    {"autoconfig", "autoconfig", DOMAIN,
     "get https://autoconfig.example.org/mail/config-v1.1.xml 200 text/xml <clientConfig version=\"1.1\"><emailProvider id=\"example.org\"><incomingServer type=\"imap\"><hostname>imap.example.org</hostname>"
     "<port>993</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username></incomingServer></emailProvider></clientConfig>\n- imap.example.org A ok imap.example.org. 300 IN A 192.0.2.6\n",
     "autoconfig.end example.org ok\nservice.published imap.example.org:993 imap tls\nservice.username imap.example.org:993 address\nendpoint.imaps imap.example.org[192.0.2.6]:993 published"},
    {"a web page is no autoconfig", "autoconfig", DOMAIN, "get https://example.org/.well-known/autoconfig/mail/config-v1.1.xml 200 text/html <html>hello</html>\n",
     "autoconfig.place https://example.org/.well-known/autoconfig/mail/config-v1.1.xml html\nautoconfig.end example.org not found\nnot autoconfig.flaw*"},
    {"autoconfig that is damaged", "autoconfig", DOMAIN, "get https://autoconfig.example.org/mail/config-v1.1.xml 200 text/xml <clientConfig><emailProvider>\n",
     "autoconfig.end example.org garbled\nautoconfig.flaw https://autoconfig.example.org/mail/config-v1.1.xml*"},
    /* --- what options ask for: selector s1, block list bl.example --- */
    {"a DKIM key", "dkim", DOMAIN, "- s1._domainkey.example.org TXT ok s1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n",
     "dkim.end s1._domainkey.example.org ok\ndkim.key_type s1._domainkey.example.org ed25519\ndkim.key_bits s1._domainkey.example.org 256\ndkim.revoked s1._domainkey.example.org false\nnot dkim.flaw*"},
    {"what a wildcard says of SPF is no DKIM key", "dkim", DOMAIN, "- s1._domainkey.example.org TXT ok s1._domainkey.example.org. 300 IN TXT \"v=spf1 -all\"\n",
     "dkim.end s1._domainkey.example.org nodata\nnot dkim.flaw*\nnot dkim.record*"},
    {"a DKIM key beside what a wildcard says", "dkim", DOMAIN,
     "- s1._domainkey.example.org TXT ok s1._domainkey.example.org. 300 IN TXT \"v=spf1 -all\"& s1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n",
     "dkim.end s1._domainkey.example.org ok\ndkim.key_type s1._domainkey.example.org ed25519\nnot dkim.flaw*"},
    {"a revoked DKIM key", "dkim", DOMAIN, "- s1._domainkey.example.org TXT ok s1._domainkey.example.org. 300 IN TXT \"v=DKIM1; p=\"\n", "dkim.revoked s1._domainkey.example.org true\nnot dkim.key_bits*"},
    {"no DKIM key", "dkim", DOMAIN, "- x TXT nodata\n", "dkim.end s1._domainkey.example.org nxdomain\nnot dkim.end example.org*"},
    {"a block list that lists", "dnsbl", DOMAIN "\naddress.of 192.0.2.1 mx1.example.org\naddress.of 192.0.2.2 mx2.example.org",
     "- 2.0.0.127.bl.example A ok 2.0.0.127.bl.example. 300 IN A 127.0.0.2\n- 1.2.0.192.bl.example A ok 1.2.0.192.bl.example. 300 IN A 127.0.0.4\n",
     "dnsbl.end bl.example ok\ndnsbl.listed 192.0.2.1 bl.example 127.0.0.4\nnot dnsbl.listed 192.0.2.2*"},
    {"a block list that refuses", "dnsbl", DOMAIN "\naddress.of 192.0.2.1 mx1.example.org",
     "- 2.0.0.127.bl.example A ok 2.0.0.127.bl.example. 300 IN A 127.255.255.254\n- 1.0.0.127.bl.example A ok 1.0.0.127.bl.example. 300 IN A 127.255.255.254\n"
     "- 1.2.0.192.bl.example A ok 1.2.0.192.bl.example. 300 IN A 127.255.255.254\n",
     "dnsbl.end bl.example refused\nnot dnsbl.listed*"},
    {"an answer that no list means as a reason", "dnsbl", DOMAIN "\naddress.of 192.0.2.1 mx1.example.org",
     "- 2.0.0.127.bl.example A ok 2.0.0.127.bl.example. 300 IN A 127.0.0.2\n- 1.2.0.192.bl.example A ok 1.2.0.192.bl.example. 300 IN A 127.0.0.1\n",
     "dnsbl.end bl.example ok\nnot dnsbl.listed*"},
    {"a block list that lists everybody", "dnsbl", DOMAIN "\naddress.of 192.0.2.1 mx1.example.org",
     "- 2.0.0.127.bl.example A ok 2.0.0.127.bl.example. 300 IN A 127.0.0.2\n- 1.0.0.127.bl.example A ok 1.0.0.127.bl.example. 300 IN A 127.0.0.2\n"
     "- 1.2.0.192.bl.example A ok 1.2.0.192.bl.example. 300 IN A 127.0.0.2\n",
     "dnsbl.end bl.example lists everything\nnot dnsbl.listed*"},
    {"a block list that is gone", "dnsbl", DOMAIN "\naddress.of 192.0.2.1 mx1.example.org", "- x TXT nodata\n", "dnsbl.end bl.example lists nothing\nnot dnsbl.listed*"},
    {"a host of a tool", "target", "target.host imap.example.org:1993 imaps", "- imap.example.org A ok imap.example.org. 300 IN A 192.0.2.6\n", "endpoint.imaps imap.example.org[192.0.2.6]:1993 target\ntarget.end imap.example.org:1993 ok"},
    {"an address of a tool", "target", "target.host 2001:db8::7 smtp", "- example.org A nodata\n", "endpoint.smtp [2001:db8::7]:25 target\nnot dns.a.end*"},
};
/* clang-format on */

static struct mw_asked asked_for(struct mw_arena *arena)
{
    struct mw_asked asked = {.legs = MW_ALL_LEGS, .timeout_s = 30, .ehlo_name = "[192.0.2.200]"};
    mw_list_add(arena, &asked.dkim_selectors, "s1");
    mw_list_add(arena, &asked.dnsbls, "bl.example");
    return asked;
}

static void test_scenes(void **state)
{
    (void)state;
    for (size_t i = 0; i < MW_COUNT(scenes); i++) {
        struct mw_arena *arena = mw_arena_new();
        struct mw_asked asked = asked_for(arena);
        struct mw_list facts = fake_dns_run(arena, scenes[i].probes, scenes[i].first, scenes[i].world, &asked);
        fake_dns_expect(arena, scenes[i].name, &facts, scenes[i].facts);
        mw_arena_free(arena);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_scenes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
