"""What notices say of technology contracts and their registration, in Chinese and English."""

CONTRACT_TEXTS: dict[str, tuple[str, str]] = {
    "contract.signed": (
        "技术合同“%(title)s”已于 %(day)s 签订并记录在平台",
        "The technology contract “%(title)s”, signed on %(day)s, is on record",
    ),
    "contract.submitted": (
        "技术合同“%(title)s”已于 %(day)s 提交认定登记",
        "The technology contract “%(title)s” was handed in for registration on %(day)s",
    ),
    "contract.office_submitted": (
        "“%(title)s”已于 %(day)s 提交认定登记，请跟进登记结果",
        "“%(title)s” was handed in for registration on %(day)s; enter what the registry decides",
    ),
    "contract.supplement": (
        "登记机构要求补正“%(title)s”：%(reason)s",
        "The registry asks to supplement “%(title)s”: %(reason)s",
    ),
    "contract.registered": (
        "“%(title)s”已登记，登记编号 %(number)s",
        "“%(title)s” is registered under number %(number)s",
    ),
    "contract.refused": (
        "“%(title)s”未予登记：%(reason)s",
        "“%(title)s” was refused registration: %(reason)s",
    ),
    "contract.changed": (
        "“%(title)s”已办理变更登记：%(reason)s",
        "The registration of “%(title)s” was changed: %(reason)s",
    ),
    "contract.schedule": (
        "“%(title)s”有新的付款计划：%(reason)s",
        "“%(title)s” has a new payment schedule: %(reason)s",
    ),
    "contract.cancelled": (
        "“%(title)s”已注销：%(reason)s",
        "“%(title)s” was cancelled: %(reason)s",
    ),
    "contract.revoked": (
        "“%(title)s”的登记已被撤销：%(reason)s",
        "The registration of “%(title)s” was revoked: %(reason)s",
    ),
    # reminders
    "contract.file": (
        "“%(title)s”已签订 %(days)s 天，尚未提交认定登记；须在有效期（至 %(until)s）内由卖方提交",
        "“%(title)s” was signed %(days)s days ago and not handed in yet; the seller files it before %(until)s",
    ),
    "contract.expiring": (
        "“%(title)s”的有效期将于 %(until)s 届满，届满后不能登记，请尽快提交认定登记",
        "“%(title)s” ends on %(until)s and cannot be registered afterwards: hand it in now",
    ),
    "contract.supplement_due": (
        "“%(title)s”的补正要求已过 %(days)s 天，请补齐材料后重新提交",
        "The registry has waited %(days)s days for the supplement to “%(title)s”",
    ),
    "contract.office_expired": (
        "“%(title)s”的有效期已于 %(until)s 届满，仍未登记",
        "“%(title)s” ended on %(until)s without being registered",
    ),
}
