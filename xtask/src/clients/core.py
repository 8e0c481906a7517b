class Raw:
    """A body that is sent as it is, with its media type."""

    def __init__(self, media_type: str, content: str | bytes) -> None:
        self.media_type = media_type
        self.content = content.encode() if isinstance(content, str) else content


class ProblemError(Exception):
    """What the gateway refused, or could not do."""

    def __init__(self, problem: Problem, retry_after_seconds: int | None = None) -> None:
        super().__init__(f"{problem['title']}: {problem['detail']}")
        #: The problem as it was answered.
        self.problem = problem
        #: When to ask again, where the gateway says so.
        self.retry_after_seconds = retry_after_seconds

    @property
    def kind(self) -> str:
        """Which kind, a word for programs such as ``invalid-field``; ``foreign-answer`` when it is not the gateway's."""
        _, mark, kind = self.problem["type"].partition("#problem-")
        return kind if mark else "foreign-answer"

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem["status"]

    @property
    def detail(self) -> str:
        """What is wrong this time, and what to do."""
        return self.problem["detail"]

    @property
    def field(self) -> str | None:
        """The field that it is about, dotted."""
        return self.problem.get("field")


class WebhookError(Exception):
    """A webhook that is not to be believed."""


class VerifiedWebhook(TypedDict):
    """A webhook that was found to be from the gateway."""

    id: str
    """Its id, the same each time it is sent."""
    payload: Any
    """What it says, as it was sent."""


#: How far the clock of a webhook's sender may be from ours.
_WEBHOOK_SKEW_SECONDS_MAX = 300


def verify_webhook(payload: bytes, headers: Mapping[str, str], secret: str) -> VerifiedWebhook:
    """Believes a webhook only with its signature (Standard Webhooks, HMAC-SHA256).

    ``payload`` is the body exactly as it came, ``headers`` those of the request by any spelling, ``secret`` that of your
    endpoint, ``whsec_…``. Raises :class:`WebhookError` when it is not the gateway's, or is older or newer than five
    minutes.
    """
    named = {name.lower(): value for name, value in headers.items()}
    identity, sent_at = named.get("webhook-id", ""), named.get("webhook-timestamp", "")
    is_time = sent_at.isascii() and sent_at.isdigit()
    if not identity or not is_time or abs(time.time() - int(sent_at)) > _WEBHOOK_SKEW_SECONDS_MAX:
        raise WebhookError("The webhook has no id, or is not of this moment.")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{identity}.{sent_at}.".encode() + payload, "sha256")
    expected = b"v1," + base64.b64encode(signed)
    signatures = named.get("webhook-signature", "").encode().split(b" ")
    if not any(hmac.compare_digest(expected, signature) for signature in signatures):
        raise WebhookError("The webhook is not signed with this secret.")
    return {"id": identity, "payload": json.loads(payload)}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is answered to the caller: the key goes to the gateway and to nobody else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Caller:
    """Makes the requests."""

    def __init__(self, base_url: str, api_key: str, patience_seconds: float, timeout_seconds: float) -> None:
        if not re.fullmatch(r"https?://[^/?#]+[^?#]*", base_url):
            raise ValueError("base_url is an address such as http://127.0.0.1:8080, without a query")
        self._base = base_url.rstrip("/")
        self._api_key = api_key
        self._patience_seconds = patience_seconds
        self._timeout_seconds = timeout_seconds
        self._opener = urllib.request.build_opener(_NoRedirect)

    def ask_json(self, method: str, path: str, **call: Any) -> Any:
        status, media, body = self._answered(method, path, **call)
        try:
            return json.loads(body)
        except ValueError:
            raise _foreign(status, media) from None

    def ask_text(self, method: str, path: str, **call: Any) -> str:
        return self.ask_bytes(method, path, **call).decode()

    def ask_bytes(self, method: str, path: str, **call: Any) -> bytes:
        return self._answered(method, path, **call)[2]

    def _answered(self, method: str, path: str, **call: Any) -> tuple[int, str, bytes]:
        """Asks, and asks again while the gateway says when to and asking twice does no harm."""
        harmless = method == "GET" or call.get("headers", {}).get("Idempotency-Key") is not None
        patience = self._patience_seconds if harmless else 0.0
        while True:
            try:
                return self._once(method, path, **call)
            except urllib.error.HTTPError as answer:
                with answer:
                    error = _refused(answer)
            wait = max(1, error.retry_after_seconds) if error.retry_after_seconds is not None else None
            if wait is None or wait > patience:
                raise error
            patience -= wait
            time.sleep(wait)

    def _once(
        self,
        method: str,
        path: str,
        *,
        accept: str = "application/json",
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = None,
    ) -> tuple[int, str, bytes]:
        url = self._base + path
        pairs = [(name, _word(one)) for name, value in (query or {}).items() for one in _several(value)]
        if pairs:
            url = f"{url}?{urllib.parse.urlencode(pairs)}"
        request = urllib.request.Request(url, method=method)
        request.add_header("Accept", f"{accept}, application/problem+json")
        request.add_header("Authorization", f"Bearer {self._api_key}")
        if body is not None:
            raw = body if isinstance(body, Raw) else Raw("application/json", json.dumps(body))
            request.data = raw.content
            request.add_header("Content-Type", raw.media_type)
        for name, value in (headers or {}).items():
            if value is not None:
                request.add_header(name, value)
        with self._opener.open(request, timeout=self._timeout_seconds) as answer:
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()


def _refused(answer: urllib.error.HTTPError) -> ProblemError:
    media = answer.headers.get("Content-Type", "")
    if media != "application/problem+json":
        return _foreign(answer.code, media)
    after = answer.headers.get("Retry-After", "")
    return ProblemError(json.loads(answer.read()), int(after) if after.isascii() and after.isdigit() else None)


def _foreign(status: int, media: str) -> ProblemError:
    said = media or "no media type"
    detail = f"Status {status} with {said}: something between you and the gateway answered."
    return ProblemError(
        {"type": "about:blank", "title": "Not an answer of the gateway", "status": status, "detail": detail}
    )


def _part(value: str | int) -> str:
    """A part of a path, which stays one part whatever it holds."""
    text = str(value)
    if text in ("", ".", ".."):
        raise ValueError("an id can't be empty, . or ..")
    return urllib.parse.quote(text, safe="")


def _several(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _waiting(seconds: int | None) -> str | None:
    return None if seconds is None else f"wait={seconds}"
