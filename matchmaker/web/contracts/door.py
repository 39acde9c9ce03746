"""The blueprint that the pages of this folder hang their addresses on."""

from flask import Blueprint, Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Page = str | Response | tuple[str, int]

blueprint = Blueprint("contracts", __name__)
