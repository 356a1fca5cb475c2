"""The three rates of safe campuses, each with its way back to the rows of the schools."""

from __future__ import annotations

from django.db.models import F, Q

from anlan.kernel.capability.registers import every, ratio
from anlan.kernel.planning.types import Formula
from anlan.packs.education.campus_safety import queries
from anlan.packs.education.campus_safety.sheets import CANTEENS, PROFILES

FORMULAS: tuple[Formula, ...] = (
    ratio(
        PROFILES, slug="campus_safety.guards", title="专职保安员配备率", text="实有专职保安不少于应配的学校（校区）数 ÷ 在册学校（校区）数，保留一位小数；一处多的不抵另一处缺的。",
        indicators=("专职保安员配备率", "专职保安配备率"), part=every(guards__gte=F("guards_needed")), lacking="sort=guards",
    ),
    ratio(
        PROFILES, slug="campus_safety.closed", title="校园封闭化管理率", text="封闭管理的学校（校区）数 ÷ 在册学校（校区）数，保留一位小数。",
        indicators=("校园封闭化管理率", "封闭化管理率"), part=every(closed=True), lacking="closed=0",
    ),
    ratio(
        PROFILES, slug="campus_safety.alarm", title="一键报警安装率", text="装了一键报警并试过的学校（校区）数 ÷ 在册学校（校区）数，保留一位小数。",
        indicators=("一键报警安装率", "一键式报警安装率"), part=every(alarm=True), lacking="alarm=0",
    ),
    ratio(
        PROFILES, slug="campus_safety.standard", title="平安校园达标率", text="近一年平安校园检查得分不低于 90（本系统默认值）的学校（校区）数 ÷ 在册学校（校区）数，保留一位小数。",
        indicators=("平安校园达标率", "平安校园标准化达标率"), part=lambda day: Q(organisation__in=queries.standard(day)), lacking="sort=code",
    ),
    ratio(
        CANTEENS, slug="campus_safety.kitchens", title="学校食堂明厨亮灶率", text="明厨亮灶的食堂数 ÷ 在供餐的食堂数，保留一位小数。",
        indicators=("学校食堂明厨亮灶率", "明厨亮灶覆盖率"), whole=every(open=True), part=every(kitchen_shown=True), lacking="kitchen_shown=0&open=1",
    ),
)  # fmt: skip
