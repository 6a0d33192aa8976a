"""JMESPath that keeps unknown unknown: the language in which manifests map records to facts."""

from greenboard.connections.expressions.compiling import Env, Expression, ExpressionError, compiled
from greenboard.connections.expressions.function import Function, Mistyped

__all__ = ["Env", "Expression", "ExpressionError", "Function", "Mistyped", "compiled"]
