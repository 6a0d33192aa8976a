/** Metrics: what is needed to see from outside how the service is. Logs are Fastify's, one line of JSON each. */
import type { FastifyInstance } from "fastify";
import { Counter, Histogram, Registry } from "prom-client";

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const QUIET = new Set(["/healthz", "/readyz", "/metrics"]);

/** Count and time every request, give its answer an id, and show the figures at /metrics. */
export function observe(app: FastifyInstance, service: string): void {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered.",
    labelNames: ["method", "route", "status"],
    registers: [registry],
  });
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time to the answer.",
    labelNames: ["method", "route"],
    buckets: BUCKETS,
    registers: [registry],
  });

  app.addHook("onSend", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  app.addHook("onResponse", async (request, reply) => {
    // The pattern of the route and not the path: each name would be a series of its own.
    const route = request.routeOptions.url ?? "none";
    if (QUIET.has(route)) return;
    requests.inc({ method: request.method, route, status: reply.statusCode });
    duration.observe({ method: request.method, route }, reply.elapsedTime / 1000);
  });
  app.get("/metrics", { logLevel: "silent" }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}
