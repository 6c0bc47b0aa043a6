"""The OpenAPI description of what is served."""

from importlib.metadata import version
from typing import Any

from tarjama.gateway.settings import GatewaySettings

__all__ = ["openapi"]

_Schema = dict[str, Any]

_STRING: _Schema = {"type": "string"}
_TOKEN = {**_STRING, "description": "Token of the caller. Also taken as `Authorization: Bearer`."}
_SOURCE = {
    **_STRING,
    "pattern": "^(auto|([aA][rR]|ara|arb)([-_][A-Za-z0-9]+)*)$",
    "description": "Arabic, such as `ar` or `ar-EG`, or `auto`.",
}
_TARGET = {
    **_STRING,
    "pattern": "^([eE][nN]|eng)([-_][A-Za-z0-9]+)*$",
    "description": "English, such as `en` or `en-GB`.",
}
_DETECTION = {"$ref": "#/components/schemas/Detection"}

# Status, what it means, and whether it says when to try again.
_FAILURES = {
    "400": ("The request is wrong, and would be again.", False),
    "403": ("The token is missing, wrong, or does not allow that.", False),
    "413": ("The body is too large.", False),
    "429": ("The server has no room for the call, or the quota is used up.", True),
    "500": ("A fault of the gateway or of the server.", False),
    "501": ("The server is too old for that.", False),
    "503": ("The server cannot be reached, or the gateway has no room for the file.", True),
    "504": ("The translation took too long.", False),
}
_OF_CALLS = tuple(_FAILURES)


def openapi(settings: GatewaySettings) -> _Schema:
    """Gives the description, with the limits of this gateway."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tarjama gateway",
            "version": version("tarjama"),
            "description": "Arabic to English, in LibreTranslate's manner.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/translate": {"post": _translate(settings), "get": _translate_line(settings)},
            "/detect": {"post": _detect(settings)},
            "/languages": {"get": _languages()},
            "/health": {"get": _health()},
            "/translate_file": {"post": _translate_file(settings)},
            "/download_file/{file}": {"get": _download_file()},
            "/frontend/settings": {"get": _frontend_settings()},
            "/spec": {"get": _spec()},
            "/MTRestService/TranslateJson": {"get": _opus_cat_translate(settings)},
            "/MTRestService/ListSupportedLanguagePairs": {"get": _opus_cat_list("pairs")},
            "/MTRestService/GetLanguagePairModelTags": {"get": _opus_cat_list("models")},
        },
        "components": {"schemas": _schemas()},
    }


def _schemas() -> _Schema:
    return {
        "Error": _object({"error": _STRING}, "error"),
        "Detection": _object(
            {
                "confidence": {"type": "number", "minimum": 0, "maximum": 100},
                "language": {"enum": ["ar", "en"]},
            },
            "confidence",
            "language",
        ),
        "Translation": _object({"translation": _STRING}, "translation"),
    }


def _translate(settings: GatewaySettings) -> _Schema:
    more = {
        "source": _SOURCE,
        "target": _TARGET,
        "format": {"enum": ["text", "html"], "default": "text"},
        "alternatives": {
            "type": "integer",
            "maximum": settings.max_alternatives,
            "default": 0,
            "description": "How many other translations of a plain text to give at most. "
            "Less than 0 is 0.",
        },
        "api_key": _TOKEN,
    }
    strings = {"type": "array", "items": _STRING}
    answer = _object(
        {
            "translatedText": _one_or_list(_STRING, "In the form and order of `q`."),
            "detectedLanguage": _one_or_list(_DETECTION, "Given for the source `auto`."),
            "alternatives": _one_or_list(strings, "Given where some were asked for."),
        },
        "translatedText",
    )
    return {
        "summary": "Translate texts",
        "description": "Without a body, the parameters are taken from the query.",
        "requestBody": _text_body(settings, more, *("q", "source", "target")),
        "responses": _responses(answer, *_OF_CALLS),
    }


def _translate_line(settings: GatewaySettings) -> _Schema:
    return {
        "summary": "Translate a text given in the query, as OmegaT's FakeMT plug-in asks",
        "parameters": [
            _query("text", _text(settings), required=True),
            _query("source", _SOURCE, required=True),
            _query("target", _TARGET, required=True),
            _query("api_key", _TOKEN),
        ],
        "responses": _responses({"$ref": "#/components/schemas/Translation"}, *_OF_CALLS),
    }


def _opus_cat_translate(settings: GatewaySettings) -> _Schema:
    return {
        "summary": "Translate a segment, as OPUS-CAT's plug-ins ask",
        "parameters": [
            _query("input", {**_STRING, "maxLength": settings.max_characters}),
            _query("srcLangCode", _SOURCE, required=True),
            _query("trgLangCode", _TARGET, required=True),
            _query("tokenCode", {**_STRING, "description": "Token, or `0` for none."}),
            _query("modelTag", {**_STRING, "description": "Taken and not heeded."}),
        ],
        "responses": _responses({"$ref": "#/components/schemas/Translation"}, *_OF_CALLS),
    }


def _opus_cat_list(what: str) -> _Schema:
    return {
        "summary": f"List the {what}, as OPUS-CAT's plug-ins ask",
        "responses": _responses({"type": "array", "items": _STRING}),
    }


def _detect(settings: GatewaySettings) -> _Schema:
    return {
        "summary": "Tell Arabic from English",
        "requestBody": _text_body(settings, {"api_key": _TOKEN}, "q"),
        "responses": _responses({"type": "array", "items": _DETECTION}, "400", "413"),
    }


def _languages() -> _Schema:
    language = _object(
        {"code": _STRING, "name": _STRING, "targets": {"type": "array", "items": _STRING}},
        *("code", "name", "targets"),
    )
    return {
        "summary": "List the languages",
        "responses": _responses({"type": "array", "items": language}),
    }


def _health() -> _Schema:
    answer = _object({"status": {"const": "ok"}}, "status")
    return {
        "summary": "Ask whether the server serves",
        "responses": _responses(answer, "429", "500", "503", "504"),
    }


def _translate_file(settings: GatewaySettings) -> _Schema:
    limit = f"{settings.max_file_bytes:,} bytes at most."
    request = _object(
        {
            "file": {
                **_STRING,
                "format": "binary",
                "description": f"A file of one of the formats in /frontend/settings. {limit}",
            },
            "source": _SOURCE,
            "target": _TARGET,
            "api_key": _TOKEN,
        },
        *("file", "source", "target"),
    )
    answer = _object(
        {
            "translatedFileUrl": {
                **_STRING,
                "format": "uri",
                "description": f"Good for {settings.keep_file_s:g} seconds.",
            },
            "notices": {
                "type": "array",
                "items": _STRING,
                "description": "What a reader of the file should know, if anything.",
            },
        },
        "translatedFileUrl",
    )
    return {
        "summary": "Translate a file",
        "requestBody": _body({"multipart/form-data": request}),
        "responses": _responses(answer, *_OF_CALLS),
    }


def _download_file() -> _Schema:
    file = {"name": "file", "in": "path", "required": True, "schema": _STRING}
    whole = {
        "description": "The file.",
        "content": {"application/octet-stream": {"schema": {**_STRING, "format": "binary"}}},
    }
    gone = _failure("There is no such file, or its time is over.")
    return {
        "summary": "Fetch a translated file",
        "parameters": [file],
        "responses": {"200": whole, "404": gone, "500": _failure(_FAILURES["500"][0])},
    }


def _frontend_settings() -> _Schema:
    return {
        "summary": "Tell a user interface what it can offer",
        "responses": _responses({"type": "object"}),
    }


def _spec() -> _Schema:
    return {"summary": "Give this description", "responses": _responses({"type": "object"})}


def _object(properties: _Schema, *required: str) -> _Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


def _text(settings: GatewaySettings) -> _Schema:
    return {**_STRING, "minLength": 1, "maxLength": settings.max_characters}


def _one_or_list(schema: _Schema, description: str) -> _Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema}], "description": description}


def _query(name: str, schema: _Schema, *, required: bool = False) -> _Schema:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _text_body(settings: GatewaySettings, more: _Schema, *required: str) -> _Schema:
    """Describes a body with one text or, in JSON alone, with a list of texts."""
    text = _text(settings)
    texts = {
        "type": "array",
        "items": _STRING,
        "minItems": 1,
        "maxItems": settings.max_texts,
        "description": f"Of {settings.max_characters:,} characters at most, all together.",
    }
    return _body(
        {
            "application/json": _object({"q": {"anyOf": [text, texts]}, **more}, *required),
            "application/x-www-form-urlencoded": _object({"q": text, **more}, *required),
        }
    )


def _body(schemas: dict[str, _Schema]) -> _Schema:
    return {"required": True, "content": {kind: {"schema": one} for kind, one in schemas.items()}}


def _responses(schema: _Schema, *failures: str) -> _Schema:
    answers: _Schema = {
        "200": {"description": "Done.", "content": {"application/json": {"schema": schema}}}
    }
    for status in failures or ("500",):
        meaning, is_pause = _FAILURES[status]
        answers[status] = _failure(meaning)
        if is_pause:
            answers[status]["headers"] = {
                "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
            }
    return answers


def _failure(meaning: str) -> _Schema:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": meaning, "content": {"application/json": {"schema": schema}}}
