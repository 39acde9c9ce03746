"""Technology contracts (技术合同): the record, the amounts, the money paid, and their registration (认定登记)."""
