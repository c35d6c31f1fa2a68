"""Starting a stand-in: arguments, its own keys, one threaded server on the loopback interface."""

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

LOOPBACK = "127.0.0.1"


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of this stand-in's file")
    return parser


def required(*names: str) -> list[str]:
    """Read the stand-in's own keys; without them it doesn't start."""
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        sys.exit(f"set {', '.join(missing)}")
    return [os.environ[name] for name in names]


def bind(app: Flask, port: int) -> BaseWSGIServer:
    """Open the socket, so that the address is known before the first request."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return make_server(LOOPBACK, port, app, threaded=True)


def serve(server: BaseWSGIServer, name: str) -> None:
    """Say where, then serve until SIGTERM or Ctrl-C."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    print(f"{name} listens on http://{LOOPBACK}:{server.port}", flush=True)
    server.serve_forever()
