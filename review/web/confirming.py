"""The routes of the findings pages."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/api/findings")
