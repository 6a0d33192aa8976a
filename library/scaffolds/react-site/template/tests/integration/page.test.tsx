import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { App } from "../../src/App";

afterEach(cleanup);

test("it answers while somebody types", () => {
  render(<App />);
  fireEvent.change(screen.getByLabelText("Your name"), { target: { value: "Ada" } });
  expect(screen.getByRole("status").textContent).toBe("Hello, Ada!");
});

test("axe finds nothing that keeps people out", async () => {
  const { container } = render(<App />);
  // Contrast needs a real browser to be seen.
  const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
  expect(found.violations).toEqual([]);
});
