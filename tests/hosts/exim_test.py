#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Exim, which asks tattled about each certificate of the servers that it sends to."""

import contextlib
import os
import pathlib
import shutil
import ssl
import subprocess
import unittest

import mail_world
import operator_box
import tattled_box
from mail_world import ERROR, INFO, WARNING, eventually, good, replace, run, verdicts
from smtp_sink import SmtpSink, by_python

GUIDE = 'exim/README.md'
TEMPLATE = pathlib.Path('/etc/exim4/exim4.conf.template')
MAIN_LOG = pathlib.Path('/var/log/exim4/mainlog')
TRANSPORT = ('remote_smtp:\n  debug_print = "T: remote_smtp for $local_part@$domain"\n'
             '  driver = smtp\n')
TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3

# NAME.example: its mail goes to mx.NAME.example. The first four are among TATTLE_HOSTS.
SERVERS = {'good': (TLS13, good), 'bare': (TLS13, None), 'good-tls12': (TLS12, good),
           'bare-tls12': (TLS12, None), 'elsewhere': (TLS13, None)}
JUDGED = list(SERVERS)[:4]


class World(mail_world.MailWorld):
    def __init__(self):
        super().__init__()
        self.sinks = {}
        for number, (name, (version, scts)) in enumerate(SERVERS.items(), 1):
            # Exim takes what is in 127.0.0.0/8 for itself.
            address = f'192.0.2.{number}'
            run('ip', 'address', 'add', f'{address}/32', 'dev', 'lo')
            self.names.add_host(f'mx.{name}.example', address)
            self.names.add_mx(f'{name}.example', f'mx.{name}.example')
            path = self.issue(name, [f'mx.{name}.example'], scts)
            self.sinks[name] = SmtpSink(address, by_python(path, version))


def setUpModule():
    global WORLD, LOG
    LOG = []
    WORLD = World()
    operator_box.move_in()
    settings = pathlib.Path('/etc/exim4/update-exim4.conf.conf')
    settings.write_text(replace(settings.read_text(encoding='ascii'), "configtype='local'",
                                "configtype='internet'"), encoding='ascii')
    # The guide's two changes; and addresses for documentation are as good as others here.
    pathlib.Path('/etc/exim4/exim4.conf.localmacros').write_text(
        'TATTLE_HOSTS = ' + ' : '.join(f'mx.{name}.example' for name in JUDGED) + '\n'
        'ROUTER_DNSLOOKUP_IGNORE_TARGET_HOSTS = 0.0.0.0\n', encoding='ascii')
    TEMPLATE.write_text(replace(TEMPLATE.read_text(encoding='utf-8'), TRANSPORT,
                                TRANSPORT + '.include /etc/exim4/tattle.conf\n'), encoding='utf-8')


def tearDownModule():
    mail_world.check_guide(GUIDE, LOG + tattled_box.journal())


class Exim:
    """Sends one message at a time, in the foreground."""

    def __init__(self, changes=()):
        mail_world.install('exim/tattle.conf', '/etc/exim4/tattle.conf')
        conf = pathlib.Path('/etc/exim4/tattle.conf')
        for old, new in changes:
            conf.write_text(replace(conf.read_text(encoding='ascii'), old, new), encoding='ascii')
        run('update-exim4.conf')
        self.start = len(tattled_box.said())

    def send(self, name):
        """What the server saw of it: the last visit."""
        # What was deferred before is no reason to wait.
        shutil.rmtree('/var/spool/exim4/db', ignore_errors=True)
        start = len(self.lines())
        done = subprocess.run(['exim4', '-odf', '-oi', '-f', 'sender@box.test', f'user@{name}.example'],
                              input='Subject: test\n\nhello\n', text=True, capture_output=True,
                              timeout=60, check=True)
        self.said = '\n'.join(self.lines()[start:]) + done.stderr
        LOG.extend(self.lines()[start:])
        return WORLD.sinks[name].visits[-1]

    @staticmethod
    def lines():
        return MAIN_LOG.read_text(encoding='utf-8').splitlines() if MAIN_LOG.exists() else []

    def said_by_tattled(self):
        return tattled_box.judged(self.start)


@contextlib.contextmanager
def tattled(mode):
    with tattled_box.Tattled('exim/tattled.conf', WORLD, mode):
        yield


class EximTest(unittest.TestCase):
    def assert_sent(self, exim, name, tls=True):
        visit = exim.send(name)
        self.assertTrue(visit.taken, exim.said)
        self.assertEqual(bool(visit.tls), tls, exim.said)
        self.assertRegex(exim.said, f'=> user@{name}.example .*')

    def assert_deferred(self, exim, name, reason):
        visit = exim.send(name)
        self.assertFalse(visit.taken, exim.said)
        self.assertRegex(exim.said, f'SSL verify denied by event-action: {reason}')
        self.assertRegex(exim.said, rf'== user@{name}\.example .* defer ')

    def test_require_sends_to_good_servers_and_waits_for_the_others(self):
        exim = Exim()
        with tattled('require'):
            for name in ('good', 'good-tls12'):
                with self.subTest(name):
                    self.assert_sent(exim, name)
            for name in ('bare', 'bare-tls12'):
                with self.subTest(name):
                    self.assert_deferred(exim, name, 'depth=0: not compliant with chrome: ')
        self.assertEqual(verdicts(exim.said_by_tattled()), {(INFO, True): 2, (ERROR, False): 2})

    def test_report_sends_and_says_what_is_wrong(self):
        exim = Exim()
        with tattled('report'):
            for name in JUDGED:
                with self.subTest(name):
                    self.assert_sent(exim, name)
        self.assertEqual(verdicts(exim.said_by_tattled()), {(INFO, True): 2, (WARNING, False): 2})

    def test_servers_that_are_not_listed_are_not_asked_about(self):
        exim = Exim()
        with tattled('require'):
            self.assert_sent(exim, 'elsewhere')
        self.assertEqual(verdicts(exim.said_by_tattled()), {})

    def test_without_tattled_mail_waits(self):
        exim = Exim()
        self.assertFalse(os.path.exists(tattled_box.CHECK_SOCKET))
        self.assert_deferred(exim, 'good', 'depth=1: tattled does not answer')

    def test_without_tattled_mail_goes_out_where_that_is_wanted(self):
        """The guide's "Dangers"."""
        exim = Exim([('{tattled does not answer}', '{}')])
        self.assert_sent(exim, 'good')

    def test_an_option_that_stands_twice_keeps_exim_from_starting(self):
        """The guide's "Dangers"."""
        Exim()
        with open('/etc/exim4/tattle.conf', 'a', encoding='ascii') as conf:
            conf.write('  hosts_require_tls = *\n')
        done = subprocess.run(['exim4', '-bV'], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn('"hosts_require_tls" option set for the second time', done.stderr)

    def test_a_user_who_may_not_ask_is_told_so(self):
        exim = Exim()
        tattled_box.Tattled.make_user()
        with tattled('require'):
            answer = subprocess.run(
                ['setpriv', '--reuid', 'nobody', '--clear-groups', 'exim4', '-be',
                 '${readsocket{/run/tattle/check.sock}{chain der MAA=\\n}{5s}{}{}}'],
                capture_output=True, text=True, timeout=60, check=True).stdout
        self.assertRegex(answer, '^fail the user [0-9]+ may not ask')
        self.assertEqual(exim.said_by_tattled(), [])

    def test_without_hosts_require_tls_a_refusal_becomes_clear_text(self):
        """The guide's "Dangers"."""
        exim = Exim([('  hosts_require_tls = TATTLE_HOSTS\n', ''),
                     ('  tls_verify_hosts = TATTLE_HOSTS\n', '')])
        with tattled('require'):
            self.assert_sent(exim, 'bare', tls=False)
        self.assertRegex(exim.said, 'SSL verify denied by event-action')


class OperatorTest(unittest.TestCase):
    """The commands of examples/guides/operate.md, as they stand there."""

    def test_the_log_tells_a_refusal_from_no_answer(self):
        look, ask = operator_box.lines_of('operate.md', 'mainlog | tail').splitlines()
        exim = Exim()
        exim.send('good')
        self.assertRegex(operator_box.run(look).splitlines()[-1], 'depth=1: tattled does not answer')
        with tattled('require'):
            exim.send('bare')
        self.assertRegex(operator_box.run(look).splitlines()[-1], 'depth=0: not compliant with chrome: ')
        operator_box.write_journal(tattled_box.journal())
        self.assertRegex(operator_box.run(ask).splitlines()[-1],
                         r' tattled\[1\]: mx\.bare\.example: not compliant with ')

    def assert_mends(self, commands):
        """Mail that waits goes out with no more than these."""
        exim = Exim()
        with tattled('require'):
            self.assertFalse(exim.send('bare').taken)
            operator_box.run(commands)
            eventually(lambda: WORLD.sinks['bare'].visits[-1].taken, 'the mail that waits')

    def test_report_lets_through_what_waits(self):
        self.assert_mends('\n'.join(operator_box.lines_of('operate.md', 'mode = report').splitlines()[-2:]))

    def test_a_server_that_is_exempt_gets_its_mail(self):
        commands = operator_box.lines_of('operate.md', 'exempt_hosts = mx.partner.example')
        self.assert_mends(commands.replace('mx.partner.example', 'mx.bare.example'))


if __name__ == '__main__':
    unittest.main()
