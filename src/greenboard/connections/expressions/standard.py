"""The functions that every manifest may use. Pure."""

from greenboard.connections.expressions import lists, numbers, presence, texts, times
from greenboard.connections.expressions.function import joined

FUNCTIONS = joined(presence.REGISTRY, numbers.REGISTRY, lists.REGISTRY, times.REGISTRY, texts.REGISTRY)
