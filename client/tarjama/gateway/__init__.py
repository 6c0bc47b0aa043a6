"""An HTTP front of a server, for tools that speak LibreTranslate. Needs `[http]` and `[cli]`.

Every request becomes calls of the gRPC server with the caller's own token. What is admitted, how
much and in which order is decided there alone; this front only bounds the size of what it takes.

    settings        GatewaySettings: the limits
    application     create_application: the routes
    serving         serve: the socket, and how it all ends
    routes          LibreTranslate's requests
    tool_routes     the requests of OmegaT's FakeMT plug-in and of OPUS-CAT's plug-ins
    parameters      what a request says, be it JSON, a form or a query
    translation     Translator: texts, pages and files through the client
    callers         while_connected: no work for callers who have gone
    files           FileStore: translated files until they are fetched
    languages       codes of languages; which one a text is in
    answers         errors as answers
    middleware      bounds of bodies, and faults
    spec            the OpenAPI description of it all
"""
