/** Greetings: the example to replace. */
import type { FastifyInstance } from "fastify";

const schema = {
  params: {
    type: "object",
    required: ["who"],
    properties: { who: { type: "string", minLength: 1, maxLength: 100 } },
  },
  response: {
    200: { type: "object", required: ["text"], properties: { text: { type: "string" } } },
  },
} as const;

export async function greetings(app: FastifyInstance): Promise<void> {
  app.get<{ Params: { who: string } }>("/greetings/:who", { schema }, async (request) => ({
    text: `Hello, ${request.params.who}!`,
  }));
}
