import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  // Small files are not put into the page: its policy allows no data addresses.
  build: { assetsInlineLimit: 0, sourcemap: true },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.tsx"],
    coverage: {
      include: ["src/**"],
      exclude: ["src/main.tsx"],
      reporter: ["text", "lcov"],
      thresholds: { lines: 85 },
    },
  },
});
