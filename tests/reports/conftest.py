"""The company of the pages' tests, and people to look at it."""

import importlib

web = importlib.import_module("tests.web.conftest")
company, person, board = web.company, web.person, web.board
