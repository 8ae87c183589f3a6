# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""An SMTP server that offers STARTTLS, takes every message, and remembers how each came."""

import contextlib
import dataclasses
import select
import socket
import ssl
import threading

PORT = 25


@dataclasses.dataclass
class Visit:
    """One connection: what was agreed on, and the message that was taken, if any."""
    tls: str = ''  # 'TLSv1.2', 'TLSv1.3', 'TLS', or empty for clear text
    resumed: bool = False
    recipient: str = ''
    taken: bool = False


def by_python(path, version):
    """STARTTLS with the chain and key of PATH-chain.pem and PATH.key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path + '-chain.pem', path + '.key')
    context.minimum_version = context.maximum_version = version

    def start(connection, visit):
        tls = context.wrap_socket(connection, server_side=True)
        visit.tls, visit.resumed = tls.version(), tls.session_reused
        return tls
    return start


def by_server(port):
    """STARTTLS by a TLS server on PORT of the loopback, which relays to an SmtpSink within TLS."""
    def start(connection, _):
        with socket.create_connection(('127.0.0.1', port)) as server:
            other = {connection: server, server: connection}
            while True:
                for ready in select.select(list(other), [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return None
                    other[ready].sendall(data)
    return start


class SmtpSink:
    """Listens on ADDRESS. START_TLS takes a connection and its visit, and returns the connection to
    go on with, or None. Without it, it goes on where STARTTLS has just been done by somebody else."""

    def __init__(self, address, start_tls=None, port=PORT):
        self.start_tls = start_tls
        self.visits = []
        self.listener = socket.create_server((address, port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def visit_of(self, recipient):
        """The connection that took the message to RECIPIENT, or None."""
        found = [visit for visit in self.visits if visit.taken and visit.recipient == recipient]
        return found[-1] if found else None

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.settimeout(20)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        visit = Visit(tls='' if self.start_tls else 'TLS')
        self.visits.append(visit)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:  # ssl.SSLError is one
            self._talk(stack.enter_context(connection), visit, stack)

    def _talk(self, connection, visit, stack):
        reader = connection.makefile('rb')
        if self.start_tls:
            connection.sendall(b'220 sink ESMTP\r\n')
        while line := reader.readline():
            verb = line[:4].upper()
            if verb == b'EHLO':
                offer = b'' if visit.tls else b'250-STARTTLS\r\n'
                connection.sendall(b'250-sink\r\n' + offer + b'250 8BITMIME\r\n')
            elif verb == b'STAR':
                connection.sendall(b'220 go ahead\r\n')
                connection = self.start_tls(connection, visit)
                if connection is None:
                    return
                stack.callback(connection.close)
                reader = connection.makefile('rb')
            elif verb == b'DATA':
                connection.sendall(b'354 go ahead\r\n')
                while reader.readline() not in (b'.\r\n', b''):
                    pass
                visit.taken = True
                connection.sendall(b'250 taken\r\n')
            else:
                if verb == b'RCPT':
                    visit.recipient = line.decode().split('<')[1].split('>')[0]
                connection.sendall(b'221 bye\r\n' if verb == b'QUIT' else b'250 ok\r\n')
