"""The command that serves the pages."""

import socket
from typing import Any

import click

from matchmaker.cli.parts import parts, refusals

THREADS = 8


@click.command()
@click.option("--host", help="Address to listen on; 127.0.0.1 unless MATCHMAKER_HOST says otherwise.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port; 8000 unless MATCHMAKER_PORT says otherwise.")
def run(host: str | None, port: int | None) -> None:
    """Serve the web application until stopped with Ctrl-C."""
    from matchmaker.core import migrate

    found = parts()
    address = (host or found.config.host, port or found.config.port)
    with refusals():
        _check_port(*address)
        if not migrate.is_current(found.database):
            raise click.ClickException("the database is not prepared: run `python -m matchmaker init` first")
        found.database.dispose()
    click.echo(f"serving on http://{address[0]}:{address[1]}  (Ctrl-C stops)")
    _serve(found.config, f"{address[0]}:{address[1]}")


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"{host}:{port} cannot be used ({error.strerror}): another program holds the port; "
                f"choose another with MATCHMAKER_PORT, for example MATCHMAKER_PORT={port % 65535 + 1} make run"
            ) from error


def _serve(config: Any, bind: str) -> None:
    from gunicorn.app.base import BaseApplication
    from gunicorn.util import import_app

    class Server(BaseApplication):  # type: ignore[misc]
        """One process, so that the model is in memory once; its threads share the index."""

        def load_config(self) -> None:
            options = {
                "bind": bind,
                "workers": 1,
                "threads": THREADS,
                "worker_class": "gthread",
                "worker_tmp_dir": str(config.data_dir),
                "loglevel": "warning",
                "timeout": 120,
                "post_worker_init": _start_worker,
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return import_app("wsgi:app")

    Server().run()


def _start_worker(gunicorn_worker: Any) -> None:
    gunicorn_worker.app.wsgi().extensions["matchmaker_worker"]()
