"""The connection that storage functions take, for the parts that may not import SQLAlchemy."""

from sqlalchemy import Connection

__all__ = ["Connection"]
