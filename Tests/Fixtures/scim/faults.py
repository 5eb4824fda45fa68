"""A proxy between a client and a SCIM service that does wrong what it was told to. Ports are arguments: its own, and the
service's.

POST /faults with a list of faults; each strikes at the next request with its method whose path has its text in it, once or
as many times as it says, 0 for ever. POST /weather with {"percent": 5, "seed": 1, "faults": [...]}: each request meets one
of these with that chance. GET /requests answers what came since the last time it was asked, each with the status that the
service answered, if it was asked, and the fault that it met, if any.

A fault: {"method": "POST", "path": "Users", "times": 1, "what": ...}, where `what` is one of
  "answer"        this answer instead of the service's, which is not asked: status, headers, body
  "answer-after"  the same after the service was asked
  "close"         the connection closed before the service is asked
  "close-after"   the connection closed after the service was asked
  "hang"          no answer at all, after the service was asked
  "drip"          the service's answer, one byte every 100 ms
  "repeat"        the service's answer to an earlier request of the same kind
  "drop"          the service's listing without its last resource
"""
import http.client
import json
import random
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

port, upstream = int(sys.argv[1]), int(sys.argv[2])
lock = Lock()
faults, requests, answers = [], [], {}
weather, chance = {"percent": 0}, random.Random()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one piece, or the system waits between them.
    wbufsize = -1

    def log_message(self, *_):
        pass

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def ask(self, data):
        connection = http.client.HTTPConnection("127.0.0.1", upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        connection.request(self.command, self.path, data or None, headers)
        response = connection.getresponse()
        result = response.status, response.getheaders(), response.read()
        connection.close()
        self.seen["status"] = response.status
        return result

    def handle_one(self):
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path in ("/faults", "/weather"):
            with lock:
                if self.path == "/faults":
                    faults[:] = json.loads(data)
                else:
                    weather.update(json.loads(data))
                    chance.seed(weather.get("seed", 0))
            return self.answer(204, [], b"")
        if self.path == "/requests":
            with lock:
                seen = json.dumps(requests).encode()
                requests.clear()
            return self.answer(200, [], seen)
        self.seen = {"method": self.command, "path": self.path, "body": data.decode("utf-8", "replace")}
        with lock:
            requests.append(self.seen)
            fault = self.next_fault()
        what = fault["what"]
        if what != "none":
            self.seen["fault"] = what
        if what == "close":
            return self.hang_up()
        if what == "answer":
            return self.made(fault)
        status, headers, body = self.ask(data)
        if what == "close-after":
            return self.hang_up()
        if what == "answer-after":
            return self.made(fault)
        if what == "hang":
            time.sleep(fault.get("seconds", 30))
            return self.hang_up()
        kind = (self.command, next((name for name in ("Users", "Groups") if name in self.path), ""))
        if what == "repeat":
            status, headers, body = answers.get(kind, (status, headers, body))
        if what == "drop" and b"Resources" in body:
            listing = json.loads(body)
            listing["Resources"] = listing["Resources"][:-1]
            body = json.dumps(listing).encode()
        answers[kind] = status, headers, body
        if what == "drip":
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for index in range(len(body)):
                self.wfile.write(body[index:index + 1])
                self.wfile.flush()
                time.sleep(0.1)
            return None
        return self.answer(status, headers, body)

    def next_fault(self):
        fitting = [f for f in faults if f["method"] == self.command and f["path"] in self.path]
        if fitting:
            fitting[0]["times"] = fitting[0].get("times", 1) - 1
            if fitting[0]["times"] == 0:
                faults.remove(fitting[0])
            return fitting[0]
        if chance.random() * 100 < weather["percent"]:
            return chance.choice(weather["faults"])
        return {"what": "none"}

    def made(self, fault):
        self.answer(fault["status"], list(fault.get("headers", {}).items()), fault.get("body", "").encode())

    def hang_up(self):
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one


ThreadingHTTPServer.request_queue_size = 64
ThreadingHTTPServer.daemon_threads = True
ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
