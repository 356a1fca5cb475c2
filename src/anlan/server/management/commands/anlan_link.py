"""`anlan link card` prints this instance's card; `anlan link pair` takes the other side's from standard input, enters it and links it at once:
whoever stands at both machines has compared the keys by being there."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from anlan.base import clock
from anlan.kernel.exchange.delivery import identity, rules
from anlan.kernel.exchange.delivery.types import PEER_KINDS
from anlan.server.city import pair


class Command(BaseCommand):
    help = "链路：连接卡和连通"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("word", choices=("card", "pair"))
        parser.add_argument("--address", default="", help="别人到这里的地址")
        parser.add_argument("--kind", choices=sorted(PEER_KINDS), default="city", help="对方是谁")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["word"] == "card":
            self.stdout.write(rules.write_card(identity.card(options["address"])))
            return
        peer = pair(rules.read_card(sys.stdin.read()), options["kind"], clock.now())
        self.stdout.write(f"已和{peer}连通，指纹 {rules.fingerprint(peer.key)}")
