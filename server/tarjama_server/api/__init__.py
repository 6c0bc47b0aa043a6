"""The contract's side of the server: the only room that speaks protobuf."""
