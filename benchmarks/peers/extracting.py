"""The same pages taken by others, in their own virtual environment: `peers/extracting.py dlt|airbyte-cdk URL STREAMS`.

dlt takes them into a DuckDB database, its usual one. airbyte-cdk makes messages of them, as a source does, and leaves
storing to others. Neither joins, maps or matches anything. Prints one line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

SIZE = 100


def dlt(url: str, streams: int) -> int:
    """Extract, normalise and load; how many records."""
    import dlt as tool
    from dlt.sources.rest_api import rest_api_source

    pager = {"type": "offset", "limit": SIZE, "total_path": None, "has_more_path": "more"}
    resources: list[Any] = [
        {"name": f"s{n}", "endpoint": {"path": f"/s{n}", "data_selector": "items", "paginator": pager}}
        for n in range(streams)
    ]
    source = rest_api_source({"client": {"base_url": url}, "resources": resources})
    with tempfile.TemporaryDirectory() as place:
        pipeline = tool.pipeline(
            "bench",
            pipelines_dir=place,
            destination=tool.destinations.duckdb(str(Path(place) / "bench.duckdb")),
            dataset_name="pages",
        )
        pipeline.run(source)
        counts = pipeline.last_trace.last_normalize_info.row_counts
    return sum(count for name, count in counts.items() if name in {f"s{n}" for n in range(streams)})


def airbyte(url: str, streams: int) -> int:
    """Read as a connector does; how many records."""
    from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, Type
    from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource

    def stream(name: str) -> dict[str, Any]:
        requester = {"type": "HttpRequester", "url_base": url, "path": f"/{name}", "http_method": "GET"}
        pager = {
            "type": "DefaultPaginator",
            "page_token_option": {"type": "RequestOption", "inject_into": "request_parameter", "field_name": "offset"},
            "pagination_strategy": {"type": "OffsetIncrement", "page_size": SIZE},
        }
        selector = {"type": "RecordSelector", "extractor": {"type": "DpathExtractor", "field_path": ["items"]}}
        retriever = {
            "type": "SimpleRetriever", "requester": requester, "paginator": pager, "record_selector": selector
        }  # fmt: skip
        schema = {"type": "InlineSchemaLoader", "schema": {"type": "object", "properties": {}}}
        return {"type": "DeclarativeStream", "name": name, "retriever": retriever, "schema_loader": schema}

    names = [f"s{n}" for n in range(streams)]
    manifest = {
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": names[:1]},
        "streams": list(map(stream, names)),
    }
    catalog = ConfiguredAirbyteCatalogSerializer.load(
        {
            "streams": [
                {
                    "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
                    "sync_mode": "full_refresh",
                    "destination_sync_mode": "overwrite",
                }
                for name in names
            ]
        }
    )
    source = ConcurrentDeclarativeSource(catalog, {}, None, source_config=manifest)
    return sum(1 for one in source.read(_quiet(), {}, catalog, []) if one.type == Type.RECORD)


def _quiet() -> Any:
    import logging

    logging.disable(logging.WARNING)
    return logging.getLogger("airbyte")


def main(name: str, url: str, streams: str) -> None:
    """Measure one of them."""
    began = time.perf_counter()
    records = {"dlt": dlt, "airbyte-cdk": airbyte}[name](url, int(streams))
    seconds = time.perf_counter() - began
    found = {
        "version": version(name),
        "records": records,
        "seconds": round(seconds, 1),
        "records_per_second": round(records / seconds),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "into": "DuckDB" if name == "dlt" else "messages, not stored",
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
