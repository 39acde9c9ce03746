"""The entry for WSGI servers and for `flask --app wsgi`."""

from matchmaker.app import create_app
from matchmaker.config import Config

app = create_app(Config.from_env())
