"""The roles of the district. Which permissions each holds is declared by the capabilities."""

from __future__ import annotations

from anlan.kernel.access.types import Role

ROLES = (
    Role(slug="administrator", title="系统管理员", second_factor=True),
    Role(slug="planner", title="规划员"),
    Role(slug="leader", title="区领导"),
    Role(slug="duty_officer", title="值班员"),
    Role(slug="commander", title="指挥长"),
    Role(slug="team_leader", title="队伍负责人"),
    Role(slug="shelter_keeper", title="避难场所管理员"),
    Role(slug="store_keeper", title="物资保管员"),
    Role(slug="bureau_officer", title="部门经办"),
    Role(slug="environment_officer", title="环境监测员"),
    Role(slug="street_officer", title="街道经办"),
    Role(slug="safety_regulator", title="安全监管员"),
    Role(slug="environment_inspector", title="环境执法员"),
    Role(slug="legal_reviewer", title="法制审核员"),
    Role(slug="expert", title="专家"),
    Role(slug="enterprise_head", title="企业负责人"),
    Role(slug="enterprise_officer", title="企业安全员"),
    Role(slug="worker", title="岗位员工"),
    Role(slug="school_officer", title="学校安全员"),
    Role(slug="bullying_handler", title="学校欺凌处置专人"),
    Role(slug="bullying_supervisor", title="教育局欺凌处置专人"),
    Role(slug="auditor", title="审计员", second_factor=True),
)
