"""The application: routes, pages, error answers."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from data.errors import ScreeningError
from data.project import Project
from data.protocol import Protocol, Stage
from review.web import confirming, screening
from review.web.desk import desk_of, open_desk
from review.web.errors import Refused
from review.web.security import Guard

CRITERION_NAMES = {
    "population": "Population",
    "intervention": "Intervention",
    "comparator": "Comparator",
    "outcomes": "Outcomes",
    "study_design": "Study design",
}


def create_app(project: Project, *, person: str, port: int) -> FastAPI:
    """The pages of one project for one local person, answering under 127.0.0.1 and `port` only."""
    desk = open_desk(project, person=person)
    # No generated API page: it would fetch scripts from elsewhere.
    app = FastAPI(
        title="picosieve",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[Middleware(Guard, port=port, token=desk.token)],
    )
    app.state.desk = desk
    app.include_router(screening.router)
    app.include_router(confirming.router)
    app.mount("/static", StaticFiles(directory=str(files("review").joinpath("web/static"))), name="static")
    _add_pages(app)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(ScreeningError, _wrong)
    return app


def _add_pages(app: FastAPI) -> None:
    pages = Environment(loader=PackageLoader("review", "web/templates"), autoescape=True)
    pages.undefined = StrictUndefined

    def page(request: Request, section: str, template: str, *, status: int = 200, **values: Any) -> Response:
        desk = desk_of(request)
        told = {
            "desk": desk,
            "protocol": desk.protocol,
            "criteria": criteria_told(desk.protocol),
            "section": section,
            "stage": str(Stage.TITLE_ABSTRACT),
            "status": status,
        }
        return HTMLResponse(pages.get_template(template).render(told | values), status_code=status)

    @app.get("/")
    def start() -> Response:
        return RedirectResponse("/screen", status_code=307)

    @app.get("/screen")
    def screen(request: Request) -> Response:
        return page(request, "/screen", "screen.html")

    @app.get("/full-text")
    def full_text(request: Request) -> Response:
        return page(request, "/full-text", "screen.html", stage=str(Stage.FULL_TEXT))

    @app.get("/findings")
    def findings_list(request: Request) -> Response:
        return page(request, "/findings", "findings_list.html")

    @app.get("/findings/{record_id}")
    def findings(request: Request, record_id: int) -> Response:
        return page(request, "/findings", "findings.html", record_id=record_id, blind=False)

    @app.get("/blind/{record_id}")
    def blind(request: Request, record_id: int) -> Response:
        return page(request, "/findings", "findings.html", record_id=record_id, blind=True)

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return RedirectResponse("/static/icon.svg", status_code=308)

    def wrong_address(request: Request, err: Exception) -> Response:
        """A page for people, JSON for the pages' scripts."""
        for_people = "text/html" in request.headers.get("accept", "")
        if not for_people or request.method != "GET" or request.url.path.startswith("/api/"):
            return (
                _invalid(request, err)
                if isinstance(err, RequestValidationError)
                else _http_error(request, err)
            )
        status = err.status_code if isinstance(err, HTTPException) else 404
        told = "There is no such page." if status == 404 else "This address does not take that."
        return page(request, "", "error.html", status=status, told=told)

    app.add_exception_handler(RequestValidationError, wrong_address)
    app.add_exception_handler(HTTPException, wrong_address)


def criteria_told(protocol: Protocol) -> list[dict[str, str]]:
    """The criteria in order, with their names and letters."""
    return [
        {
            "name": c.name,
            "title": CRITERION_NAMES[c.name],
            "letter": CRITERION_NAMES[c.name][0],
            "description": c.description or ", ".join(c.wanted[:6]) or "not described in the protocol",
        }
        for c in protocol.criteria
    ]


def _answer(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": code, "message": message}, status_code=status)


def _refused(request: Request, err: Exception) -> Response:
    assert isinstance(err, Refused)
    return _answer(err.status, err.code, str(err))


def _wrong(request: Request, err: Exception) -> Response:
    return _answer(422, "invalid", str(err))


def _invalid(request: Request, err: Exception) -> Response:
    assert isinstance(err, RequestValidationError)
    first = err.errors()[0]
    if first["type"] == "json_invalid":
        return _answer(400, "json", "the request is not valid JSON; nothing was written")
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "path", "query"))
    told = f"{where}: {first['msg']}" if where else str(first["msg"])
    return _answer(422, "invalid", f"{told}; nothing was written")


def _http_error(request: Request, err: Exception) -> Response:
    assert isinstance(err, HTTPException)
    told = {404: "there is no such page", 405: "this address does not take that"}.get(
        err.status_code, str(err.detail)
    )
    return _answer(err.status_code, "http", told)
