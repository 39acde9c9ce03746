"""What notices say of deals: how they start, move and stand still, in Chinese and English."""

from matchmaker.reference.terms import terms

_MOVED = {
    code: (
        f"“%(title)s”进入“{name}”：%(by)s %(note)s",
        f"“%(title)s” is now “{terms('deal_stage', 'en')[code]}”: %(by)s %(note)s",
    )
    for code, name in terms("deal_stage").items()
}
DEAL_TEXTS: dict[str, tuple[str, str]] = {
    "deal.started": (
        "%(by)s登记了交易“%(title)s”，请核对内容和下一步",
        "%(by)s put down the deal “%(title)s”; please look at what it says and what comes next",
    ),
    "deal.next": (
        "“%(title)s”的下一步：%(step)s（%(day)s）",
        "Next in “%(title)s”: %(step)s (%(day)s)",
    ),
    "deal.owner": ("%(by)s请您跟进交易“%(title)s”", "%(by)s asks you to look after the deal “%(title)s”"),
    "deal.noted": ("%(author)s 在交易“%(title)s”里写道：%(start)s", "%(author)s noted on “%(title)s”: %(start)s"),
    "deal.stalled": (
        "交易“%(title)s”没有进展，下一步：%(step)s。请更新进展，或写明原因终止",
        "The deal “%(title)s” stands still; next was: %(step)s. Say how it goes on, or end it with a reason",
    ),
    **{f"deal.moved.{code}": both for code, both in _MOVED.items()},
    "deal.moved.completed": ("交易“%(title)s”已完成：%(by)s %(note)s", "“%(title)s” is completed: %(by)s %(note)s"),
    "deal.moved.ended": ("交易“%(title)s”已终止：%(by)s %(note)s", "“%(title)s” was ended: %(by)s %(note)s"),
}
