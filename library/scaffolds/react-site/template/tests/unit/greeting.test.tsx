import { expect, test } from "vitest";
import { greeting } from "../../src/greeting";

test("it greets by name", () => {
  expect(greeting(" Ada ")).toBe("Hello, Ada!");
});

test("it greets whoever gives no name", () => {
  expect(greeting(" ")).toBe("Hello!");
});
