"""What an import did, row by row, for people: as text and as a table."""

import csv
import io
from dataclasses import dataclass


@dataclass(frozen=True)
class RowFault:
    """One thing wrong in one row: the header as in the file, what stands there, and what to do."""

    row: int
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        where = f"第 {self.row} 行" + (f"「{self.column}」" if self.column else "")
        return f"{where}{f' = {self.value}' if self.value else ''}：{self.message}"


@dataclass(frozen=True)
class ImportReport:
    """The outcome. `rows` were found, `written` were new or changed, `unchanged` were there already.

    `bad_rows` have faults; only the first faults are kept, `more_faults` counts the rest.
    """

    kind: str
    file: str
    rows: int
    written: int
    unchanged: int
    bad_rows: int
    faults: tuple[RowFault, ...]
    more_faults: int

    @property
    def ok(self) -> bool:
        return not self.faults

    def as_text(self) -> str:
        """The report in Chinese, first the sum, then one line for each fault."""
        head = (
            f"{self.file}：共 {self.rows} 行，写入 {self.written} 行，未变 {self.unchanged} 行，有误 {self.bad_rows} 行"
        )
        lines = [head, *map(str, self.faults)]
        if self.more_faults:
            lines.append(f"另有 {self.more_faults} 处问题未列出；改正以上问题后请再次导入")
        if self.faults and not self.written + self.unchanged:
            lines.append("没有写入任何数据。")
        return "\n".join(lines)

    def as_csv(self) -> str:
        """The faults as CSV for Excel (with a byte order mark); no cell can start a formula."""
        text = io.StringIO()
        text.write("\ufeff")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(("行", "列", "内容", "问题与修改办法"))
        writer.writerows((fault.row, *map(_inert, (fault.column, fault.value, fault.message))) for fault in self.faults)
        return text.getvalue()


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
