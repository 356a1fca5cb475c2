"""Expert consultation (专家会诊): asked with the matter's own case, answered by an expert, on record with both names."""

from __future__ import annotations

from anlan.kernel.casework.types import Field, Limit, Process, Step

STATES = {"asked": "待答复", "answered": "待采纳", "closed": "已办结", "withdrawn": "已撤回"}
EVIDENCE = {"material": "材料", "opinion": "专家意见", "other": "其他"}
VERBS = ("read", "ask", "advise", "manage")


def consultation(*, slug: str, title: str, prefix: str, limits: tuple[Limit, ...] = ()) -> Process:
    """The process of `slug`, with permissions `<slug>.<verb>` of VERBS."""
    permission = {verb: f"{slug.replace('/', '.')}.{verb}" for verb in VERBS}
    opinion = Field(name="opinion", title="意见", kind="long", required=True)
    adopted = Field(
        name="adopted",
        title="采纳",
        kind="choice",
        choices={"all": "全部采纳", "part": "部分采纳", "none": "不采纳"},
        required=True,
    )
    steps = (
        Step(slug="advise", title="答复", sources=("asked",), target="answered", permission=permission["advise"], fields=(opinion,),
             takes=("opinion",), hand="owner", not_by=("open",), main=True),
        Step(slug="adopt", title="记采纳", sources=("answered",), target="closed", permission=permission["ask"], fields=(adopted,), says=True,
             not_by=("advise",), main=True),
        Step(slug="ask_again", title="再问", sources=("answered",), target="asked", permission=permission["ask"], says=True, hand="issuer",
             not_by=("advise",), returns=True),
        Step(slug="withdraw", title="撤回", sources=("asked",), target="withdrawn", permission=permission["ask"], says=True),
    )  # fmt: skip
    return Process(
        slug=slug, title=title, prefix=prefix, states=STATES, ends=frozenset({"closed", "withdrawn"}), aside=frozenset({"withdrawn"}),
        steps=steps, read=permission["read"], open=permission["ask"], manage=permission["manage"], evidence=EVIDENCE, limits=limits,
    )  # fmt: skip
