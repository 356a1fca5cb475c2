"""The three rates of safe campuses, each with its way back to the rows of the schools."""

from __future__ import annotations

from django.db.models import F, Q

from anlan.kernel.capability.registers import Ratio
from anlan.packs.education.campus_safety import queries
from anlan.packs.education.campus_safety.sheets import CANTEENS, PROFILES

_SCHOOLS = (
    Ratio(
        under="campus_safety", slug="guards", unit="所", title="专职保安员配备率", text="实有专职保安不少于应配的学校（校区）数 ÷ 在册学校（校区）数，保留一位小数；一处多的不抵另一处缺的。",
        indicators=("专职保安员配备率", "专职保安配备率"), part=Q(guards__gte=F("guards_needed")),
    ),
    Ratio(
        under="campus_safety", slug="closed", unit="所", title="校园封闭化管理率", text="封闭管理的学校（校区）数 ÷ 在册学校（校区）数，保留一位小数。",
        indicators=("校园封闭化管理率", "封闭化管理率"), part=Q(closed=True),
    ),
    Ratio(
        under="campus_safety", slug="alarm", unit="所", title="一键报警安装率", text="装了一键报警并试过的学校（校区）数 ÷ 在册学校（校区）数，保留一位小数。",
        indicators=("一键报警安装率", "一键式报警安装率"), part=Q(alarm=True),
    ),
    Ratio(
        under="campus_safety", slug="standard", unit="所", title="平安校园达标率", text="近一年平安校园检查得分不低于 90（本系统默认值）的学校（校区）数 ÷ 在册学校（校区）数，保留一位小数。",
        indicators=("平安校园达标率", "平安校园标准化达标率"), part=lambda day: Q(organisation__in=queries.standard(day)),
    ),
)  # fmt: skip
_KITCHENS = (
    Ratio(
        under="campus_safety", slug="kitchens", title="学校食堂明厨亮灶率", text="明厨亮灶的食堂数 ÷ 在供餐的食堂数，保留一位小数。",
        indicators=("学校食堂明厨亮灶率", "明厨亮灶覆盖率"), whole=Q(open=True), part=Q(kitchen_shown=True),
    ),
)  # fmt: skip
RATED = ((PROFILES, _SCHOOLS), (CANTEENS, _KITCHENS))
