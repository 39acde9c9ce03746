"""Wires the parts together: settings, database, matching engine, pages, commands. Nothing is decided here."""

from functools import partial

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from matchmaker import web, worker
from matchmaker.cli import COMMANDS, load
from matchmaker.config import Config
from matchmaker.core.db import make_engine, make_sessions
from matchmaker.matching.live import LiveIndex
from matchmaker.matching.ranker import Ranker
from matchmaker.web.parts import EXTENSION, Parts


def create_app(config: Config) -> Flask:
    """The application. It opens no connection and loads no model until somebody asks for something."""
    app = Flask("matchmaker", static_folder=None)
    app.config.update(SECRET_KEY=config.secret_key, SESSION_COOKIE_SECURE=config.secure_cookies)
    sessions = make_sessions(make_engine(config.database_url))
    index = LiveIndex(Ranker(config))
    app.extensions[EXTENSION] = Parts(config, sessions, index)
    app.extensions["matchmaker_worker"] = partial(worker.start, config, sessions, index)
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    web.register(app)
    # The same commands under `flask --app wsgi`; its own `run` keeps its meaning there.
    for name in COMMANDS:
        app.cli.add_command(load(name), name)
    return app
