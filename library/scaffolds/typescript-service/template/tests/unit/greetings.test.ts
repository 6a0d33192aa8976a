import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "../../src/app.js";

test("it greets", async () => {
  const answer = await create("here").inject("/greetings/Ada");
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(answer.json(), { text: "Hello, Ada!" });
});

test("a name that is too long is refused", async () => {
  const answer = await create("here").inject(`/greetings/${"x".repeat(101)}`);
  assert.equal(answer.statusCode, 400);
});
