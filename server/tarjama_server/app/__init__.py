"""The server's life: load, warm up, serve, take up new models, drain."""

from tarjama_server.app.errors import StartupError
from tarjama_server.app.loading import load_model
from tarjama_server.app.server import Server
from tarjama_server.app.supervisor import Supervisor

__all__ = ["Server", "StartupError", "Supervisor", "load_model"]
