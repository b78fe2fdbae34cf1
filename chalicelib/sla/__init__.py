"""Promised times: what a plan promises, in whose hours it counts, and when each promise falls due.

A calendar says which hours count, a plan says how many of them may pass, a clock says where a
ticket stands. All three are pure functions of data, so the same history gives the same minute
years later, and every clock can show the intervals it counted and those it did not (D1, D5, D11).
"""
