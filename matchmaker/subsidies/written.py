"""Text that must be written in one way, refused in words that say which."""

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True)
class Written:
    """To annotate a type with: the pattern that the whole text must match, and what to say when it does not."""

    pattern: str
    wrong: str

    def schema(self) -> CoreSchema:
        """For pydantic; it runs in Rust, which a validator of our own would not."""
        text = core_schema.str_schema(pattern=self.pattern, strict=True)
        return core_schema.custom_error_schema(text, custom_error_type="written", custom_error_message=self.wrong)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return self.schema()
