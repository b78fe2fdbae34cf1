"""Handlers of the sample app."""
