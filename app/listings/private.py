"""What only those who are signed in may see is kept by nobody on the way."""

from typing import Annotated

from fastapi import Depends, Query, Response

from app.accounts.editing import PRIVATE
from app.parameters import QueryModel


def _keep_private(response: Response) -> None:
    response.headers["Cache-Control"] = PRIVATE


Private = Depends(_keep_private)
"""For routers whose answers are for whoever asks alone."""

NoQuery = Annotated[QueryModel, Query()]
"""For operations that take no query: whatever stands there is refused."""
