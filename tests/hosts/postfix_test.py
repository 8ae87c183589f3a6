#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Postfix with the module, sending to servers whose certificates have SCTs, none, and broken ones.

Debian's smtp(8) runs in a chroot, so here it does too."""

import collections
import contextlib
import itertools
import os
import pathlib
import re
import shutil
import ssl
import unittest

import mail_world
import operator_box
import world
import pki  # found by way of world
from mail_world import ERROR, INFO, LOG_LIST, MODULE, WARNING, eventually, good, run, verdicts
from smtp_sink import SmtpSink, by_python, by_server

QUEUE = '/var/spool/postfix'
CNF = '/etc/tattle/openssl.cnf'
GUIDE = 'postfix/README.md'
WITHOUT = ['import_environment = MAIL_CONFIG']
BY_FILE = [*WITHOUT, f'tls_config_file = {CNF}']
TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3

# What Debian's installation asks for and we know; everything else is the guide's.
OWN_MAIN_CF = '''
compatibility_level = 3.6
myhostname = out.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
'''

# Mail to one of the domains goes to mx.NAME.example. Those of partners stand in tls_policy.
Mx = collections.namedtuple('Mx', 'name version scts domains')
MXS = (
    Mx('good', TLS13, good, ('good.example', 'good-partner.example')),
    Mx('bare', TLS13, None, ('bare.example', 'partner.example')),
    Mx('good-tls12', TLS12, good, ('good-tls12.example', 'good-partner-tls12.example')),
    Mx('bare-tls12', TLS12, None, ('bare-tls12.example', 'partner-tls12.example')),
)
EXPIRED = Mx('expired', TLS13, good, ('expired-partner.example',))
GOOD = [domain for mx in MXS if mx.scts for domain in mx.domains]
BARE = [domain for mx in MXS if not mx.scts for domain in mx.domains]


def is_partner(domain):
    return 'partner' in domain


class World(mail_world.MailWorld):
    def __init__(self):
        super().__init__()
        self.sinks = {}
        self.tls_servers = []
        self._addresses = (f'127.0.1.{number}' for number in itertools.count(1))
        for mx in MXS:
            self.add(mx)
        self.add(EXPIRED, days=10)

    def add(self, mx, days=90):
        """An SMTP server with SCTs in its certificate, or none."""
        address = self._name(mx)
        path = self.issue(mx.name, [f'mx.{mx.name}.example', *mx.domains], mx.scts, days)
        sink = SmtpSink(address, by_python(path, mx.version))
        self.sinks.update(dict.fromkeys(mx.domains, sink))

    def add_by_extension(self, mx):
        """An SMTP server with SCTs in its handshake."""
        address = self._name(mx)
        self.issue(mx.name, [f'mx.{mx.name}.example', *mx.domains])
        sink = SmtpSink('127.0.0.1', port=0)
        version = {TLS12: '1.2', TLS13: '1.3'}[mx.version]
        server = self.server(mx.name, version, scts=mx.scts(self.tls_list(mx.name)), relay=sink.port)
        self.tls_servers.append(server)
        SmtpSink(address, by_server(server.port))
        self.sinks.update(dict.fromkeys(mx.domains, sink))
        return server

    def _name(self, mx):
        host, address = f'mx.{mx.name}.example', next(self._addresses)
        self.names.add_host(host, address)
        for domain in mx.domains:
            self.names.add_mx(domain, host)
        return address


def setUpModule():
    global WORLD
    WORLD = World()
    operator_box.move_in()
    # Fills the chroot from main.cf, as Debian's unit does at each start.
    mail_world.install('postfix/main.cf', '/etc/postfix/main.cf')
    run('/usr/lib/postfix/configure-instance.sh', '-')


def tearDownModule():
    for server in WORLD.tls_servers:
        server.stop()
    mail_world.check_guide(GUIDE, WORLD.log())


class Postfix:
    """A running Postfix, configured as the guide says."""

    numbers = itertools.count(1)

    def __init__(self, mode='report', changes=()):
        self.configure(mode, changes)
        self.start = len(WORLD.log())

    def configure(self, mode, changes=()):
        mail_world.install('openssl.cnf', CNF, mode)
        mail_world.install('postfix/tls_policy', '/etc/postfix/tls_policy')
        with open('/etc/postfix/tls_policy', 'a', encoding='ascii') as policy:
            policy.writelines(f'{domain} secure\n' for domain in WORLD.sinks
                              if is_partner(domain) and domain != 'partner.example')
        mail_world.install('postfix/main.cf', '/etc/postfix/main.cf')
        with open('/etc/postfix/main.cf', 'a', encoding='ascii') as main_cf:
            main_cf.write(OWN_MAIN_CF)
        for change in changes:
            run('postconf', '-e', change)
        # Postfix waits for files to be some seconds old, lest somebody is still writing.
        for path in ('main.cf', 'master.cf', 'tls_policy'):
            os.utime(f'/etc/postfix/{path}', (0, 0))

    def __enter__(self):
        run('postfix', 'start')
        return self

    def __exit__(self, *_):
        run('postfix', 'stop')
        run('postsuper', '-d', 'ALL')

    def log(self):
        return WORLD.log(self.start)

    def said_by_module(self):
        return WORLD.said_by_module(self.start)

    def send(self, domains, sender='user@out.example'):
        """Sends a message to each domain, waits for the outcomes: {domain: (log line, visit)}."""
        recipients = {domain: f'user{next(self.numbers)}@{domain}' for domain in domains}
        for recipient in recipients.values():
            run('sendmail', '-f', sender, recipient, input='Subject: test\n\ntext\n')
        return {domain: (self.outcome(recipient), WORLD.sinks[domain].visit_of(recipient))
                for domain, recipient in recipients.items()}

    def outcome(self, recipient):
        def look():
            return [line for line in self.log() if f'to=<{recipient}>' in line and 'status=' in line]
        return eventually(look, f'the outcome of {recipient}')[0]


class Case(unittest.TestCase):
    def assert_sent(self, outcome, tls=True):
        line, visit = outcome
        self.assertIn('status=sent', line)
        self.assertTrue(visit, line)
        self.assertEqual(bool(visit.tls), tls, f'{line} {visit}')

    def assert_deferred(self, outcome, why='Server certificate not verified'):
        line, visit = outcome
        self.assertIn(f'dsn=4.7.5, status=deferred ({why})', line)
        self.assertIsNone(visit)

    def assert_refused(self, domain, outcome):
        """Mail to partners waits, other mail goes out, and never in clear text."""
        if is_partner(domain):
            self.assert_deferred(outcome)
        else:
            self.assert_sent(outcome)


class ModeTest(Case):
    def test_without_the_module_all_is_sent_and_nothing_said(self):
        with Postfix('require', WITHOUT) as postfix:
            for domain, outcome in postfix.send(GOOD + BARE).items():
                with self.subTest(domain):
                    self.assert_sent(outcome)
            self.assertEqual(postfix.said_by_module(), [])

    def test_report_sends_all_and_says_what_is_wrong(self):
        with Postfix('report') as postfix:
            for domain, outcome in postfix.send(GOOD + BARE).items():
                with self.subTest(domain):
                    self.assert_sent(outcome)
            self.assertEqual(verdicts(postfix.said_by_module()),
                             {(INFO, True): len(GOOD), (WARNING, False): len(BARE)})

    def test_require_keeps_back_what_was_to_be_secure(self):
        """The first time in a full handshake, the second in a resumed session where there is one."""
        with Postfix('require') as postfix:
            for resumed in (False, True):
                for domain, outcome in postfix.send(GOOD + BARE).items():
                    with self.subTest(domain, resumed=resumed):
                        if domain in BARE:
                            self.assert_refused(domain, outcome)
                        else:
                            self.assert_sent(outcome)
                            self.assertEqual(outcome[1].resumed, resumed)
            self.assertEqual(verdicts(postfix.said_by_module()),
                             {(INFO, True): 2 * len(GOOD), (ERROR, False): 2 * len(BARE)})

    def test_without_cas_nothing_is_judged_at_may(self):
        with Postfix('require', ['smtp_tls_CAfile =']) as postfix:
            self.assert_sent(postfix.send(['bare.example'])['bare.example'])
            self.assertEqual(postfix.said_by_module(), [])

    def test_other_levels(self):
        levels = {'encrypt': self.assert_sent, 'verify': self.assert_deferred}
        policy = ''.join(f'{{ {level}.example = {level} }}, ' for level in levels)
        for level in levels:
            WORLD.names.add_mx(f'{level}.example', 'mx.bare.example')
            WORLD.sinks[f'{level}.example'] = WORLD.sinks['bare.example']
        with Postfix('require', [f'smtp_tls_policy_maps = inline:{{ {policy} }}']) as postfix:
            for level, check in levels.items():
                with self.subTest(level):
                    check(postfix.send([f'{level}.example'])[f'{level}.example'])


class SctTest(Case):
    def test_scts_of_the_tls_extension(self):
        """By both versions of TLS: Postfix asks for them and for a staple."""
        servers = {}
        for number, version in enumerate((TLS12, TLS13)):
            mx = Mx(f'extension{number}', version, good, (f'extension-partner{number}.example',))
            servers[mx.domains[0]] = WORLD.add_by_extension(mx)
        with Postfix('require') as postfix:
            for domain, outcome in postfix.send(servers).items():
                with self.subTest(domain):
                    self.assert_sent(outcome)
                    ended = servers[domain].ended()
                    self.assertTrue(ended['asked_scts'] and ended['asked_staple'], ended)

    def assert_malformed_lists_do_not_count(self, name, add):
        domains = {}
        for number, (mistake, scts) in enumerate(mail_world.MALFORMED.items()):
            mx = Mx(f'{name}{number}', (TLS12, TLS13)[number % 2], scts,
                    (f'{name}{number}.example', f'{name}-partner{number}.example'))
            add(mx)
            domains.update(dict.fromkeys(mx.domains, mistake))
        with Postfix('require') as postfix:
            for domain, outcome in postfix.send(domains).items():
                with self.subTest(domains[domain], domain=domain):
                    self.assert_refused(domain, outcome)
            self.assertEqual([line for line in postfix.log() if 'killed by' in line], [])

    def test_malformed_lists_in_certificates_do_not_count(self):
        self.assert_malformed_lists_do_not_count('embedded', WORLD.add)

    def test_malformed_lists_in_the_tls_extension_do_not_count(self):
        self.assert_malformed_lists_do_not_count('sent', WORLD.add_by_extension)


class LoadingTest(Case):
    def test_by_tls_config_file(self):
        with Postfix('require', BY_FILE) as postfix:
            sent = postfix.send(['good-partner.example', 'bare.example', 'partner.example'])
            self.assert_sent(sent['good-partner.example'])
            self.assert_sent(sent['bare.example'])
            self.assert_deferred(sent['partner.example'])

    def test_smtp_is_in_its_chroot_and_has_the_module(self):
        with Postfix('require') as postfix:
            self.assert_sent(postfix.send(['good.example'])['good.example'])
            processes = []
            for folder in pathlib.Path('/proc').glob('[0-9]*'):
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
                    if (folder / 'comm').read_text(encoding='ascii') == 'smtp\n':
                        processes.append(folder)
            self.assertTrue(processes)
            for folder in processes:
                self.assertEqual(os.readlink(folder / 'root'), QUEUE)
                self.assertIn(MODULE, (folder / 'maps').read_text(encoding='ascii'))

    def test_settings_need_a_reload_and_the_environment_a_restart(self):
        with Postfix('require', WITHOUT) as postfix:
            def send():
                return postfix.send(['partner.example'])['partner.example']
            postfix.configure('require')
            run('postfix', 'reload')
            self.assert_sent(send())
            run('postfix', 'stop')
            run('postfix', 'start')
            self.assert_deferred(send())
            postfix.configure('report')
            self.assert_deferred(send())
            run('postfix', 'reload')
            eventually(lambda: 'status=sent' in send()[0], 'the other mode')

    def test_debian_puts_the_list_of_logs_into_the_chroot(self):
        line = re.search(r'chroot_extra_files=".*"', (world.EXAMPLES / GUIDE).read_text('utf-8'))[0]
        self.assertFalse(os.path.exists(QUEUE + LOG_LIST))
        with open('/etc/default/postfix', 'a', encoding='ascii') as defaults:
            defaults.write(line + '\n')
        run('/usr/lib/postfix/configure-instance.sh', '-')
        self.addCleanup(os.unlink, QUEUE + LOG_LIST)
        self.assertEqual(pki.read(QUEUE + LOG_LIST), pki.read(LOG_LIST))

    def test_the_list_of_logs_is_read_in_the_chroot(self):
        """By a process that goes on. One that starts takes the list outside."""
        with Postfix('require') as postfix:
            def send():
                return postfix.send(['good-partner.example'])['good-partner.example']
            self.assert_sent(send())
            eventually(lambda: 'status=sent' in send()[0] and [
                said for said in postfix.said_by_module() if said.text == (
                    f'log list: {LOG_LIST}: cannot be read (No such file or directory); '
                    'the list from before stays in use')], 'a complaint')
            WORLD.put_list(QUEUE + LOG_LIST, 'rejected')
            self.addCleanup(os.unlink, QUEUE + LOG_LIST)
            eventually(lambda: 'status=deferred' in send()[0], 'the other list')

    def test_its_lines_go_to_syslog_wherever_postfix_writes(self):
        log = pathlib.Path('/var/log/maillog')
        log.touch()
        shutil.chown(log, 'postfix')
        with Postfix('require', [f'maillog_file = {log}']) as postfix:
            run('sendmail', '-f', 'user@out.example', 'user@bare.example', input='Subject: x\n\n')
            eventually(lambda: 'status=sent' in log.read_text(encoding='utf-8'), 'a line of Postfix')
            self.assertEqual(verdicts(postfix.said_by_module()), {(ERROR, False): 1})
            self.assertNotIn('tattle', log.read_text(encoding='utf-8'))

    def test_services_that_share_sessions_do_not_share_verdicts(self):
        """Two smtp services have one session cache, and only one of them has the module."""
        run('postconf', '-M', 'unjudged/unix=unjudged unix - - y - - smtp -o tls_config_file=default')
        self.addCleanup(run, 'postconf', '-MX', 'unjudged/unix')
        by_sender = 'sender_dependent_default_transport_maps = inline:{unjudged@out.example=unjudged:}'
        with Postfix('require', BY_FILE + [by_sender]) as postfix:
            for domain in ('partner.example', 'partner-tls12.example'):
                with self.subTest(domain):
                    for resumed in (False, True):
                        outcome = postfix.send([domain], sender='unjudged@out.example')[domain]
                        self.assert_sent(outcome)
                        self.assertEqual(outcome[1].resumed, resumed)
                    self.assert_deferred(postfix.send([domain])[domain])


class BrokenTest(Case):
    """What becomes of mail where the module is missing or has no settings: the guide's "Dangers"."""

    def test_no_module_by_environment_is_tls_without_ct(self):
        with Postfix('require') as postfix:
            with mail_world.without_the_module():
                sent = postfix.send(['good.example', 'partner.example'])
            self.assert_sent(sent['good.example'])
            self.assert_sent(sent['partner.example'])
            self.assertEqual(postfix.said_by_module(), [])

    def test_no_module_by_tls_config_file_is_no_tls(self):
        with Postfix('require', BY_FILE) as postfix:
            with mail_world.without_the_module():
                sent = postfix.send(['good.example', 'good-partner.example'])
            self.assert_sent(sent['good.example'], tls=False)
            self.assert_deferred(sent['good-partner.example'],
                                 'TLS is required, but our TLS engine is unavailable')

    def test_broken_settings_pass_nothing_in_require(self):
        with Postfix('require') as postfix:
            with open(CNF, 'a', encoding='ascii') as cnf:
                cnf.write('policy = crome\n')
            sent = postfix.send(['good.example', 'good-partner.example'])
            self.assert_sent(sent['good.example'])
            self.assert_deferred(sent['good-partner.example'])


class OperatorTest(Case):
    """The commands of examples/guides, as they stand there."""

    def ask_journal(self, postfix):
        """What the three commands of "Mail waits" print."""
        operator_box.write_journal(postfix.log())
        return [operator_box.run(line, status=None)
                for line in operator_box.lines_of('operate.md', 'verification failed').splitlines()]

    def test_what_ct_refused_is_told_from_what_expired(self):
        with Postfix('require') as postfix:
            for outcome in postfix.send(['partner.example', 'expired-partner.example']).values():
                self.assert_deferred(outcome)  # for both in the same words
            numbers, refused, would_be = self.ask_journal(postfix)
            self.assertRegex(numbers, r'mx\.bare\.example\S+ num=71:Certificate Transparency required')
            self.assertRegex(numbers, r'mx\.expired\.example\S+ certificate has expired')
            self.assertRegex(refused, r'^.* smtp\[\d+\]: tattle: partner\.example: not compliant with .*\n$')
            self.assertEqual(would_be, '')

    def test_what_ct_would_refuse_is_a_warning(self):
        with Postfix('report') as postfix:
            self.assert_sent(postfix.send(['partner.example'])['partner.example'])
            numbers, refused, would_be = self.ask_journal(postfix)
            self.assertEqual((numbers, refused), ('', ''))
            self.assertRegex(would_be, r'^.* smtp\[\d+\]: tattle: partner\.example: not compliant with .*\n$')

    def test_lines_without_a_name_are_counted_by_destination(self):
        count, finger = operator_box.lines_of('mail.md', 'uniq -c').rsplit('posttls-finger', 1)
        with Postfix('report', ['smtp_tls_policy_maps =']) as postfix:
            for domain in ('partner.example', 'good-partner.example', 'partner.example', 'good.example'):
                self.assert_sent(postfix.send([domain])[domain])
            nameless = [line for line in postfix.said_by_module() if line.text.startswith('a host without a name: ')]
            self.assertEqual(len(nameless), 4)
            operator_box.write_journal(postfix.log())
            self.assertEqual(operator_box.run(count).split(),
                             '1 good-partner.example compliant 1 good.example compliant 2 partner.example NOT'.split())
            finger = finger.replace('partner.example', 'good-partner.example')
            self.assertIn('Verified TLS connection established', operator_box.run(f'(posttls-finger{finger}) 2>&1'))

    def assert_mends(self, domain, commands):
        """Mail that waits goes out with no more than these."""
        with Postfix('require', [f'smtp_tls_policy_maps = inline:{{ {{ partner.example = secure }}, '
                                 '{ verify.example = verify } }']) as postfix:
            line, visit = postfix.send([domain])[domain]
            self.assert_deferred((line, visit))
            recipient = re.search('to=<([^>]+)>', line)[1]
            operator_box.write_journal(postfix.log())
            operator_box.run(commands, status=None)  # of grep, which finds nothing wrong
            sent = re.compile(f'to=<{recipient}>.* status=sent')
            eventually(lambda: [said for said in postfix.log() if sent.search(said)], f'mail to {recipient}')

    def test_report_lets_through_what_waits(self):
        commands = operator_box.lines_of('operate.md', 'mode = report').splitlines()
        self.assert_mends('partner.example', '\n'.join(commands[:2]))

    def test_what_is_exempt_is_sent(self):
        """At level secure the destination is named, at verify the MX, as in the line that says why."""
        commands = operator_box.lines_of('operate.md', 'exempt_hosts = partner.example')
        self.assert_mends('partner.example', commands)
        WORLD.names.add_mx('verify.example', 'mx.bare.example')
        WORLD.sinks['verify.example'] = WORLD.sinks['bare.example']
        self.assert_mends('verify.example', commands.replace('partner.example', 'mx.bare.example'))


if __name__ == '__main__':
    unittest.main()
