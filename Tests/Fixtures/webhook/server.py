"""A server that takes what is posted: server.py PORT FOLDER [CERTIFICATE KEY].

Each request becomes a file in FOLDER: its path, its content type and its body, a line each. What is posted to a path that
ends in a number is answered with that status, anything else with 200.
"""

import http.server
import pathlib
import ssl
import sys

port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = folder / f"{len(list(folder.iterdir())):04}"
        name.write_bytes(f"{self.path}\n{self.headers['Content-Type']}\n".encode() + body)
        last = self.path.rsplit("/", 1)[-1]
        self.send_response(int(last) if last.isdigit() else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", port), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
