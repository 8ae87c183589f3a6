# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What nginx's module takes for tattled."""

import http.server
import os
import socketserver
import threading

from gossip_site import SOCKET


class Counterpart(socketserver.ThreadingUnixStreamServer):
    """In place of tattled: takes all, or answers with another status, and keeps where it was brought."""

    daemon_threads = True

    def __init__(self, status=200):
        self.status = status
        self.brought, self.bodies = [], []
        os.makedirs(os.path.dirname(SOCKET), exist_ok=True)
        if os.path.exists(SOCKET):
            os.unlink(SOCKET)
        super().__init__(SOCKET, CounterpartHandler)
        threading.Thread(target=self.serve_forever).start()

    def end(self):
        self.shutdown()
        self.server_close()
        os.unlink(SOCKET)


class CounterpartHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.bodies.append(self.rfile.read(int(self.headers['Content-Length'])))
        self.server.brought.append(self.path)
        self.send_response(self.server.status)
        self.send_header('Content-Length', '11')
        self.end_headers()
        self.wfile.write(b'{"sths":[]}')

    def log_message(self, *_):
        pass
