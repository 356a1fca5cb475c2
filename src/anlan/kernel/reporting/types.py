"""What a pack declares of its counter (受理窗口) for reports from the public. Pure."""

from __future__ import annotations

from dataclasses import dataclass

CHANNELS = {"web": "网上", "phone": "电话", "letter": "来信", "visit": "来访", "hotline": "热线转来"}


@dataclass(frozen=True, kw_only=True)
class Counter:
    """`slug`: of the capability and of its process. `path`: where its public pages stand under `public/`, its staff's pages at the root.

    `title` heads the form (`track_title` and `figures_title` the other two), `intro` stands below it, `urgent` says where to turn in danger; `hotline` is the telephone for everything
    else. `accept` and `unmask` are permissions. `reward`: it promises rewards, `reward_note` says how."""

    slug: str
    path: str
    title: str
    track_title: str
    figures_title: str
    intro: str
    urgent: str
    hotline: str
    accept: str
    unmask: str
    reward_note: str = ""
