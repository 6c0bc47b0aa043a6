"""The contract's messages as the library's dataclasses, and the other way round."""

from tarjama._stream import SafePoint, StreamAnswer, StreamStart
from tarjama.errors import InvalidInput
from tarjama.options import (
    GlossaryTerm,
    LineHandling,
    Priority,
    TextFormat,
    TranslationOptions,
)
from tarjama.results import (
    AlignmentLink,
    AlignmentSupport,
    Alternative,
    DecodingDefaults,
    GlossaryApplication,
    Model,
    ModelLimits,
    ModelReference,
    Segment,
    SegmentFlag,
    Span,
    StreamProgress,
    Translation,
)
from tarjama_proto.v1 import translation_pb2 as pb

__all__ = [
    "models",
    "request_of_texts",
    "single_model",
    "stream_answer",
    "stream_message",
    "translations",
]

_PRIORITIES = {
    None: pb.PRIORITY_UNSPECIFIED,
    Priority.INTERACTIVE: pb.PRIORITY_INTERACTIVE,
    Priority.BULK: pb.PRIORITY_BULK,
}
_TEXT_FORMATS = {
    TextFormat.PLAIN: pb.TEXT_FORMAT_PLAIN,
    TextFormat.TAGGED: pb.TEXT_FORMAT_TAGGED,
}
_LINE_HANDLINGS = {
    LineHandling.PARAGRAPHS: pb.LINE_HANDLING_PARAGRAPHS,
    LineHandling.LINES: pb.LINE_HANDLING_LINES,
}
_ALIGNMENT_SUPPORTS = {
    int(pb.ALIGNMENT_SUPPORT_TRAINED): AlignmentSupport.TRAINED,
    int(pb.ALIGNMENT_SUPPORT_NONE): AlignmentSupport.NONE,
}
_FLAGS = {int(pb.SegmentFlag.Value(f"SEGMENT_FLAG_{flag.name}")): flag for flag in SegmentFlag}


def request_of_texts(texts: list[str], options: TranslationOptions) -> pb.TranslateTextRequest:
    """The request to translate texts, which must hold no lone surrogates."""
    return pb.TranslateTextRequest(texts=texts, options=_options(options))


def stream_message(message: StreamStart | bytes) -> pb.StreamingTranslateTextRequest:
    """One message of a stream: its start, or a chunk."""
    if isinstance(message, bytes):
        return pb.StreamingTranslateTextRequest(chunk=message)
    config = pb.StreamConfig(options=_options(message.options))
    if message.resume_from is not None:
        place = message.resume_from
        config.resume_from.byte_offset = place.byte_offset
        config.resume_from.source_offset = place.source_offset
        config.resume_from.sentence_index = place.sentence_index
        config.resume_from.segment_count = place.segment_count
    return pb.StreamingTranslateTextRequest(config=config)


def translations(response: pb.TranslateTextResponse) -> list[Translation]:
    """The translations of a response."""
    model = _model_reference(response.model)
    return [
        Translation(text.translation, tuple(map(_segment, text.segments)), model)
        for text in response.translations
    ]


def stream_answer(response: pb.StreamingTranslateTextResponse) -> StreamAnswer:
    """One message of a stream from the server."""
    place, progress = response.safe_point, response.progress
    return StreamAnswer(
        segments=tuple(map(_segment, response.segments)),
        safe_point=SafePoint(
            place.byte_offset, place.source_offset, place.sentence_index, place.segment_count
        )
        if response.HasField("safe_point")
        else None,
        progress=StreamProgress(
            progress.received_bytes,
            progress.found_segment_count,
            progress.answered_segment_count,
        )
        if response.HasField("progress")
        else None,
        model=_model_reference(response.model) if response.HasField("model") else None,
    )


def models(response: pb.ListModelsResponse) -> list[Model]:
    """The models of one page."""
    return [_model(model) for model in response.models]


def single_model(response: pb.GetModelResponse) -> Model:
    """The model of a response."""
    return _model(response.model)


def _options(options: TranslationOptions) -> pb.TranslationOptions:
    try:
        return pb.TranslationOptions(
            model=options.model,
            priority=_PRIORITIES[options.priority],
            beam_size=options.beam_size or 0,
            alternative_count=options.alternative_count,
            alignment=options.alignment,
            text_format=_TEXT_FORMATS[options.text_format],
            glossary=[
                pb.GlossaryTerm(source=term.source, target=term.target) for term in options.glossary
            ],
            do_not_translate=options.do_not_translate,
            line_handling=_LINE_HANDLINGS[options.line_handling],
            offset_unit=pb.OFFSET_UNIT_CODE_POINTS,
        )
    except ValueError as error:
        # A number above 32 bits, or a lone surrogate in a name or term.
        raise InvalidInput(f"An option cannot be sent: {error}") from error


def _segment(segment: pb.Segment) -> Segment:
    return Segment(
        source_span=_span(segment.source_span),
        sentence_index=segment.sentence_index,
        translation=segment.translation,
        score=segment.score if segment.HasField("score") else None,
        alternatives=tuple(
            Alternative(other.translation, other.score) for other in segment.alternatives
        ),
        alignment=tuple(
            AlignmentLink(_span(link.source), _span(link.target)) for link in segment.alignment
        ),
        flags=frozenset(_FLAGS[number] for number in segment.flags if number in _FLAGS),
        unknown_flags=frozenset(int(number) for number in segment.flags if number not in _FLAGS),
        glossary_applications=tuple(
            GlossaryApplication(
                GlossaryTerm(applied.term.source, applied.term.target),
                _span(applied.source),
                _span(applied.target) if applied.HasField("target") else None,
            )
            for applied in segment.glossary_applications
        ),
    )


def _span(span: pb.Span) -> Span:
    return Span(span.start, span.end)


def _model_reference(model: pb.ModelReference) -> ModelReference:
    return ModelReference(model.name, model.checksum)


def _model(model: pb.Model) -> Model:
    limits, decoding = model.limits, model.decoding_defaults
    return Model(
        name=model.name,
        version=model.version,
        license=model.license,
        source_languages=tuple(model.source_languages),
        target_languages=tuple(model.target_languages),
        checksum=model.checksum,
        limits=ModelLimits(
            max_source_tokens=limits.max_source_tokens,
            max_target_tokens=limits.max_target_tokens,
            max_call_texts=limits.max_call_texts,
            max_call_characters=limits.max_call_characters,
            max_beam_size=limits.max_beam_size,
            max_alternative_count=limits.max_alternative_count,
            look_ahead_characters=limits.look_ahead_characters,
        ),
        decoding_defaults=DecodingDefaults(decoding.beam_size, decoding.length_penalty),
        alignment=_ALIGNMENT_SUPPORTS.get(int(model.alignment), AlignmentSupport.UNKNOWN),
        calibrated=model.calibrated,
        is_default=model.is_default,
    )
