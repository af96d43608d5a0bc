"""Mail addresses and telephone numbers: what messages can be sent to. Pure."""

from __future__ import annotations

import re

LONGEST_MAILBOX = 254
"""RFC 5321, section 4.5.3.1.3: a path has 256 octets, two of which are its angle brackets."""
MAILBOX = "a mail address in plain ASCII, such as noc@acme.example"
NUMBER = "a number in international form (E.164): + and 7 to 15 digits, such as +4930123456"

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(\.{_LABEL})+", re.ASCII)
"""As the HTML standard has it (section 4.10.5.1.5), with a dot in the domain: a mail leaves this machine."""
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
"""ITU-T E.164, section 6: a country code, which no 0 begins, and at most 15 digits in all."""
_GROUPING = str.maketrans("", "", " -.")


def mailbox(text: str) -> str | None:
    """Give a mail address; None: it is none that mail can be sent to."""
    return text if len(text) <= LONGEST_MAILBOX and _MAILBOX.fullmatch(text) else None


def number(text: str) -> str | None:
    """Give a telephone number as E.164 writes it, without the spaces, dots and hyphens that group it; None: it is none.

    Brackets are not taken out: in `+49 (0)30` they hold a digit that must not be dialled.
    """
    plain = text.translate(_GROUPING)
    return plain if _NUMBER.fullmatch(plain) else None
