"""The provider of text messages and calls: one setting names the file that describes it (docs/phone.md)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

from environs import ValidationError

from notifications.channels.provider.file import read
from notifications.channels.provider.service import NOBODY

if TYPE_CHECKING:
    from environs import Env

    from notifications.channels.provider.service import Services


def services(env: Env) -> Services:
    """Read the file that `TOCSIN_PROVIDER_FILE` names; without it there is neither. Mistakes are told with `env`."""
    env.add_parser("services", _parse_services)
    return cast("Services", env.services("PROVIDER_FILE", ""))


def _parse_services(path: str) -> Services:
    if not path:
        return NOBODY
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise ValidationError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error})") from None
    found, mistakes = read(content, os.environ)
    if found is None:
        raise ValidationError([f"{path}: {mistake}" for mistake in mistakes])
    return found
