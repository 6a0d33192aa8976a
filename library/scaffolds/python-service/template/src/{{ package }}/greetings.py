"""Greetings: the example to replace."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

router = APIRouter()


class Greeting(BaseModel):
    """A greeting."""

    text: str = Field(description="What to say.")


@router.get("/greetings/{who}", operation_id="greet", summary="Greet somebody")
async def greet(
    who: Annotated[str, Path(min_length=1, max_length=100, description="Whom to greet.")],
) -> Greeting:
    """Give a greeting for a name. Nothing is kept."""
    return Greeting(text=f"Hello, {who}!")
