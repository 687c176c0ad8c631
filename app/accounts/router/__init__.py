"""The operations of accounts, by what they are about."""

from fastapi import APIRouter

from app.accounts.router import accounts, audit, clients, members, sign_in

router = APIRouter()
for part in (sign_in, accounts, members, clients, audit):
    router.include_router(part.router)

token_route = sign_in.token_route()
