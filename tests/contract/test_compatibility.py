"""The contract may grow and not change: clients of v1 go on working.

`v1.json` holds what was ever published: numbers, kinds and the shape of methods. Add to it what is
new; never change or remove a line.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    MethodDescriptorProto,
)

from tarjama_proto.v1 import error_details_pb2, translation_pb2

PUBLISHED: dict[str, str] = json.loads((Path(__file__).parent / "v1.json").read_text())


def described() -> dict[str, str]:
    """Everything that is on the wire, by name."""
    found: dict[str, str] = {}
    for module in (translation_pb2, error_details_pb2):
        file = FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        for message in file.message_type:
            found.update(_of_message(message, message.name))
        for enum in file.enum_type:
            found.update(_of_enum(enum))
        for service in file.service:
            found.update((f"{service.name}.{each.name}", _method(each)) for each in service.method)
    return found


def _of_message(message: DescriptorProto, name: str) -> Iterator[tuple[str, str]]:
    for field in message.field:
        yield f"{name}.{field.name}", _field(field, message)
    for nested in message.nested_type:
        yield from _of_message(nested, f"{name}.{nested.name}")


def _field(field: FieldDescriptorProto, message: DescriptorProto) -> str:
    kind = field.type_name or FieldDescriptorProto.Type.Name(field.type)
    label = FieldDescriptorProto.Label.Name(field.label)
    # Moving a field into a oneof, or making it optional, changes what clients can read of it.
    oneof = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else ""
    return " ".join(filter(None, (str(field.number), label, kind, oneof)))


def _of_enum(enum: EnumDescriptorProto) -> Iterator[tuple[str, str]]:
    for value in enum.value:
        yield f"{enum.name}.{value.name}", str(value.number)


def _method(method: MethodDescriptorProto) -> str:
    sends = "stream " * method.client_streaming + method.input_type
    return f"{sends} -> {'stream ' * method.server_streaming}{method.output_type}"


def test_what_was_published_has_not_changed() -> None:
    found = described()
    changed = {name: found.get(name) for name in PUBLISHED if found.get(name) != PUBLISHED[name]}
    assert changed == {}


def test_what_is_new_is_recorded() -> None:
    missing = {name: value for name, value in described().items() if name not in PUBLISHED}
    assert missing == {}, f"add to v1.json: {json.dumps(missing, indent=2)}"
