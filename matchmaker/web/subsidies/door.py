"""The blueprint that the pages of this folder hang their addresses on."""

from flask import Blueprint

blueprint = Blueprint("subsidies", __name__)
