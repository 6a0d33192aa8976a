"""Greenboard: is this component ready for production, and is it still?"""

__version__ = "0.1.0.dev0"
