# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What the tests of Prosody and ejabberd share: the servers that they connect to, which are domains
of one Prosody without the module, and how such programs are run."""

import collections
import contextlib
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile

import mail_world
import pki
from mail_world import MALFORMED, eventually, good, replace

PORT = 5269
OURS = 'chat.example'  # the domain of the server under test
# Seconds: ejabberd works for some before it listens, and on a busy machine for many, above all when it
# makes its database.
STARTS_WITHIN = 180

# TLS is what the domain's server speaks, as Prosody says it.
Domain = collections.namedtuple('Domain', 'name tls scts')
GOOD = [Domain('good.example', 'tlsv1_3', good), Domain('good-tls12.example', 'tlsv1_2', good)]
BARE = [Domain('bare.example', 'tlsv1_3', None), Domain('bare-tls12.example', 'tlsv1_2', None)]
BROKEN = [Domain(f'malformed{number}.example', ('tlsv1_2', 'tlsv1_3')[number % 2], scts)
          for number, scts in enumerate(MALFORMED.values())]
UNTRUSTED = Domain('untrusted.example', 'tlsv1_3', good)  # of a CA that nobody knows


def environment_of(drop_in):
    """The environment that a drop-in of systemd gives."""
    text = pathlib.Path(drop_in).read_text(encoding='ascii')
    return dict(re.findall(r'^Environment=(\w+)=(\S+)$', text, re.MULTILINE))


def takes_connections(*addresses):
    """Whether all of them do: (host, port), or the path of a socket."""
    for address in addresses:
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as client:
            if client.connect_ex(address) != 0:
                return False
    return True


class Daemon:
    """A program in the foreground, as the user of its package; ready when it listens."""

    def __init__(self, user, command, addresses, environment=(), output=None):
        self.output = output or tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ['setpriv', '--reuid', user, '--regid', user, '--init-groups', *command],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output, start_new_session=True,
            env={**os.environ, 'HOME': pwd.getpwnam(user).pw_dir, **dict(environment)})
        try:
            eventually(lambda: self.is_ready(addresses), f'{command} at {addresses}', STARTS_WITHIN)
        except AssertionError:
            self.stop()
            raise

    def is_ready(self, addresses):
        if self.process.poll() is not None:
            self.output.seek(0)
            raise AssertionError(f'{self.process.args} ended: {self.output.read().decode()[-1000:]}')
        return takes_connections(*addresses)

    def stop(self):
        """Stops the program and what it has started in its process group, and waits for them. What
        does not stop is a failure, but must not stay in the way of the program's next start."""
        try:
            self.signal(signal.SIGTERM)
            eventually(self.is_gone, f'the end of {self.process.args}')
        except AssertionError:
            self.signal(signal.SIGKILL)
            eventually(self.is_gone, f'the end of {self.process.args} after a kill')
            raise
        finally:
            self.output.close()

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def is_gone(self):
        self.process.poll()
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False


class Prosody:
    """Debian's configuration, with domains, certificates and an address of its own."""

    def __init__(self, name, address, certificates, environment=(), changes=()):
        """certificates: {domain: (path, TLS version)}; changes: what replaces what in Debian's."""
        self.folder = f'/etc/prosody-{name}'
        self.config = f'{self.folder}/prosody.cfg.lua'
        self.log_path = pathlib.Path(f'/var/log/prosody/{name}.log')
        self.start = len(self.lines())
        self._configure(name, address, certificates, dict(changes))
        self.daemon = Daemon('prosody', ['prosody', '-F', '--config', self.config],
                             [(address, PORT), f'/var/lib/prosody-{name}/prosody.sock'], environment)

    def _configure(self, name, address, certificates, changes):
        text = pathlib.Path('/etc/prosody/prosody.cfg.lua').read_text(encoding='utf-8')
        for old, new in {'/run/prosody/': f'/run/prosody-{name}/',
                         '/var/log/prosody/prosody': f'/var/log/prosody/{name}',
                         'VirtualHost "localhost"': '', 'Include "conf.d': '-- Include "conf.d',
                         'modules_disabled = {': 'modules_disabled = { "c2s", ', **changes}.items():
            text = replace(text, old, new)
        text += (f'interfaces = {{ "{address}" }}\ndata_path = "/var/lib/prosody-{name}"\n'
                 'unbound = { resolvconf = true }\n')
        for folder in (f'/var/lib/prosody-{name}', f'/run/prosody-{name}', f'{self.folder}/certs'):
            os.makedirs(folder, exist_ok=True)
            shutil.chown(folder, 'prosody')
        for domain, (path, version) in certificates.items():
            for end, source in (('crt', path + '-chain.pem'), ('key', path + '.key')):
                shutil.chown(shutil.copy(source, f'{self.folder}/certs/{domain}.{end}'), 'prosody')
            text += f'VirtualHost "{domain}"\ns2s_ssl = {{ protocol = "{version}" }}\n'
        pki.write(self.config, text)

    def lines(self):
        if not self.log_path.exists():
            return []
        return self.log_path.read_text(encoding='utf-8').splitlines()

    def log(self):
        return self.lines()[self.start:]

    def ping(self, domain):
        """Sends a ping to another domain's server; returns what came of it."""
        command = ['setpriv', '--reuid', 'prosody', '--regid', 'prosody', '--init-groups',
                   'prosodyctl', '--config', self.config, 'shell',
                   f'xmpp:ping("{OURS}", "{domain}")']
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False).stdout

    def stop(self):
        self.daemon.stop()


class XmppWorld(mail_world.MailWorld):
    """The others, each a domain of one Prosody, found by DNS."""

    ADDRESS, THEIRS = '127.0.2.1', '127.0.2.2'

    def __init__(self):
        super().__init__()
        self.names_of(OURS, self.ADDRESS)
        self.issue(OURS, [OURS], good)
        certificates = {}
        for domain in GOOD + BARE + BROKEN:
            certificates[domain.name] = (self.issue(domain.name, [domain.name], domain.scts), domain.tls)
        other = pki.Ca(self.folder, 'unknown-ca', self.now).issue(UNTRUSTED.name, UNTRUSTED.name)
        pki.write(other + '-chain.pem', pki.read(other + '.pem'))
        certificates[UNTRUSTED.name] = (other, UNTRUSTED.tls)
        for name in certificates:
            self.names_of(name, self.THEIRS)
        self.others = Prosody('others', self.THEIRS, certificates,
                              changes={'s2s_secure_auth = true': 's2s_secure_auth = false'})

    def names_of(self, domain, address):
        self.names.add_srv(f'_xmpp-server._tcp.{domain}', f'xmpp.{domain}', PORT)
        self.names.add_host(f'xmpp.{domain}', address)
