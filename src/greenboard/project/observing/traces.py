"""OpenTelemetry traces: spans of requests, turns and evaluations go to a collector. Needs `greenboard[otel]`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from greenboard import __version__
from greenboard.core import spans
from greenboard.core.errors import UserError


def start(url: str, process: str) -> None:
    """Send spans to a collector from now on.

    Raises:
        UserError: the packages of the extra are not installed.

    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise UserError(
            "GREENBOARD_TRACES_URL is set, but OpenTelemetry is not installed", hint="pip install 'greenboard[otel]'"
        ) from None
    about = {"service.name": "greenboard", "service.version": __version__, "greenboard.process": process}
    provider = TracerProvider(resource=Resource.create(about))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces")))
    tracer = provider.get_tracer("greenboard", __version__)

    @contextmanager
    def opened(name: str, told: dict[str, spans.Value]) -> Iterator[spans.Tell]:
        with tracer.start_as_current_span(name) as span:

            def tell(**more: spans.Value) -> None:
                span.set_attributes({f"greenboard.{key}": value for key, value in more.items()})

            tell(**told)
            yield tell

    spans.use(opened)
