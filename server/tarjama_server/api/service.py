"""`tarjama.v1.TranslationService`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

import grpc

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.admission import (
    Admission,
    AdmittedCall,
    ExpectedCall,
    Unanswered,
    expected_positions,
)
from tarjama_server.api.calls import CallRecord, Calls, ServerState
from tarjama_server.api.messages import (
    CallOptions,
    SegmentWriter,
    check_texts,
    read_options,
    write_model,
)
from tarjama_server.api.status import invalid
from tarjama_server.api.streaming import DocumentSource, stream_document
from tarjama_server.batching import Priority
from tarjama_server.engine import Decoding
from tarjama_server.pipeline.document import translate_document
from tarjama_server.pipeline.model import ServedModel
from tarjama_server.serving import ServedModels

SERVICE_NAME: str = pb.DESCRIPTOR.services_by_name["TranslationService"].full_name

_DEFAULT_PAGE_SIZE = 100
_MAX_PAGE_SIZE = 1000
# Texts of one call that are translated at once: their sentences fill batches several times over.
_TEXTS_AT_ONCE = 128
# A stream holds one of the calls that there may be from its first moment on. Clients send the
# config with it, so that one which takes so long is stuck, or holds the place on purpose.
_CONFIG_TIMEOUT_S = 10.0


class TranslationService:
    """Answers the contract's methods with the models it was given."""

    def __init__(
        self,
        models: ServedModels,
        admission: Admission,
        state: ServerState,
        *,
        config_timeout_s: float = _CONFIG_TIMEOUT_S,
    ) -> None:
        """Serve `models` to the calls that `admission` lets in.

        Args:
            models: may come later: no call is let in until `state` says that the server is warm.
            admission: bounds calls and their work.
            state: what stage of its life the server is in.
            config_timeout_s: seconds that a stream has to send its config.
        """
        self._models = models
        self._admission = admission
        self._state = state
        self._config_timeout_s = config_timeout_s

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
        with (
            self._admission.count_in(record.caller) as call,
            self._models.lease(request.options.model) as model,
        ):
            return await self._translate_texts(call, model, request, record)

    async def _translate_texts(
        self,
        call: AdmittedCall,
        model: ServedModel,
        request: pb.TranslateTextRequest,
        record: CallRecord,
    ) -> pb.TranslateTextResponse:
        options = read_options(
            request.options,
            model.manifest,
            default_priority=Priority.INTERACTIVE,
            caller=record.caller,
        )
        check_texts(request.texts)
        characters = sum(map(len, request.texts))
        record.counts |= {
            "model": model.manifest.name,
            "texts": len(request.texts),
            "characters": characters,
        }
        expected = _expected(model, options, expected_positions(request.texts))
        with call.begin(
            expected, characters=characters, time_left_s=record.time_left_s
        ) as unanswered:
            record.take_characters(characters)
            translations = await _translate_all(model, request.texts, options, unanswered)
        record.counts["segments"] = sum(len(done.segments) for done in translations)
        return pb.TranslateTextResponse(translations=translations, model=_reference(model))

    async def stream_text(
        self, requests: AsyncIterator[pb.StreamingTranslateTextRequest], record: CallRecord
    ) -> AsyncGenerator[pb.StreamingTranslateTextResponse, None]:
        """See `StreamingTranslateText` in the contract."""
        with self._admission.count_in(record.caller) as call:
            config = await self._read_config(requests)
            with self._models.lease(config.options.model) as model:
                responses = self._stream_text(call, model, config, requests, record)
                async with aclosing(responses):
                    async for response in responses:
                        yield response

    async def _read_config(
        self, requests: AsyncIterator[pb.StreamingTranslateTextRequest]
    ) -> pb.StreamConfig:
        try:
            async with asyncio.timeout(self._config_timeout_s):
                first = await anext(requests, None)
        except TimeoutError as error:
            raise invalid(
                "config",
                f"did not come within {self._config_timeout_s:g} s of the stream's beginning",
                reason="CONFIG_MISSING",
            ) from error
        if first is None or first.WhichOneof("message") != "config":
            raise invalid(
                "config", "must be in the first message of a stream", reason="CONFIG_MISSING"
            )
        return first.config

    async def _stream_text(
        self,
        call: AdmittedCall,
        model: ServedModel,
        config: pb.StreamConfig,
        requests: AsyncIterator[pb.StreamingTranslateTextRequest],
        record: CallRecord,
    ) -> AsyncGenerator[pb.StreamingTranslateTextResponse, None]:
        options = read_options(
            config.options,
            model.manifest,
            default_priority=Priority.BULK,
            caller=record.caller,
        )
        record.counts["model"] = model.manifest.name
        with call.begin(_expected(model, options), time_left_s=record.time_left_s):
            source = DocumentSource(
                requests, self._state.must_end_streams, call.budget, record.take_characters
            )
            responses = stream_document(model, options, config.resume_from, source)
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
        names = self._models.names()
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
        return pb.GetModelResponse(model=self._message(request.name))

    def _message(self, name: str) -> pb.Model:
        """Describe a model. "" is the default one."""
        manifest = self._models.manifest(name)
        return write_model(manifest, is_default=manifest.name == self._models.names()[0])


async def _translate_all(
    model: ServedModel, texts: Sequence[str], options: CallOptions, unanswered: Unanswered
) -> list[pb.TranslatedText]:
    room = asyncio.Semaphore(_TEXTS_AT_ONCE)

    async def translate(text: str) -> pb.TranslatedText:
        async with room:
            return await _translate(model, text, options, unanswered)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(translate(text)) for text in texts]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


async def _translate(
    model: ServedModel, text: str, options: CallOptions, unanswered: Unanswered
) -> pb.TranslatedText:
    async def whole() -> AsyncGenerator[str, None]:
        yield text

    writer = SegmentWriter(options.offset_unit)
    segments = []
    async with aclosing(translate_document(model, whole(), options.pipeline)) as steps:
        async for step in steps:
            segments.append(writer.write(step.segment))
            unanswered.answered(step.segment.source.text)
    return pb.TranslatedText(
        translation="".join(segment.translation for segment in segments), segments=segments
    )


def _expected(model: ServedModel, options: CallOptions, positions: int = 0) -> ExpectedCall:
    beam_size = options.pipeline.beam_size or model.manifest.decoding.beam_size
    return ExpectedCall(
        model.batcher,
        options.pipeline.priority,
        Decoding(beam_size=max(beam_size, options.pipeline.alternative_count + 1)),
        positions,
    )


def _reference(model: ServedModel) -> pb.ModelReference:
    return pb.ModelReference(name=model.manifest.name, checksum=model.manifest.checksum)
