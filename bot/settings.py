"""Every setting once: its name, its default, and a right example. Names are promises (interface.md)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.i18n import N_, languages

WRONG = N_("%(variable)s is not right; an example: %(variable)s=%(example)s")
OPEN_TO_ALL = N_("WEB_HOST=%(host)s opens the pages to the network and needs WEB_PUBLIC_URL=https://…")
NEEDS = N_("%(first)s needs %(second)s; an example: %(second)s=%(example)s")
CLOCK_IS_FOR_REHEARSALS = N_("RALOP_CLOCK needs %(variable)s on this machine; an example: %(variable)s=%(example)s")


class Stop(Exception):
    """Ends a command: one line on stderr, exit code 1 (refused, incomplete) or 2 (wrong usage or setting).

    `sentence` with its `values` can be said in another language; a line without values is said already.
    """

    def __init__(self, sentence: str, code: int = 1, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence if values else sentence.replace("%", "%%")
        self.values = values
        self.code = code


class Settings(BaseSettings):
    """Read from the environment, then from `.env`; an empty value counts as not set."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", validate_default=True)

    database_url: str = Field("sqlite:///data/ralop.sqlite3", examples=["sqlite:///data/ralop.sqlite3"])
    telegram_bot_token: SecretStr | None = Field(None, examples=["123456:ABC-DEF_ghi"])
    telegram_api_base_url: str = Field("https://api.telegram.org", examples=["https://api.telegram.org"])
    telegram_mode: Literal["polling", "webhook"] = Field("polling", examples=["polling"])
    telegram_proxy: str | None = Field(None, examples=["socks5://127.0.0.1:1080"])
    zalo_bot_token: SecretStr | None = Field(None, examples=["123456:ABC-DEF_ghi,234567:JKL-MNO_pqr"])
    zalo_api_base_url: str = Field("https://bot-api.zaloplatforms.com", examples=["https://bot-api.zaloplatforms.com"])
    zalo_mode: Literal["polling", "webhook"] = Field("polling", examples=["webhook"])
    zalo_monthly_messages: int = Field(3000, ge=0, examples=["3000"])
    zalo_bot_link: Annotated[tuple[str, ...], NoDecode] = Field(
        (), examples=["https://zalo.me/s/abc,https://zalo.me/s/xyz"]
    )
    web_host: str = Field("127.0.0.1", examples=["127.0.0.1"])
    web_port: int = Field(8080, ge=1, le=65535, examples=["8080"])
    web_public_url: str | None = Field(None, examples=["https://ralop.minhlong.vn"])
    contact: str = Field("", examples=["chị Thu, UBND xã: 0255 000 000"])
    webhook_secret: SecretStr | None = Field(None, examples=["mot-chuoi-dai-it-nhat-16-ky-tu"])
    timezone: str = Field("Asia/Ho_Chi_Minh", examples=["Asia/Ho_Chi_Minh"])
    default_locale: str = Field("vi", examples=["vi"])
    meeting_reminders: Annotated[tuple[str, ...], NoDecode] = Field(("-1d 19:00", "-2h"), examples=["-1d 19:00, -2h"])
    heartbeat_url: str | None = Field(None, examples=["https://hc.example.org/ping/abc"])
    paper_templates: Path | None = Field(None, examples=["/srv/ralop/mau"])
    backup_dir: Path | None = Field(None, examples=["/var/backups/ralop"])
    backup_passphrase: SecretStr | None = Field(None, examples=["bay-chu-trau-di-qua-suoi"])
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", examples=["INFO"])
    log_format: Literal["text", "json"] = Field("text", examples=["text"])
    ralop_clock: str | None = Field(None, examples=["file:/tmp/clock"])

    @field_validator("telegram_bot_token", "zalo_bot_token")
    @classmethod
    def _tokens(cls, value: SecretStr | None) -> SecretStr | None:
        """A token is digits, a colon, and at least three letters, digits, `_` or `-`."""
        if value is not None:
            for token in value.get_secret_value().split(","):
                if not re.fullmatch(r"\d+:[A-Za-z0-9_-]{3,}", token.strip()):
                    raise ValueError("not a token")
        return value

    @field_validator("telegram_api_base_url", "zalo_api_base_url", "web_public_url", "heartbeat_url")
    @classmethod
    def _addresses(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("not an address")
            return value.rstrip("/")
        return value

    @field_validator("zalo_bot_link", mode="before")
    @classmethod
    def _links(cls, value: Any) -> Any:
        """Where each bot is opened, in the order of the tokens; a bot without a link has nothing between its commas."""
        parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else list(value)
        for part in parts:
            if part and not re.fullmatch(r"https://[A-Za-z0-9.-]+\.[a-z]+/\S+", part):
                raise ValueError("not a link")
        return tuple(parts)

    @field_validator("telegram_proxy")
    @classmethod
    def _proxy(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https", "socks5", "socks5h") or not parts.hostname or _has_no_port(value):
                raise ValueError("not a proxy")
        return value

    @field_validator("web_host")
    @classmethod
    def _host(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9.:-]+", value):
            raise ValueError("not a host")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        """What Telegram takes as a secret, and long enough not to be guessed."""
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value.get_secret_value()):
            raise ValueError("not a secret")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no such time zone") from None
        return value

    @field_validator("default_locale")
    @classmethod
    def _locale(cls, value: str) -> str:
        if value not in languages():
            raise ValueError("no such language")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if not re.fullmatch(r"sqlite:///.*[^/]|postgresql\+psycopg://.+", value) or _has_no_port(value):
            raise ValueError("not a database")
        return value

    @field_validator("meeting_reminders", mode="before")
    @classmethod
    def _reminders(cls, value: Any) -> Any:
        """`-1d 19:00` (at a wall time some days before) or `-2h`, `-90m` (before the start), separated by commas."""
        parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else list(value)
        for part in parts:
            if not re.fullmatch(r"-\d+d ([01]?\d|2[0-3]):[0-5]\d|-\d+[hm]", part):
                raise ValueError("not a list of reminders")
        return tuple(parts)

    @field_validator("paper_templates")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("not a folder")
        return value

    @field_validator("ralop_clock")
    @classmethod
    def _clock(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("file:"):
            raise ValueError("not a clock")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def message_limits(self) -> dict[tuple[str, str], int]:
        """How many messages a month each bot of a channel that counts them may carry; 0: as many as it likes."""
        return {("zalo", bot): self.zalo_monthly_messages for bot in self._zalo_bots}

    @property
    def bot_links(self) -> dict[tuple[str, str], str]:
        """Where a bot is opened that does not tell its own link: what the operator copied, by channel and bot."""
        return {("zalo", bot): link for bot, link in zip(self._zalo_bots, self.zalo_bot_link, strict=False) if link}

    @property
    def _zalo_bots(self) -> list[str]:
        tokens = "" if self.zalo_bot_token is None else self.zalo_bot_token.get_secret_value()
        return [token.strip().partition(":")[0] for token in tokens.split(",") if token]

    @property
    def data_folder(self) -> Path:
        """Where the key outside the database lives: beside the SQLite file, else `data/`."""
        if self.database_url.startswith("sqlite:///"):
            return Path(self.database_url.removeprefix("sqlite:///")).parent
        return Path("data")


def _has_no_port(url: str) -> bool:
    """Whether what stands behind the last colon of the host is no port."""
    try:
        return urlsplit(url).port == 0
    except ValueError:
        return True


def is_loopback(url: str) -> bool:
    """Whether an address stays on this machine."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def load(**overrides: Any) -> Settings:
    """Reads the settings, or raises Stop (code 2) with one line: the variable and a right example, never its value."""
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        example = Settings.model_fields[name].examples
        raise Stop(WRONG, 2, variable=name.upper(), example=(example or [""])[0]) from None
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    """What one value allows depends on another (T24: no open pages on a school's Wi-Fi, no moved clock outside)."""
    host_is_loopback = settings.web_host in ("localhost", "::1") or settings.web_host.startswith("127.")
    public = settings.web_public_url or ""
    if not host_is_loopback and not public.startswith("https://"):
        raise Stop(OPEN_TO_ALL, 2, host=settings.web_host)
    for name, mode in (("TELEGRAM_MODE", settings.telegram_mode), ("ZALO_MODE", settings.zalo_mode)):
        token = settings.telegram_bot_token if name.startswith("T") else settings.zalo_bot_token
        if token is not None and mode == "webhook":
            if settings.webhook_secret is None or len(settings.webhook_secret.get_secret_value()) < 16:
                raise Stop(NEEDS, 2, first=f"{name}=webhook", second="WEBHOOK_SECRET", example="mot-chuoi-dai-16-ky-tu")
            if settings.web_public_url is None:
                raise Stop(
                    NEEDS, 2, first=f"{name}=webhook", second="WEB_PUBLIC_URL", example="https://ralop.minhlong.vn"
                )
    if settings.ralop_clock is not None:
        for token, url, name in (
            (settings.telegram_bot_token, settings.telegram_api_base_url, "TELEGRAM_API_BASE_URL"),
            (settings.zalo_bot_token, settings.zalo_api_base_url, "ZALO_API_BASE_URL"),
        ):
            if token is not None and not is_loopback(url):
                raise Stop(CLOCK_IS_FOR_REHEARSALS, 2, variable=name, example="http://127.0.0.1:8081")
