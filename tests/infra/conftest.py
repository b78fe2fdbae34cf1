"""The engines, for these tests."""

from tests.engines import cloud, desk_table, dynamodb_engine, moto_engine

__all__ = ["cloud", "desk_table", "dynamodb_engine", "moto_engine"]
