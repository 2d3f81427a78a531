"""What makes a page an app on a phone: its manifest and its worker, which opens it without a signal."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.i18n import Reader
from bot.web.site import Site

GREEN, PAPER = "#17563f", "#f1ece2"


class AppPages:
    """The manifest and the worker, over one site."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def routes(self) -> list[BaseRoute]:
        return [Route("/manifest.webmanifest", self.manifest), Route("/sw.js", self.worker)]

    async def manifest(self, request: Request) -> Response:
        """How the app is called and looks."""
        reader = Reader(locale=self.site.service.default_locale)
        urls = self.site.pages.static.urls
        icons = [
            {"src": urls[f"icon-{size}.png"], "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for size in (192, 512)
            for purpose in ("any", "maskable")
        ]
        told = {
            "id": "/",
            "name": "Ra Lớp",
            "short_name": "Ra Lớp",
            "description": reader.say("The children of the commune: in class every day."),
            "lang": reader.locale,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": GREEN,
            "icons": icons,
        }
        return JSONResponse(told, media_type="application/manifest+json", headers={"Cache-Control": "max-age=86400"})

    async def worker(self, request: Request) -> Response:
        """The worker, asked for anew each time: an old one would keep an old shell."""
        headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"}
        return Response(self.site.pages.static.worker, media_type="text/javascript; charset=utf-8", headers=headers)
