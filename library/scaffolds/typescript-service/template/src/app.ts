/** The application: its routes, and what it says of itself. */
import Fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify";
import { greetings } from "./greetings.js";
import { observe } from "./telemetry.js";

/** Make the application. It is ready between its start and its stop. */
export function create(
  service: string,
  logger: FastifyServerOptions["logger"] = false,
): FastifyInstance {
  const app = Fastify({
    logger: logger ?? false,
    requestIdHeader: "x-request-id",
    genReqId: () => crypto.randomUUID(),
    routerOptions: { maxParamLength: 500 },
  });
  let ready = false;
  app.addHook("onReady", async () => {
    // Open what it needs (a database, a queue) here, and close it in onClose.
    ready = true;
  });
  app.addHook("preClose", async () => {
    ready = false;
  });
  observe(app, service);
  app.register(greetings);

  app.get("/healthz", { logLevel: "silent" }, async () => ({ status: "ok" }));
  app.get("/readyz", { logLevel: "silent" }, async (_request, reply) =>
    ready ? { status: "ok" } : reply.status(503).send({ status: "stopping" }),
  );
  return app;
}
