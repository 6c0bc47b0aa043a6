"""`tarjama.v1.TranslationService`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing

import grpc

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.admission import Admission
from tarjama_server.api.calls import CallRecord, Calls, ServerState
from tarjama_server.api.messages import (
    CallOptions,
    SegmentWriter,
    check_texts,
    read_options,
    write_model,
)
from tarjama_server.api.status import invalid, model_not_found
from tarjama_server.api.streaming import stream_document
from tarjama_server.batching import Priority
from tarjama_server.pipeline.document import translate_document
from tarjama_server.pipeline.model import ServedModel

SERVICE_NAME: str = pb.DESCRIPTOR.services_by_name["TranslationService"].full_name

_DEFAULT_PAGE_SIZE = 100
_MAX_PAGE_SIZE = 1000
# Texts of one call that are translated at once: their sentences fill batches several times over.
_TEXTS_AT_ONCE = 128


class TranslationService:
    """Answers the contract's methods with the models it was given."""

    def __init__(
        self, models: Mapping[str, ServedModel], admission: Admission, state: ServerState
    ) -> None:
        """Serve `models`, the default one first.

        `models` may be filled later: no call is let in until `state` says that the server is warm.
        """
        self._models = models
        self._admission = admission
        self._state = state

    def register(self, server: grpc.aio.Server, calls: Calls) -> None:
        """Add the service's methods to `server`, each going through `calls`."""
        handlers = {
            "TranslateText": calls.unary(
                "TranslateText", pb.TranslateTextRequest, self.translate_text
            ),
            "StreamingTranslateText": calls.streaming(
                "StreamingTranslateText", pb.StreamingTranslateTextRequest, self.stream_text
            ),
            "ListModels": calls.unary("ListModels", pb.ListModelsRequest, self.list_models),
            "GetModel": calls.unary("GetModel", pb.GetModelRequest, self.get_model),
        }
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(SERVICE_NAME, handlers),)
        )

    async def translate_text(
        self, request: pb.TranslateTextRequest, record: CallRecord
    ) -> pb.TranslateTextResponse:
        """See `TranslateText` in the contract."""
        model = self._model(request.options.model)
        options = read_options(
            request.options,
            model.manifest,
            default_priority=Priority.INTERACTIVE,
            max_priority=record.caller.max_priority,
        )
        check_texts(request.texts)
        record.counts |= {
            "model": model.manifest.name,
            "texts": len(request.texts),
            "characters": sum(map(len, request.texts)),
        }
        room = asyncio.Semaphore(_TEXTS_AT_ONCE)

        async def translate(text: str) -> pb.TranslatedText:
            async with room:
                return await _translate(model, text, options)

        with self._admission.admit(model.batcher):
            try:
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(translate(text)) for text in request.texts]
            except ExceptionGroup as failures:
                raise failures.exceptions[0] from None
        translations = [task.result() for task in tasks]
        record.counts["segments"] = sum(len(done.segments) for done in translations)
        return pb.TranslateTextResponse(translations=translations, model=_reference(model))

    async def stream_text(
        self, requests: AsyncIterator[pb.StreamingTranslateTextRequest], record: CallRecord
    ) -> AsyncGenerator[pb.StreamingTranslateTextResponse, None]:
        """See `StreamingTranslateText` in the contract."""
        first = await anext(requests, None)
        if first is None or first.WhichOneof("message") != "config":
            raise invalid(
                "config", "must be in the first message of a stream", reason="CONFIG_MISSING"
            )
        model = self._model(first.config.options.model)
        options = read_options(
            first.config.options,
            model.manifest,
            default_priority=Priority.BULK,
            max_priority=record.caller.max_priority,
        )
        record.counts["model"] = model.manifest.name
        with self._admission.admit(model.batcher):
            responses = stream_document(
                model, options, first.config.resume_from, requests, self._state.must_end_streams
            )
            first_response = True
            async with aclosing(responses):
                async for response in responses:
                    if first_response:
                        response.model.CopyFrom(_reference(model))
                        first_response = False
                    record.counts |= {
                        "bytes": response.progress.received_bytes,
                        "segments": response.progress.answered_segment_count,
                    }
                    yield response

    async def list_models(
        self, request: pb.ListModelsRequest, record: CallRecord
    ) -> pb.ListModelsResponse:
        """See `ListModels` in the contract."""
        if request.page_size < 0:
            raise invalid("page_size", f"is {request.page_size}; it must be 0 or more")
        size = min(request.page_size or _DEFAULT_PAGE_SIZE, _MAX_PAGE_SIZE)
        names = list(self._models)
        if request.page_token and request.page_token not in names:
            raise invalid("page_token", "is none that this server gave out")
        start = names.index(request.page_token) if request.page_token else 0
        page = names[start : start + size]
        return pb.ListModelsResponse(
            models=[self._message(name) for name in page],
            next_page_token=names[start + size] if start + size < len(names) else "",
        )

    async def get_model(
        self, request: pb.GetModelRequest, record: CallRecord
    ) -> pb.GetModelResponse:
        """See `GetModel` in the contract."""
        name = self._model(request.name).manifest.name
        return pb.GetModelResponse(model=self._message(name))

    def _message(self, name: str) -> pb.Model:
        default = next(iter(self._models))
        return write_model(self._models[name].manifest, is_default=name == default)

    def _model(self, name: str) -> ServedModel:
        if not name:
            return next(iter(self._models.values()))
        if name not in self._models:
            raise model_not_found(name, list(self._models))
        return self._models[name]


async def _translate(model: ServedModel, text: str, options: CallOptions) -> pb.TranslatedText:
    async def whole() -> AsyncGenerator[str, None]:
        yield text

    writer = SegmentWriter(options.offset_unit)
    segments = []
    async with aclosing(translate_document(model, whole(), options.pipeline)) as steps:
        async for step in steps:
            segments.append(writer.write(step.segment))
    return pb.TranslatedText(
        translation="".join(segment.translation for segment in segments), segments=segments
    )


def _reference(model: ServedModel) -> pb.ModelReference:
    return pb.ModelReference(name=model.manifest.name, checksum=model.manifest.checksum)
