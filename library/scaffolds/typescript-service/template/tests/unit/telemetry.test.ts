import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "../../src/app.js";

test("requests are counted by route and status", async () => {
  const app = create("here");
  await app.inject("/greetings/Ada");
  await app.inject("/nowhere");
  const figures = (await app.inject("/metrics")).body;
  assert.match(
    figures,
    /http_requests_total\{method="GET",route="\/greetings\/:who",status="200",service="here"\} 1/,
  );
  assert.match(figures, /status="404",service="here"\} 1/);
  assert.match(figures, /http_request_duration_seconds_bucket/);
});

test("an answer carries the id of its request", async () => {
  const app = create("here");
  const given = await app.inject({ url: "/greetings/Ada", headers: { "x-request-id": "r1" } });
  assert.equal(given.headers["x-request-id"], "r1");
  assert.ok((await app.inject("/greetings/Ada")).headers["x-request-id"]);
});

test("a request that fails is counted as an error", async () => {
  const app = create("here");
  app.get("/broken", async () => {
    throw new Error("no");
  });
  assert.equal((await app.inject("/broken")).statusCode, 500);
  assert.match((await app.inject("/metrics")).body, /status="500"/);
});
