"""`anlan`: one table of words. Pure commands need no database; the others are Django management commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import django
from django.core.management import call_command, execute_from_command_line
from django.core.management.base import CommandError
from django.db import DatabaseError

from anlan.base.errors import Missing, Refused, unwritable
from anlan.kernel.planning.reading.cli import read_command, sample_command
from anlan.protocols.decode import decode_command
from anlan.science.air.cli import aqi_command

DONE, BAD_INPUT, LACKING = 0, 2, 3

# Run from any directory: no settings, database, network or Node.
PURE: dict[tuple[str, ...], Callable[[list[str]], int]] = {
    ("plan", "read"): read_command,
    ("plan", "sample"): sample_command,
    ("air", "aqi"): aqi_command,
    ("decode",): decode_command,
}

# Words of the command line -> management command, which a room keeps in its `management/commands`.
MANAGED: dict[tuple[str, ...], str] = {
    ("plan", "import"): "plan_import",
    ("plan", "coverage"): "plan_coverage",
    ("air", "import"): "air_import",
    ("geo", "import"): "geo_import",
    ("journal", "verify"): "journal_verify",
    ("demo",): "anlan_demo",
    ("serve",): "anlan_serve",
    ("worker",): "anlan_worker",
    ("gateway",): "anlan_gateway",
    ("simulate",): "anlan_simulate",
    ("doctor",): "anlan_doctor",
    ("backup",): "anlan_backup",
    ("restore",): "anlan_restore",
    ("migrate",): "migrate",
    ("check",): "check",
    ("person",): "anlan_person",
    ("openapi",): "anlan_openapi",
    ("second-factor-off",): "anlan_second_factor_off",
    ("link",): "anlan_link",
    ("city",): "anlan_city",
}

USAGE = """用法：anlan 命令 [参数]

不需要数据库：
  plan read FILE --json       读规划文件
  plan sample                 打印自带的示例规划
  air aqi --edition 2012|2026 FILE.csv   逐小时计算 AQI
  decode hj212|gb26875|jt808|sl651|cap [--key HEX] [FILE]  解报文，一帧一行 JSON
需要数据库（默认 ./var，环境变量 ANLAN_VAR、ANLAN_DATABASE_URL 可改）：
  plan import FILE [--yes]    预览或导入规划
  plan coverage               数字目标的挂接情况
  air import FILE [--yes]     预览或导入空气质量小时值
  geo import --crs … FILE     导入图层
  journal verify              核对流水的摘要链
  demo | serve | worker       演示 | 网页 | 时钟与作业
  city                        市级实例：在本机和演示连通，试用城市链路
  link card | link pair       链路：打印本单位的连接卡 | 从标准输入读对方的卡并连通
  gateway                     设备网关：接收、存储、报警；--mqtt mqtt://主机:端口 订阅代理
  simulate                    模拟示例区的设备（只连本机网关）
  person                      新增人员和岗位
  openapi                     接口说明（OpenAPI 3.1）
  second-factor-off 登录名    关闭一个人的两步验证
  migrate | check | doctor | backup | restore
"""


def _managed(name: str, arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.server.settings")
    if name == "anlan_city":
        _beside()
    try:
        django.setup()
        call_command(name, *arguments)
    except (Refused, CommandError, DatabaseError, OSError) as error:
        return _explain(error)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else BAD_INPUT
    return DONE


def _beside() -> None:
    """The city is an instance of its own beside the district's: its folder is the district's with `-city`, its database a file of its own."""
    district = os.environ.get("ANLAN_VAR", "var")
    os.environ["ANLAN_CITY_OF"] = district
    os.environ["ANLAN_CITY_OF_DATABASE_URL"] = os.environ.pop("ANLAN_DATABASE_URL", "")
    os.environ["ANLAN_VAR"] = f"{district.rstrip('/')}-city"
    os.environ["ANLAN_DEMO"] = "1"


def _explain(error: Exception) -> int:
    """One line that says what to do, and the exit status."""
    error = unwritable(error) or error
    if isinstance(error, Refused):
        return _say(error.message, LACKING if isinstance(error, Missing) else BAD_INPUT)
    if isinstance(error, DatabaseError):
        return _say(f"数据库不能用：{str(error).splitlines()[0]}。先运行 anlan migrate，或看 anlan doctor。", LACKING)
    if isinstance(error, OSError):
        return _say(f"{error.strerror or error}：{error.filename or ''}", BAD_INPUT)
    return _say(str(error).removeprefix("Error: "), BAD_INPUT)


def _say(sentence: str, status: int) -> int:
    sys.stderr.write(" ".join(sentence.split()) + "\n")
    return status


def run(arguments: Sequence[str]) -> int:
    """Dispatch on the first one or two words; returns the exit status."""
    words = tuple(arguments)
    for length in (2, 1):
        head, rest = words[:length], list(words[length:])
        if head in PURE:
            return PURE[head](rest)
        if head in MANAGED:
            return _managed(MANAGED[head], rest)
    if words[:1] == ("django",):  # the framework's own commands, for developers
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.server.settings")
        execute_from_command_line(["anlan", *words[1:]])
        return DONE
    asked = not words or words[0] == "help" or words[-1] in ("-h", "--help")
    (sys.stdout if asked else sys.stderr).write(
        USAGE if asked else f"没有命令“{' '.join(words[:2])}”。看 anlan help。\n"
    )
    return DONE if asked else BAD_INPUT


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
