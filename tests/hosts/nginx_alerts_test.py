#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The metrics that the alert rules of examples/prometheus ask nginx for are those that ct_status has, and
its JSON or page alarms of."""

import json
import os
import re
import unittest

import gossip_site
import nginx_world
from gossip_site import CA, FEEDBACK, FOLDER, HOST, LOG, OTHER, SITE_CERTIFICATE, Client, Gossip, path, stamp
from world import pki
import alert_rules  # pylint: disable=wrong-import-order


class AlertsTest(Gossip):
    def said(self, has_list):
        """All that there is to be said: SCTs, upstreams, gossip with somebody who shows wrong SCTs."""
        os.makedirs(path('scts'), exist_ok=True)
        entry = pki.x509_entry(pki.read(SITE_CERTIFICATE + '.der'))
        pki.write(path('scts/site.sctlist'), pki.sct_list([log.sct(entry, stamp()) for log in (LOG, OTHER)]))
        # One of the two logs retires, so that the SCTs suffice until then.
        listed = json.loads(pki.read(path('logs.json')))
        listed['operators'][0]['logs'][0]['state'] = {
            'retired': {'timestamp': pki.days_around(gossip_site.NOW, 20, '%Y-%m-%dT%H:%M:%SZ')}}
        pki.write(path('retiring.json'), json.dumps(listed))
        # Without ct_log_list upstreams have a list of their own.
        pki.write(path('tattle.conf'), f'public_roots = {CA.pem}\nobserve_socket =\n' +
                  ('' if has_list else f'log_list = {path("logs.json")}\n'))
        config = gossip_site.config(more=f'''ct_socket {gossip_site.SOCKET};
    ct_scts {path('scts')};
    server {{
        listen 127.0.0.1:8081;
        location / {{ proxy_pass https://127.0.0.1:8443; proxy_ssl_ct report; proxy_ssl_verify on;
                      proxy_ssl_trusted_certificate {CA.pem}; proxy_ssl_name {HOST}; }}
    }}''')
        config = config.replace('events {', f'ct_config {path("tattle.conf")};\nevents {{')
        config = config.replace(path('logs.json'), path('retiring.json'))
        if not has_list:
            config = re.sub(r'ct_log_list [^;]*;', '', config)
        site = nginx_world.Nginx(FOLDER.name, config)
        site.start()
        try:
            leaf = pki.read(CA.issue('shown', HOST, None, '77') + '.der')
            wrong = LOG.sct(pki.x509_entry(leaf), stamp())[:-1] + b'x'
            with Client() as client:
                self.assertEqual(client.post(gossip_site.feedback(leaf, wrong), FEEDBACK[1])[0], 200)
            return gossip_site.curl('/status?format=prometheus').body
        finally:
            site.stop()

    def test_nginx_has_them(self):
        self.assertEqual(alert_rules.missing('tattle_', self.said(True) + self.said(False)), [])

    def test_what_readme_says_is_worth_an_alarm_has_one(self):
        readme = (nginx_world.SOURCE / 'README.md').read_text(encoding='utf-8')
        known = {name for name, _, _ in alert_rules.metrics('tattle_')}
        named = set(re.findall(r'`(tattle_[a-z_]+)`', readme))
        self.assertGreater(len(named), 5)
        self.assertEqual(named - known, set())


if __name__ == '__main__':
    unittest.main()
