"""Codes, masks, what may be sent how often, and a case's course in plain words. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: a code is read over the telephone
CODE_LENGTH = 8
MOST_PHOTOS, PHOTO_LIMIT = 3, 10 * 1024 * 1024
LONGEST = {"place": 120, "fact": 2000, "about": 80, "name": 20, "phone": 20, "words": 400}
SATISFACTION = {"good": "满意", "fair": "基本满意", "bad": "不满意"}
JUDGE_WITHIN = timedelta(days=30)  # after the answer; our own default
SIMILAR_DAYS, SIMILAR_METRES = 30, 300


@dataclass(frozen=True)
class Rate:
    """At most `most` of one kind from one address in `within`. Our own defaults, generous to a shared line."""

    most: int
    within: timedelta
    words: str


RATES: Mapping[str, tuple[Rate, ...]] = {
    "send": (Rate(10, timedelta(hours=1), "一小时 10 件"), Rate(30, timedelta(days=1), "一天 30 件")),
    "wrong": (Rate(10, timedelta(minutes=15), "15 分钟 10 次"), Rate(40, timedelta(days=1), "一天 40 次")),
}


def code_of(key: str, secret: str) -> str:
    """The code of a report: the same for the same key, so that a form sent twice tells the same one."""
    digest = hmac.new(secret.encode(), f"report-code:{key}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:16], "big")
    letters = []
    for _place in range(CODE_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


def plain_code(text: str) -> str:
    """As typed by a person: any case, blanks and hyphens."""
    return re.sub(r"[\s\-—_]", "", text).upper()[:40]


def spoken(code: str) -> str:
    """`K7XQ-M2P9`."""
    return f"{code[:4]}-{code[4:]}"


def hashed(code: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}:{code}".encode()).hexdigest()


def same(given: str, salt: str, wanted: str) -> bool:
    """In a time that does not tell how much of it was right."""
    return hmac.compare_digest(hashed(plain_code(given), salt), wanted)


def fingerprint(address: str, day: str, secret: str) -> str:
    """Of a network address, for one day: enough to count, not to know whose it is or to follow it to the next day."""
    return hmac.new(secret.encode(), f"visit:{day}:{address}".encode(), hashlib.sha256).hexdigest()[:32]


def good_phone(text: str) -> bool:
    digits = re.sub(r"[\s\-()（）+]", "", text)
    return digits.isdecimal() and 5 <= len(digits) <= 15


# What whoever sent it is told of each line of the case: (heading, names of the facts that are told). What is not here is not told.
TOLD: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "open": ("已收到", ()),
    "accept": ("已受理，转给承办单位", ("承办单位",)),
    "decline": ("没有受理", ("答复",)),
    "answer": ("已答复", ("答复",)),
    "send_back": ("答复没有通过审核，退回重办", ("承办单位",)),
    "close": ("已办结", ()),
    "redo": ("您不满意，已退回重新办理", ()),
    "reopen": ("重新办理", ()),
    "withdraw": ("已按您的意思撤回", ()),
    "hand_over": ("转给别的单位办理", ("到",)),
    "pause": ("时限暂停（鉴定、检测等不计入）", ()),
    "resume": ("时限恢复", ()),
    "merge": ("和另一件是同一件事，合在一起办", ()),
    "supplement": ("您补充了情况", ()),
    "judged": ("您评价了办理结果", ("评价",)),
    "reward": ("奖励已定", ("金额",)),
    "pay": ("奖励已发", ()),
}
STATE_WORDS = {
    "received": "等待受理", "working": "正在办理", "answered": "已经答复", "closed": "已经办结", "declined": "没有受理", "withdrawn": "已经撤回",
    "merged": "合并办理",
}  # fmt: skip
