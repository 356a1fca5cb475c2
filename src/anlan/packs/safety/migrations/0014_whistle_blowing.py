"""Whistle-blowing goes to the kernel's counter. What the old table held of rewards stays readable: a line in the history of its penalty."""

from django.db import migrations

STATES = {"proposed": "待批准", "approved": "待发放", "paid": "已发放", "declined": "不予奖励"}


def keep(apps, _schema):
    try:
        rewards = apps.get_model("safety", "Reward")
    except LookupError:
        return  # a new database is made from today's models and has none
    line = apps.get_model("casework", "Line")
    for one in rewards.objects.select_related("case").order_by("id"):
        facts = {"举报件": one.report, "金额": f"{one.amount} 元", "依据": one.basis, "状态": STATES[one.state], "提出": one.proposed_by,
                 "批准": one.answered_by, "发放": str(one.paid_on or "")}  # fmt: skip
        line.objects.create(
            case_id=one.case_id, at=one.proposed_at, step="comment", title="举报奖励（旧台账）", source=one.case.state, target=one.case.state, note=one.reason,
            facts={name: words for name, words in facts.items() if words}, person_id=one.proposer_id, actor_name=one.proposed_by,
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0001_initial"),
        ("safety", "0013_inspection_plan"),
    ]

    operations = [
        migrations.RunPython(keep, migrations.RunPython.noop),
        migrations.DeleteModel(name="Reward"),
    ]
