import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { create } from "../../src/app.js";

const app = create("here");
let address = "";

before(async () => {
  address = await app.listen({ host: "127.0.0.1", port: 0 });
});
after(() => app.close());

test("it answers over the network", async () => {
  const answer = await fetch(`${address}/greetings/Ada`);
  assert.deepEqual(await answer.json(), { text: "Hello, Ada!" });
});

for (const path of ["/healthz", "/readyz"]) {
  test(`${path} says that it is well`, async () => {
    assert.deepEqual(await (await fetch(address + path)).json(), { status: "ok" });
  });
}
