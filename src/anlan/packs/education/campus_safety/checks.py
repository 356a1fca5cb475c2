"""The safe-campus standard (平安校园标准化) as a scored form on the kernel's checks: 100 points, a failed item opens a campus danger."""

from __future__ import annotations

from datetime import date

from anlan.kernel.checks.types import CheckArea, CheckForm, CheckItem
from anlan.packs.education.campus_safety.process import SLUG

FORM, PASS = "safe_campus", 90  # of 100: our own default for 达标
AREA = CheckArea(
    slug=SLUG,
    title="平安校园检查",
    read=f"{SLUG}.check_read",
    do=f"{SLUG}.check_do",
    plan=f"{SLUG}.check_plan",
)
# (code, what, what is asked for, points, a photo when it fails)
_ITEMS = (
    ("guards", "专职保安配齐，持证上岗", "人数不少于应配，上下学时段双人在岗", 8, True),
    ("gate", "封闭管理", "外来人员登记核验，非开放时段大门关闭", 8, True),
    ("alarm", "一键报警", "接到公安，本月试过", 8, False),
    ("barriers", "防冲撞设施", "校门外有硬隔离，没有被挪开", 5, True),
    ("video", "视频监控", "重点部位全覆盖，存够规定天数", 5, False),
    ("fence", "围墙和电子围栏", "没有缺口，能报警", 5, True),
    ("duty", "领导带班和值班", "有表、有记录、人在", 4, False),
    ("rounds", "校内巡查", "每天有记录，问题有下落", 5, False),
    ("fire", "消防设施和通道", "灭火器在有效期，通道和出口不锁不堵", 8, True),
    ("electric", "用电用气", "没有私拉乱接，燃气报警器有效", 5, True),
    ("canteen", "食堂", "许可证、健康证有效，留样齐全", 8, True),
    ("water", "饮水", "检测合格，滤芯按期换", 4, False),
    ("laboratory", "实验室危化品", "双人双锁，账物相符", 5, True),
    ("buildings", "校舍和设施", "没有 D 级在用，护栏器材牢固", 5, True),
    ("bus", "校车和接送", "证件有效、不超员、有照管人", 4, False),
    ("bullying", "欺凌预防", "有专人，学生知道怎么报告", 4, False),
    ("training", "安全教育", "每学期有课，有记录", 3, False),
    ("drill", "应急演练", "每月一次，有总结", 3, False),
    ("surroundings", "周边治理", "与公安、城管有会商记录", 3, False),
)
SAFE_CAMPUS = CheckForm(
    slug=FORM, area=SLUG, title="平安校园标准化检查", edition="2026-1", valid_from=date(2021, 1, 1), process=SLUG,
    source="本系统的示例表，按人防、物防、技防和制度编；各区用自己的标准时另发新版", verified=False,
    items=tuple(CheckItem(code=code, title=title, criterion=criterion, points=points, photo="failed" if photo else "")
                for code, title, criterion, points, photo in _ITEMS),
)  # fmt: skip
