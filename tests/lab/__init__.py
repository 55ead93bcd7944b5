"""The lab: a private Internet in network namespaces, for mailwhy to be tried on.

Reading order: scenario.py (what a scenario file says), box.py (the namespaces), world.py (brings a scenario
up inside them), then one module for each kind of server: zones.py, pki.py, postfix.py, dovecot.py, web.py, mini.py, policy.py.
"""
