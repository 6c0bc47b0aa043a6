"""The `tarjama` command line. Needs the `[cli]` extra.

application         the command and how it ends; its subcommands:
translate           with translate_options, sections: the command `tarjama translate`
merge, glossary, memory, server_commands, config_command, completion

sources, jobs       which documents, and which goes where
document_kinds      which of them a format reads
translation_run     all documents of one run: text_work and unit_work are the work on one
journal             what is finished of a document, for a run that is interrupted
reporting           what became of each; terminal, bidi: how it is shown
configuration       tarjama.toml
connection          the server, which may be embedded
"""
