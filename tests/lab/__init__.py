"""The lab: a private Internet in network namespaces, for mailwhy to be tried on.

Reading order: scenario.py (what a scenario file says), box.py (the namespaces), world.py (brings a scenario
up inside them), then one module for each kind of server: zones.py, pki.py, postfix.py,
dovecot.py, beside.py (Exim, OpenSMTPD, Courier), filters.py, web.py, and those that we play ourselves: mini.py, policy.py. score.py and manners.py
judge the program, prove.py proves the scenarios without it, with poke.py, well.py and carry.py.
"""
