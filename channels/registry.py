"""Every channel there is: a new one is one line here."""

from channels import slack, twilio
from channels.port import ChannelKind

KINDS: tuple[ChannelKind, ...] = (slack.KIND, twilio.KIND)
