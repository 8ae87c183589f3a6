# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""A web server that keeps, byte for byte, what clients send."""

import socket
import ssl
import threading


class Recorder:
    """Speaks HTTP/1.1 over TLS; answers each request by `answer(request)`, as (headers, body) or as
    a whole response in bytes; without it 200 and nothing. A request ends as its Content-Length says."""

    def __init__(self, certificate, key, answer=lambda request: ([], b'')):
        self.answer = answer
        self.requests = []
        self.names = []  # of the handshakes
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.site = f'https://localhost:{self.port}'
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def bodies(self):
        return [request.split(b'\r\n\r\n', 1)[1] for request in self.requests]

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            with self.context.wrap_socket(client, server_side=True) as tls:
                tls.settimeout(30)
                while request := self._read(tls):
                    self.requests.append(request)
                    tls.sendall(self._response(request))
        except OSError:
            client.close()

    def _response(self, request):
        answer = self.answer(request)
        if isinstance(answer, bytes):
            return answer
        headers, body = answer
        lines = ['HTTP/1.1 200 OK', *headers, f'Content-Length: {len(body)}', '', '']
        return '\r\n'.join(lines).encode() + body

    @staticmethod
    def _read(tls):
        data = b''
        while b'\r\n\r\n' not in data:
            if not (part := tls.recv(65536)):
                return b''
            data += part
        head, body = data.split(b'\r\n\r\n', 1)
        size = next((int(line.split(b':')[1]) for line in head.split(b'\r\n')
                     if line.lower().startswith(b'content-length:')), 0)
        while len(body) < size:
            if not (part := tls.recv(65536)):
                return b''
            body += part
        return head + b'\r\n\r\n' + body
