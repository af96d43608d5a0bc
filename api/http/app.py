"""The WSGI application: the HTTP API over one Tocsin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from api.access.limits import Limit
from api.bootstrap import build
from api.http import openapi
from api.http.bodies import MAX_BODY_BYTES
from api.http.callers import keep_private
from api.http.limits import tell_standing
from api.http.request_counts import count_requests
from api.http.resources import (  # noqa: F401 - they serve on others' blueprints
    addresses,
    answering,
    claims,
    commands,
    contacts,
    effective,
    ending,
    following_up,
    ladder,
    legal,
    linking,
    lists,
    migrations,
    on_call,
    overrides,
    profile,
    reading,
    services,
    signing,
    swaps,
    teams,
    trials,
    webhook_messages,
)
from api.http.resources.access_log import access_log
from api.http.resources.acknowledging import acknowledging
from api.http.resources.agreements import agreements
from api.http.resources.attainment import attainment
from api.http.resources.calendar_feeds import calendars
from api.http.resources.certificates import certificates
from api.http.resources.deliveries import deliveries
from api.http.resources.disputes import disputes
from api.http.resources.docs import documentation
from api.http.resources.events import events
from api.http.resources.health import health
from api.http.resources.heartbeat_calls import heartbeat_calls
from api.http.resources.heartbeats import heartbeats
from api.http.resources.incidents import incidents
from api.http.resources.keys import keys
from api.http.resources.me import me
from api.http.resources.members import members
from api.http.resources.metrics import metrics
from api.http.resources.notices import notices
from api.http.resources.page_webhooks import page_webhooks
from api.http.resources.people import people
from api.http.resources.schedules import schedules
from api.http.resources.search import search
from api.http.resources.sign_in import sign_in
from api.http.resources.webhooks import webhooks
from api.logs import configure_logging
from api.postgres.database import with_database
from api.seats import Seats
from api.settings import Settings
from api.startup_errors import SettingsError
from incidents.ledger.reach import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.bootstrap import Tocsin


def create_app(tocsin: Tocsin | None = None) -> Flask:
    """Make the application; without a Tocsin, build one from the environment's settings.

    Raises:
        CannotStart: the settings are wrong, or the database cannot be reached.
    """
    app = Flask("tocsin", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.url_map.merge_slashes = False  # an address is right or wrong; redirects would lose the body
    if isinstance(app.json, DefaultJSONProvider):
        app.json.sort_keys = False  # answers keep the order of their schemas
    app.extensions["tocsin"] = tocsin or _from_settings()
    app.after_request(tell_standing)
    app.after_request(keep_private)
    api = openapi.document(app)
    records = (agreements, incidents, deliveries, search, attainment, events, disputes, notices, certificates)
    integrations = (heartbeats, heartbeat_calls, webhooks, page_webhooks)
    for blueprint in (
        *records,
        *integrations,
        people,
        schedules,
        calendars,
        keys,
        members,
        me,
        access_log,
        sign_in,
        health,
        metrics,
    ):
        api.register_blueprint(blueprint)
    count_requests(app)
    app.register_blueprint(documentation(api.spec.to_dict))
    app.register_blueprint(acknowledging)
    return app


def _from_settings() -> Tocsin:
    settings = with_database(Settings.read())
    if settings.oidc is not None and not settings.public_url:
        raise SettingsError("TOCSIN_PUBLIC_URL: is needed where people sign in: their provider sends them back to it.")
    configure_logging(settings.log_level, settings.log_format)
    return served(settings)


def served(settings: Settings, *, committed: Callable[[], None] | None = None) -> Tocsin:
    """Give what a web process with these settings serves from: it reaches nothing until somebody is let in."""
    return build(
        str(settings.database_url),
        role=RUNTIME,
        pool_size=settings.pool_size,
        committed=committed,
        limit=Limit(settings.rate_per_second, settings.rate_burst),
        seats=Seats(settings.web_threads // 2),  # the other threads answer whoever does not wait
        oidc=settings.oidc,
        public_url=settings.public_url,
        outbound_allow=settings.outbound_allow,
    )
