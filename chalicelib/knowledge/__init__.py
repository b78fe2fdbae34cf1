"""Knowledge: pages that help before anybody has to ask, and the links to them that fit a subject (B2).

A *topic* is one page: a title, words that speak for it, and what to check or send us. Later the articles of the
knowledge base live here too.
"""
